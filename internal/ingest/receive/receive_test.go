package receive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/ingest/receive"
	"feedstation/internal/network"
)

// desk is the jobs of a store whose editions follow at once, unless they are late.
type desk struct {
	store receive.Store
	late  bool

	mu      sync.Mutex
	stored  int
	checked time.Time
}

func (d *desk) Store() receive.Store { return d.store }

func (d *desk) Stored() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stored++; !d.late {
		d.checked = time.Now().Add(time.Minute)
	}
}

func (d *desk) Served(string) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.checked
}

func (d *desk) Why(station string) string { return "not built: " + station }

// portal returns a handler over an embedded store.
func portal(t *testing.T) (h http.Handler, d *desk) {
	t.Helper()
	store, err := content.Open(t.Context(), t.TempDir()+"/content.db")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	d = &desk{store: store}
	n := stations(t)
	return receive.New(n, n, article.Reader{}, d), d
}

func stations(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment"}}}, {ID: "yy", Was: []string{"yueyang"}, URL: "https://yy.news.example"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ask returns the answer to a request.
func ask(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func line(id, more string) string {
	return fmt.Sprintf(`{"id":%q,"station":"xt","url":"https://xt.news.example/%[1]s","title":"t","published":"2026-11-20T08:00:00Z"%s}`+"\n", id, more)
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

func TestPost(t *testing.T) {
	const broken = `{"error":`
	for _, tt := range []struct {
		name, target, body string
		header             []string
		status             int
		want               string // of the answer, "…" for what differs
	}{
		{name: "one", body: line("1", ""), status: 200, want: `{"stored":1,"refused":0,"left_out":0,"ids":["1"]}`},
		{name: "none", status: 400, want: `{"error":"the body has no article","stored":0,"refused":0,"left_out":0}`},
		{name: "blank lines", body: "\n\r\n", status: 400, want: `{"error":"the body has no article","stored":0,"refused":0,"left_out":0}`},
		{
			name: "some", body: line("1", "") + "{\n" + line("2", `,"url":"/2"`) + line("3", `,"channels":["gossip","moment"],"images":[{"url":"1.jpg","width":-1}]`),
			status: 200, want: `{"stored":2,"refused":2,"left_out":1,"ids":["1","3"],"faults":[` +
				`{"line":2,"reason":"broken JSON: the line ends in the middle of a value","refused":true},` +
				`{"line":3,"reason":"field \"url\" is there twice","refused":true},` +
				`{"line":4,"field":"images[0].width","reason":"less than nothing: -1","refused":false}],"unknown_channels":{"xt/gossip":1}}`,
		},
		{
			name: "all refused", body: strings.ReplaceAll(line("1", ""), `"xt"`, `"zz"`), status: 400,
			want: `{"stored":0,"refused":1,"left_out":0,"faults":[{"line":1,"field":"station","reason":"\"zz\" is not in the configuration","refused":true}]}`,
		},
		{name: "a former id", body: strings.ReplaceAll(line("1", ""), `"xt"`, `"yueyang"`), status: 200, want: `{"stored":1,"refused":0,"left_out":0,"ids":["1"]}`},
		{
			name: "a guid twice", body: line("1", `,"guid":"a"`) + line("2", `,"guid":"a"`), status: 200,
			want: `{"stored":2,"refused":0,"left_out":1,"ids":["1","2"],"faults":[{"line":2,"field":"guid","reason":"\"a\" is that of article 1","refused":false}]}`,
		},
		{
			name: "waiting", target: "?wait=served", body: line("1", ""), status: 200,
			want: `{"stored":1,"refused":0,"left_out":0,"ids":["1"],"served":true}`,
		},
		{name: "waiting for something else", target: "?wait=yes", body: line("1", ""), status: 400, want: `{"error":"wait: want served, got \"yes\"","stored":0,"refused":0,"left_out":0}`},
		{name: "a form", header: []string{"Content-Type", "application/x-www-form-urlencoded"}, body: line("1", ""), status: 415, want: broken + `"want JSON Lines…`},
		{name: "a page", header: []string{"Content-Type", "text/html; charset=utf-8"}, body: line("1", ""), status: 415, want: broken + `"want JSON Lines…`},
		{name: "no type", header: []string{"Content-Type", ";"}, body: line("1", ""), status: 415, want: broken + `"want JSON Lines…`},
		{name: "a type with a character set", header: []string{"Content-Type", "application/x-ndjson; charset=utf-8"}, body: line("1", ""), status: 200, want: `{"stored":1,…`},
		{name: "gzip", header: []string{"Content-Encoding", "gzip"}, body: packed(line("1", "")), status: 200, want: `{"stored":1,…`},
		{name: "no gzip", header: []string{"Content-Encoding", "gzip"}, body: line("1", ""), status: 400, want: broken + `"gzip: …`},
		{name: "half of gzip", header: []string{"Content-Encoding", "gzip"}, body: packed(line("1", ""))[:40], status: 400, want: broken + `"body: unexpected EOF"…`},
		{name: "another encoding", header: []string{"Content-Encoding", "br"}, body: "x", status: 415, want: broken + `"Content-Encoding: want gzip or none, got \"br\""…`},
		{name: "much of nothing in gzip", header: []string{"Content-Encoding", "gzip"}, body: strings.Repeat(packed(strings.Repeat(" ", 1<<20)), 257), status: 413, want: broken + `"body: the body is larger than 256 MiB: send it in parts"…`},
		{name: "a long key", header: []string{"Idempotency-Key", strings.Repeat("x", 201)}, body: line("1", ""), status: 400, want: broken + `"Idempotency-Key: longer than 200 bytes"…`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, d := portal(t)
			w := ask(h, "POST", "/-/articles"+tt.target, tt.body, tt.header...)
			got := strings.TrimSuffix(w.Body.String(), "\n")
			want, part := strings.CutSuffix(tt.want, "…")
			if w.Code != tt.status || got != want && !(part && strings.HasPrefix(got, want)) {
				t.Errorf("%d %s\nwant %d %s", w.Code, got, tt.status, tt.want)
			}
			if !json.Valid(w.Body.Bytes()) || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("no JSON: %s", got)
			}
			if stored := strings.Contains(got, `"ids"`); stored != (d.stored == 1) {
				t.Errorf("%d refreshes after %s", d.stored, got)
			}
		})
	}
}

func TestPostTooLarge(t *testing.T) {
	h, _ := portal(t)
	r := httptest.NewRequest("POST", "/-/articles", io.LimitReader(strings.NewReader(""), 0))
	r.ContentLength = 257 << 20
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMethods(t *testing.T) {
	h, _ := portal(t)
	for _, tt := range []struct {
		method, target string
		status         int
	}{
		{"GET", "/-/articles", 405},
		{"DELETE", "/-/articles", 405},
		{"PUT", "/-/articles/1", 405},
		{"DELETE", "/-/articles/", 404},
	} {
		if w := ask(h, tt.method, tt.target, ""); w.Code != tt.status {
			t.Errorf("%s %s: %d; want %d", tt.method, tt.target, w.Code, tt.status)
		}
	}
}

func TestRemove(t *testing.T) {
	h, d := portal(t)
	ask(h, "POST", "/-/articles", line("1", "")+line("a/b c", "")+line("2", ""))
	for _, tt := range []struct {
		target string
		status int
		want   string
	}{
		{"1", 200, `{"stored":0,"removed":1,"refused":0,"left_out":0}`},
		{"1", 404, `{"error":"there is no such article","stored":0,"refused":0,"left_out":0}`},
		{"a%2Fb%20c", 200, `{"stored":0,"removed":1,"refused":0,"left_out":0}`},
		{"2?wait=served", 200, `{"stored":0,"removed":1,"refused":0,"left_out":0,"served":true}`},
	} {
		if w := ask(h, "DELETE", "/-/articles/"+tt.target, ""); w.Code != tt.status || w.Body.String() != tt.want+"\n" {
			t.Errorf("DELETE %s: %d %s; want %d %s", tt.target, w.Code, w.Body, tt.status, tt.want)
		}
	}
	if d.stored != 4 {
		t.Errorf("%d refreshes", d.stored)
	}
}

func TestIdempotencyKey(t *testing.T) {
	h, d := portal(t)
	first, second := line("1", `,"tags":["a"]`), line("1", `,"tags":["b"]`)
	before := ask(h, "POST", "/-/articles", first, "Idempotency-Key", "k1")
	for _, tt := range []struct {
		name, body, key string
		status          int
		replayed        bool
		stored          int
	}{
		{"another request", second, "k2", 200, false, 2},
		{"the first again", first, "k1", 200, true, 2},
		{"with another body", second, "k1", 422, false, 2},
		{"without a body", "", "k1", 422, false, 2},
		{"without a key", first, "", 200, false, 3},
	} {
		w := ask(h, "POST", "/-/articles", tt.body, "Idempotency-Key", tt.key)
		if w.Code != tt.status || (w.Header().Get("Idempotency-Replayed") == "true") != tt.replayed || d.stored != tt.stored {
			t.Errorf("%s: %d %v %s, %d stored; want %+v", tt.name, w.Code, w.Header(), w.Body, d.stored, tt)
		}
		if tt.replayed {
			if diff := cmp.Diff(before.Body.String(), w.Body.String()); diff != "" {
				t.Errorf("%s (-before +now):\n%s", tt.name, diff)
			}
		}
	}
	// One that could not be read is not remembered: its client tries again.
	ask(h, "POST", "/-/articles", packed(first)[:20], "Idempotency-Key", "k3", "Content-Encoding", "gzip")
	if w := ask(h, "POST", "/-/articles", packed(first), "Idempotency-Key", "k3", "Content-Encoding", "gzip"); w.Code != 200 {
		t.Errorf("after a broken one: %d %s", w.Code, w.Body)
	}
}

// memory is a store that stores nothing, or fails.
type memory struct {
	receive.Store
	err     error
	storing chan struct{} // unless nil, articles wait for it
}

func (m *memory) PutOthers(_ context.Context, articles iter.Seq2[article.Article, error], _ func(article.Fault)) (n int, err error) {
	for range articles {
		n++
	}
	if m.storing != nil {
		<-m.storing
	}
	return n, m.err
}

func (m *memory) Delete(context.Context, iter.Seq2[string, error], func(id, station string)) error {
	return m.err
}
func (m *memory) Answered(context.Context, string) (a content.Answer, ok bool, err error) { return }
func (m *memory) Remember(context.Context, string, content.Answer) error                  { return nil }

func TestUnavailable(t *testing.T) {
	full := errors.New("content: the disk is full")
	for _, tt := range []struct {
		name string
		jobs *desk
		want string
	}{
		{"not open", &desk{}, "the content store is not open yet"},
		{"can't be written to", &desk{store: &memory{err: full}}, full.Error()},
	} {
		for _, method := range []string{"POST", "DELETE"} {
			target := map[string]string{"POST": "/-/articles", "DELETE": "/-/articles/1"}[method]
			w := ask(receive.New(stations(t), stations(t), article.Reader{}, tt.jobs), method, target, line("1", ""))
			if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("%s %s: %d %v %s", tt.name, method, w.Code, w.Header(), w.Body)
			}
		}
	}
	if w := ask(receive.Refuse("why not"), "POST", "/-/articles", ""); w.Code != 409 || !strings.Contains(w.Body.String(), "why not") {
		t.Errorf("refused: %d %s", w.Code, w.Body)
	}
}

// TestWaitTooLong has an edition not follow: the answer comes after half a minute and
// says of what station.
func TestWaitTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		h := receive.New(stations(t), stations(t), article.Reader{}, &desk{store: &memory{}, late: true})
		w := ask(h, "POST", "/-/articles?wait=served", line("1", ""))
		want := `{"stored":1,"refused":0,"left_out":0,"ids":["1"],"served":false,"waiting":{"xt":"not built: xt"}}` + "\n"
		if w.Code != http.StatusAccepted || w.Body.String() != want || time.Since(began) != 30*time.Second {
			t.Errorf("after %s: %d %s", time.Since(began), w.Code, w.Body)
		}
	})
}

// TestKeyBusy has two requests with a key at the same time.
func TestKeyBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{storing: make(chan struct{})}
		h := receive.New(stations(t), stations(t), article.Reader{}, &desk{store: store})
		done := make(chan int)
		go func() { done <- ask(h, "POST", "/-/articles", line("1", ""), "Idempotency-Key", "k").Code }()
		synctest.Wait()
		if w := ask(h, "POST", "/-/articles", line("1", ""), "Idempotency-Key", "k"); w.Code != http.StatusConflict {
			t.Errorf("the second: %d %s", w.Code, w.Body)
		}
		close(store.storing)
		if first := <-done; first != http.StatusOK {
			t.Errorf("the first: %d", first)
		}
	})
}
