package ingest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"feedstation/internal/secret"
)

// Access is how a source is asked.
type Access struct {
	UserAgent string
	// Username and Password are for Basic authentication. Token goes into the address
	// where that has {token}, else into Header, or with Bearer into Authorization.
	Username, Password, Token, Header string

	Timeout  time.Duration // of one request with its answer
	Rate     int           // requests a second
	MaxBytes int           // of an answer, without its compression
	// CA, Certificate and Key are files of PEM; empty: none of one's own.
	CA, Certificate, Key string
}

// client asks one source.
type client struct {
	access  Access
	http    *http.Client
	limit   *rate.Limiter
	secrets *secret.Redactor
	own     map[string]bool // hosts that get the credentials
}

// How a request is tried again: so often, and where the answer does not say when,
// after a pause that doubles. Who is asked to wait for longer than patience gives up
// for now.
const (
	attempts   = 3
	firstPause = time.Second
	patience   = 30 * time.Second
)

// maxRedirects is how many addresses lead to an answer.
const maxRedirects = 5

func newClient(a Access, addresses ...string) (*client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 2
	transport.ResponseHeaderTimeout = a.Timeout
	var err error
	if transport.TLSClientConfig, err = tlsConfig(a); err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, address := range addresses {
		own[hostOf(address)] = true
	}
	return &client{
		own:     own,
		access:  a,
		http:    &http.Client{Transport: transport, CheckRedirect: redirect},
		limit:   rate.NewLimiter(rate.Limit(a.Rate), a.Rate),
		secrets: secret.New(a.Password, a.Token),
	}, nil
}

func tlsConfig(a Access) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.CA != "" {
		pem, err := os.ReadFile(a.CA)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: no certificate in PEM", a.CA)
		}
	}
	if a.Certificate != "" {
		own, err := tls.LoadX509KeyPair(a.Certificate, a.Key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{own}
	}
	return c, nil
}

// redirect follows a few addresses, but none from https to http: whoever is on the
// way there could write the news.
func redirect(r *http.Request, via []*http.Request) error {
	switch last := via[len(via)-1]; {
	case len(via) > maxRedirects:
		return &contentError{fmt.Sprintf("more than %d redirects", maxRedirects)}
	case last.URL.Scheme == "https" && r.URL.Scheme != "https":
		return &contentError{"redirected from https to http"}
	case r.URL.Host != last.URL.Host:
		// As net/http does with Authorization.
		for name := range r.Header {
			if name != "User-Agent" && name != "Accept" {
				r.Header.Del(name)
			}
		}
	}
	return nil
}

// validators are what a conditional request has of the answer before.
type validators struct {
	URL      string `json:"url,omitempty"`
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
}

// answer is what a source said.
type answer struct {
	body        []byte
	header      http.Header
	url         *url.URL
	validators  validators
	notModified bool
	partial     bool // what is missing may be there
}

// statusError is an answer that is none.
type statusError struct {
	status int
	said   string
	after  time.Duration // what Retry-After asks for; 0: nothing
}

func (e *statusError) Error() string {
	text := fmt.Sprintf("%d %s", e.status, http.StatusText(e.status))
	if e.said != "" {
		text += ": " + e.said
	}
	if advice := statusAdvice[e.status]; advice != "" {
		text += ": " + advice
	}
	if e.after > 0 {
		text += fmt.Sprintf(" (asks to wait for %s)", e.after)
	}
	return text
}

// statusAdvice is what helps who has configured a source.
var statusAdvice = map[int]string{
	http.StatusUnauthorized: "are username and password, or token, those of a user who may read this?",
	http.StatusForbidden:    "may the user of username or token read this, or does a firewall keep this client out?",
	http.StatusNotFound:     "is url the address of the system, and collection the name that its API has for it?",
}

// isGone reports whether an error says that there is nothing at an address.
func isGone(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	return ok && (e.status == http.StatusNotFound || e.status == http.StatusGone)
}

// passing reports whether a request that failed may succeed when it is sent again.
func passing(err error) bool {
	e, ok := errors.AsType[*statusError](err)
	if !ok {
		_, refused := errors.AsType[*contentError](err)
		return !refused
	}
	return e.status >= 500 && e.status != http.StatusNotImplemented || e.status == http.StatusTooManyRequests || e.status == http.StatusRequestTimeout
}

// contentError is an answer that would be the same again.
type contentError struct{ reason string }

func (e *contentError) Error() string { return e.reason }

// get asks for an address, again where that may help. With validators of the same
// address the request is conditional. No error has a secret in it.
func (c *client) get(ctx context.Context, address string, header map[string]string, known validators) (a *answer, err error) {
	pause := firstPause
	for try := 1; ; try++ {
		a, err = c.try(ctx, address, header, known)
		if err == nil || try == attempts || ctx.Err() != nil || !passing(err) {
			break
		}
		// Many who were refused at once do not come back at once.
		wait := pause/2 + rand.N(pause/2)
		if status, ok := errors.AsType[*statusError](err); ok && status.after > 0 {
			wait = status.after
		}
		if wait > patience {
			break
		}
		pause *= 2
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	if err != nil {
		return nil, c.secrets.Error(fmt.Errorf("%s: %w", shown(address), err))
	}
	return a, nil
}

func (c *client) try(ctx context.Context, address string, header map[string]string, known validators) (*answer, error) {
	if err := c.limit.Wait(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.access.Timeout)
	defer cancel()
	r, err := c.request(ctx, address, header, known)
	if err != nil {
		return nil, &contentError{err.Error()}
	}
	response, err := c.http.Do(r)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the address
		}
		return nil, c.late(err)
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusNotModified {
		return &answer{notModified: true, validators: known, url: response.Request.URL}, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, int64(c.access.MaxBytes)+1))
	switch {
	case response.StatusCode != http.StatusOK:
		return nil, &statusError{response.StatusCode, said(body), retryAfter(response.Header.Get("Retry-After"), time.Now())}
	case err != nil:
		return nil, fmt.Errorf("the answer breaks off: %w", c.late(err))
	case len(body) > c.access.MaxBytes:
		return nil, &contentError{fmt.Sprintf("the answer has more than %d bytes: raise max_bytes, or lower size", c.access.MaxBytes)}
	}
	return &answer{
		body: body, header: response.Header, url: response.Request.URL,
		validators: validators{address, response.Header.Get("ETag"), response.Header.Get("Last-Modified")},
	}, nil
}

// late says of an error that it took too long, if it did.
func (c *client) late(err error) error {
	timeout, ok := errors.AsType[net.Error](err)
	if _, dialled := errors.AsType[*net.OpError](err); !ok || !timeout.Timeout() || dialled {
		return err
	}
	return fmt.Errorf("no answer within %s: raise timeout, or lower size (%w)", c.access.Timeout, err)
}

func (c *client) request(ctx context.Context, address string, header map[string]string, known validators) (*http.Request, error) {
	whole, own := address, c.own[hostOf(address)]
	if own {
		whole = strings.ReplaceAll(address, "{token}", url.QueryEscape(c.access.Token))
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, whole, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", c.access.UserAgent)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	switch {
	case !own: // an answer has named it
	case c.access.Username != "":
		r.SetBasicAuth(c.access.Username, c.access.Password)
	case c.access.Token == "" || whole != address:
	case c.access.Header != "":
		r.Header.Set(c.access.Header, c.access.Token)
	default:
		r.Header.Set("Authorization", "Bearer "+c.access.Token)
	}
	if known.URL == address {
		if known.ETag != "" {
			r.Header.Set("If-None-Match", known.ETag)
		}
		if known.Modified != "" {
			r.Header.Set("If-Modified-Since", known.Modified)
		}
	}
	return r, nil
}

// hostOf returns the scheme and the host of an address.
func hostOf(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	host, _, _ = strings.Cut(host, "?")
	return strings.ToLower(scheme + "://" + host)
}

// retryAfter reads Retry-After (RFC 9110 §10.2.3), seconds or a date; 0: it says
// nothing.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(text)); err == nil {
		return max(0, min(time.Duration(seconds), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, min(at.Sub(now), 24*time.Hour))
	}
	return 0
}

// said returns the reason in the body of an error, if it has one that can be shown.
func said(body []byte) string {
	const longest = 200
	for _, path := range []string{"message", "errors.0.message", "error.message", "errors.0.detail"} {
		if text := field(body, path); text != "" {
			return strings.ToValidUTF8(text[:min(len(text), longest)], "")
		}
	}
	return ""
}

// shown returns an address without its query.
func shown(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return before
}

// isMarkup reports whether a body is a page or a document of XML.
func isMarkup(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, "\ufeff \t\r\n"), []byte("<"))
}
