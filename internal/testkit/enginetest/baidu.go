package enginetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Push is what Baidu is told in a request.
type Push struct {
	Query  url.Values
	Pages  []string
	Length int64 // its Content-Length; -1: none
	At     time.Time
	Header http.Header
}

// Baidu is Baidu: each site has what is left of its quotas of the day.
type Baidu struct {
	Endpoint string
	Token    string

	server      *httptest.Server
	mu          sync.Mutex
	left, daily map[string]int
	answers     []Answer
	got         []Push
}

// NewBaidu starts Baidu. Its sites have been verified, and have so many addresses left of
// their quotas, those of the faster way half as many.
func NewBaidu(t testing.TB, token string, left map[string]int) *Baidu {
	b := &Baidu{Token: token, left: left, daily: map[string]int{}}
	for site, n := range left {
		b.daily[site] = n / 2
	}
	b.server = serve(t, b.answer)
	b.Endpoint = b.server.URL + "/urls"
	return b
}

// Next has the next requests be answered so, each by one.
func (b *Baidu) Next(answers ...Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers = append(b.answers, answers...)
}

// Got returns what Baidu was told, whatever it answered.
func (b *Baidu) Got() []Push {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}

func (b *Baidu) answer(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	p := Push{Query: r.URL.Query(), Length: r.ContentLength, At: time.Now(), Header: r.Header}
	if len(body) > 0 {
		p.Pages = strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
	}
	b.mu.Lock()
	b.got = append(b.got, p)
	var scripted Answer
	if len(b.answers) > 0 {
		scripted, b.answers = b.answers[0], b.answers[1:]
	}
	b.mu.Unlock()
	if scripted != nil {
		scripted(w, r)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	status, message := b.check(r, p, len(body))
	if status != http.StatusOK {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%d,"message":%q}`, status, message)
		return
	}
	b.take(w, p)
}

// check returns what is wrong with a request.
func (b *Baidu) check(r *http.Request, p Push, size int) (status int, message string) {
	site := p.Query.Get("site")
	_, verified := b.left[site]
	switch {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "method not allowed"
	case r.URL.Path != "/urls":
		return http.StatusNotFound, "not found"
	case p.Length < 0:
		return http.StatusLengthRequired, "length required"
	case size > 10<<20:
		return http.StatusRequestEntityTooLarge, "too large"
	case p.Query.Get("token") != b.Token:
		return http.StatusUnauthorized, "token is not valid"
	case !verified:
		return http.StatusBadRequest, "site error"
	case len(p.Pages) == 0:
		return http.StatusBadRequest, "empty content"
	case len(p.Pages) > 2000:
		return http.StatusBadRequest, "only 2000 urls are allowed once"
	case len(p.Pages) > b.quota(p)[site]:
		return http.StatusBadRequest, "over quota"
	}
	return http.StatusOK, ""
}

func (b *Baidu) quota(p Push) map[string]int {
	if p.Query.Get("type") == "daily" {
		return b.daily
	}
	return b.left
}

// take takes the addresses that are of the site.
func (b *Baidu) take(w io.Writer, p Push) {
	site, suffix := p.Query.Get("site"), ""
	if p.Query.Get("type") == "daily" {
		suffix = "_daily"
	}
	_, host, scheme := strings.Cut(site, "://")
	if !scheme {
		host = site
	}
	reply := map[string]any{}
	taken := 0
	refuse := func(list, page string) {
		pages, _ := reply[list].([]string)
		reply[list] = append(pages, page)
	}
	for _, page := range p.Pages {
		u, err := url.Parse(page)
		switch {
		case err != nil || u.Host == "":
			refuse("not_valid", page)
		case u.Host != host:
			refuse("not_same_site", page)
		default:
			taken++
		}
	}
	b.quota(p)[site] -= taken
	reply["success"+suffix], reply["remain"+suffix] = taken, b.quota(p)[site]
	if suffix != "" {
		reply["remain"] = b.left[site]
	}
	_ = json.NewEncoder(w).Encode(reply) // a client that has gone is no fault
}
