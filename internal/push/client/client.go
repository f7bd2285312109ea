// Package client sends HTTP requests to those who are told of changes. It follows no
// redirect, which would hand secrets on, reads a bounded answer in a bounded time, and its
// errors name no address but its host: the rest of one may be a secret.
package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"feedstation/internal/secret"
)

const (
	// maxAnswer is how much of an answer is read where a request says nothing of it, in
	// bytes: one may repeat what was sent.
	maxAnswer = 1 << 20
	// MaxHeader is how large its header may be, in bytes.
	MaxHeader = 64 << 10
	// maxQuoted is how much of it is in an error, in bytes.
	maxQuoted = 200
	// maxRetryAfter bounds how long one may have us wait.
	maxRetryAfter = 24 * time.Hour
)

// Client sends requests. Its methods may be called at the same time.
type Client struct {
	http    *http.Client
	agent   string
	secrets *secret.Redactor
}

// New returns a client that calls itself agent and gives each request timeout, its answer
// included. Secrets are in none of its errors. Only https goes through a proxy of the
// environment: what is told over http is near. See [Over] for another transport.
func New(agent string, timeout time.Duration, secrets ...string) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme != "https" {
			return nil, nil
		}
		return http.ProxyFromEnvironment(r)
	}
	transport.MaxIdleConnsPerHost = 8
	transport.MaxResponseHeaderBytes = MaxHeader
	transport.DisableCompression = true
	return Over(transport, agent, timeout, secrets...)
}

// Over returns a client as [New] does whose requests go over a transport.
func Over(transport http.RoundTripper, agent string, timeout time.Duration, secrets ...string) *Client {
	return &Client{
		http: &http.Client{
			Transport: transport, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		agent: agent, secrets: secret.New(secrets...),
	}
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Request is one to send. The Host of its header goes before that of its address.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	Limit       int64 // of the answer's body that is read, in bytes; 0: 1 MiB
}

// Answer is what was answered.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // as far as it is read
	Cut    error  // why the body broke off; nil: it did not
}

// OK reports a status of success.
func (a Answer) OK() bool { return a.Status/100 == 2 }

// Later reports an answer that may be another one later, without anybody's doing: 408, 429
// and those of a server's fault.
func (a Answer) Later() bool {
	return a.Status == http.StatusRequestTimeout || a.Status == http.StatusTooManyRequests || a.Status >= 500
}

// RetryAfter returns the moment before which nothing is to be sent (RFC 9110 §10.2.3), at
// most a day from now; zero: nothing is said of one.
func (a Answer) RetryAfter(now time.Time) time.Time {
	text := a.Header.Get("Retry-After")
	at := now
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		at = now.Add(time.Duration(seconds) * time.Second)
	} else if at, err = http.ParseTime(text); err != nil {
		return time.Time{}
	}
	if latest := now.Add(maxRetryAfter); at.After(latest) {
		return latest
	}
	if at.Before(now) {
		return time.Time{}
	}
	return at
}

// errUnsent is of a request of which no byte was sent.
var errUnsent = errors.New("not sent")

// unsentError is an error of before that.
type unsentError struct{ error }

func (e unsentError) Unwrap() error        { return e.error }
func (e unsentError) Is(target error) bool { return target == errUnsent }

// IsUnsent reports whether an error of [Client.Do] says that nobody was asked.
func IsUnsent(err error) bool { return errors.Is(err, errUnsent) }

// Do sends a request. An answer of whatever status is none of its errors, nor is one that
// breaks off once its status has come.
func (c *Client) Do(ctx context.Context, request Request) (Answer, error) {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }})
	r, err := http.NewRequestWithContext(ctx, request.Method, request.URL, bytes.NewReader(request.Body))
	if err != nil {
		return Answer{}, unsentError{c.plain("", err)}
	}
	for name, values := range request.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	r.Header.Set("User-Agent", c.agent)
	response, err := c.http.Do(r)
	if err != nil {
		if err = c.plain(r.URL.Host, err); !sent.Load() {
			err = unsentError{err}
		}
		return Answer{}, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(io.LimitReader(response.Body, cmp.Or(request.Limit, maxAnswer)))
	answer := Answer{Status: response.StatusCode, Header: response.Header, Body: body}
	if err != nil {
		answer.Cut = c.plain(r.URL.Host, err)
	}
	return answer, nil
}

// plain returns an error without the address that was asked.
func (c *Client) plain(host string, err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
		if of.Timeout() {
			err = errors.New("no answer in time")
		}
	}
	if host != "" {
		err = fmt.Errorf("%s: %w", host, err)
	}
	return c.secrets.Error(err)
}

// Refused returns an answer as an error: its status, and where it leads or the beginning of
// its text.
func (c *Client) Refused(a Answer) error {
	text := string(a.Body)
	if location := a.Header.Get("Location"); location != "" {
		text = "to " + location
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	text = c.secrets.Text(text) // before it is cut: a piece would not be known
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
	}
	if text == "" {
		return fmt.Errorf("%d %s", a.Status, http.StatusText(a.Status))
	}
	return fmt.Errorf("%d %s: %s", a.Status, http.StatusText(a.Status), text)
}
