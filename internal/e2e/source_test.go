package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/testkit/require"
)

// api is a system of a newsroom, with an API of its own making.
type api struct {
	mu       sync.Mutex
	items    []apiItem // in the order of their last change
	down     bool
	requests int
	held     chan struct{} // a request that finds it waits for it; nil: none does
	from     int           // the page from which on they wait
}

type apiItem struct {
	ID       int      `json:"id"`
	Title    string   `json:"title"`
	Text     string   `json:"text"`
	At       string   `json:"at"`
	Changed  string   `json:"changed"`
	Sections []string `json:"sections"`
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests++
	if a.down || r.Header.Get("Authorization") != "Bearer tok3n-tok3n" {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	q := r.URL.Query()
	page, _ := strconv.Atoi(cmp.Or(q.Get("page"), "1"))
	if held := a.held; held != nil && page >= a.from {
		a.mu.Unlock()
		select {
		case <-held:
		case <-r.Context().Done():
		}
		a.mu.Lock()
	}
	list := slices.Clone(a.items)
	if since := q.Get("since"); since != "" {
		list = slices.DeleteFunc(list, func(i apiItem) bool { return i.Changed <= since })
	} else {
		slices.Reverse(list)
	}
	if ids := q.Get("ids"); ids != "" {
		list = slices.DeleteFunc(list, func(i apiItem) bool { return !slices.Contains(strings.Split(ids, ","), strconv.Itoa(i.ID)) })
	}
	const size = 100
	body, _ := json.Marshal(map[string]any{"data": list[min(len(list), (page-1)*size):min(len(list), page*size)]})
	_, _ = w.Write(body)
}

// add adds an article; of a known id it is a change.
func (a *api) add(id int, title string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.items = slices.DeleteFunc(a.items, func(i apiItem) bool { return i.ID == id })
	text := at.UTC().Format("2006-01-02T15:04:05Z")
	a.items = append(a.items, apiItem{id, title, "<p>" + title + "</p>", text, text, []string{"moment"}})
}

func (a *api) set(change func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change()
}

const sourceConfig = `
content:
  sources:
    - id: desk
      kind: json
      url: %[1]s/?since={since}&page={page}
      all: %[1]s/?page={page}
      item: %[1]s/?ids={ids}
      items: data
      link: https://xt.news.example/news/{id}.html
      station: xt
      every: 5s
      audit: 5s
      rate: 1000
      fields: {id: id, title: title, body: text, published: at, modified: changed, terms: sections}
`

// withSource returns a process whose store is filled from an API.
func withSource(t *testing.T, a *api) *process {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	p := newProcess(t, "xt.news.example")
	token := filepath.Join(p.dir, "token")
	if err := os.WriteFile(token, []byte("tok3n-tok3n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.env = append(p.env, "FEEDSTATION_CONTENT_SOURCES_DESK_TOKEN_FILE="+token)
	file := filepath.Join(p.dir, "config.yaml")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, fmt.Appendf(text, sourceConfig, server.URL), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// feedHas waits until the feed of a channel has a text, or with has false lacks it.
func (p *process) feedHas(text string, has bool) {
	p.t.Helper()
	p.until(fmt.Sprintf("%q in the feed: %t", text, has), func() bool {
		return strings.Contains(p.body("/moment/rss.xml"), text) == has
	})
}

// until waits until something is so.
func (p *process) until(what string, is func() bool) {
	p.t.Helper()
	p.within(patience, what, is)
}

// within waits for so long until it is.
func (p *process) within(limit time.Duration, what string, is func() bool) {
	p.t.Helper()
	for deadline := time.Now().Add(limit); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: not within %s\n%s", what, limit, p.adminBody("/status"))
		}
	}
}

func (p *process) body(path string) string { return p.hostBody("xt.news.example", path) }

func (p *process) hostBody(host, path string) string {
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, "http://127.0.0.1:"+p.port+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Host = host
	return p.answer(r)
}

func (p *process) adminBody(path string) string { return p.tokenBody(path, token) }

// tokenBody is adminBody with another token.
func (p *process) tokenBody(path, token string) string {
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, "http://127.0.0.1:"+p.admin+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return p.answer(r)
}

// answer returns the body of an answer; of none, nothing.
func (p *process) answer(r *http.Request) string {
	response, err := p.client.Do(r)
	if err != nil {
		return ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

// TestSource holds what a source is for a whole program: checked, built from, followed,
// survived when it is down or empty.
func TestSource(t *testing.T) {
	t.Parallel()
	require.Time(t)
	a := new(api)
	began := time.Now().Add(-time.Hour)
	for i := range 30 {
		a.add(i+1, fmt.Sprintf("Report %d.", i+1), began.Add(time.Duration(i)*time.Second))
	}
	p := withSource(t, a)
	out, err := p.command("check").CombinedOutput()
	for _, want := range []string{"source         desk (json) http://127.0.0.1:", "20 of the newest 20 items would be articles", ": Report 30."} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Fatalf("check: %v, no %q:\n%s", err, want, out)
		}
	}
	p.run("build", "--out", "site")
	if text, err := os.ReadFile(filepath.Join(p.dir, "site", "xt", "rss.xml")); err != nil || !strings.Contains(string(text), "<title>Report 1.</title>") {
		t.Errorf("build: %v\n%s", err, text)
	}

	p.start()
	p.feedHas("Report 30.", true)
	began = time.Now()
	a.add(31, "Report 31.", began)
	p.feedHas("Report 31.", true)
	t.Logf("an article is served %s after it is at the source, which is asked every 5s", time.Since(began).Round(time.Millisecond))
	a.add(31, "Report 31, corrected.", time.Now())
	p.feedHas("Report 31, corrected.", true)
	a.set(func() { a.items = slices.Delete(a.items, 9, 10) }) // 10
	p.feedHas("Report 10.", false)

	a.set(func() { a.down = true })
	p.until("unreachable", func() bool {
		return strings.Contains(p.adminBody("/status"), `"state": "unreachable"`)
	})
	p.feedHas("Report 31, corrected.", true)
	a.set(func() { a.down = false })
	a.add(32, "Report 32.", time.Now())
	p.feedHas("Report 32.", true)

	a.set(func() { a.items = nil })
	p.until("shrunk", func() bool {
		return strings.Contains(p.adminBody("/status"), "31 of 31 articles are gone there; if that is meant: feedstation build --accept-shrink STATION")
	})
	p.feedHas("Report 32.", true)
	p.run("build", "--accept-shrink", "xt")
	p.feedHas("Report 32.", false)
}

// TestSourceKill kills a program in the middle of its first pass: the next one goes on
// where it was.
func TestSourceKill(t *testing.T) {
	t.Parallel()
	require.Time(t)
	a := &api{held: make(chan struct{}), from: 4}
	began := time.Now().Add(-3 * time.Hour)
	for i := range 1000 {
		a.add(i+1, fmt.Sprintf("Report %d.", i+1), began.Add(time.Duration(i)*time.Second))
	}
	p := withSource(t, a)
	p.start()
	p.feedHas("Report 1000.", true) // the newest come first
	p.until("the fourth page", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.requests >= 6 // the newest and their list, and four pages
	})
	p.kill()
	a.set(func() { close(a.held); a.held, a.requests = nil, 0 })
	p.start()
	p.until("the first pass", func() bool { return strings.Contains(p.adminBody("/status"), `"articles": 1000`) })
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.requests > 8+11+8 { // the other pages, a comparison, and polls
		t.Errorf("%d requests", a.requests)
	}
}
