package ingest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/network"
)

// newsroom returns a network of the stations xt, with two channels, and yy.
func newsroom(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{
		{
			ID: "xt", Was: []string{"xiangtan"}, URL: "https://xt.news.example", Zone: time.UTC, Language: "zh-CN",
			Channels: []network.Channel{{ID: "politics", Name: "时政"}, {ID: "moment", Was: []string{"now"}, Name: "时刻新闻"}},
		},
		{ID: "yy", URL: "https://yy.news.example", Zone: time.UTC, Language: "zh-CN"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func openStore(t *testing.T) *content.Store {
	t.Helper()
	store, err := content.Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// logLines is what was logged.
type logLines struct {
	mu sync.Mutex
	strings.Builder
}

func (l *logLines) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.Write(text)
}

func (l *logLines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Builder.String()
}

// wire is a transport to a handler, without a network, so that time can be simulated.
// It counts requests.
type wire struct {
	http.Handler
	mu       sync.Mutex
	requests []*http.Request
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.requests = append(w.requests, r)
	w.mu.Unlock()
	recorder := httptest.NewRecorder()
	w.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	response := recorder.Result()
	response.Request = r
	return response, nil
}

// take returns the requests since it was last called.
func (w *wire) take() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.requests
	w.requests = nil
	return taken
}

// settings are those of a kind in tests.
const system = "https://cms.example"

// open returns a source of a kind that is asked through a handler.
func open(t *testing.T, store *content.Store, kind string, s Settings, handler http.Handler, change func(*Options)) (*Source, *wire, *logLines) {
	t.Helper()
	if s.URL == "" {
		s.URL = system
	}
	k, err := KindOf(kind, s)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		ID: "cms", Name: kind, Kind: k, URL: s.URL, Station: "xt", Every: time.Minute, Audit: 5 * time.Minute,
		Access: Access{UserAgent: "feedstation/test", Timeout: 30 * time.Second, Rate: 1000, MaxBytes: 32 << 20},
	}
	if change != nil {
		change(&o)
	}
	lines := new(logLines)
	source, err := NewSource(slog.New(slog.NewTextHandler(lines, nil)), newsroom(t), store, o)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Handler: handler}
	if c, ok := source.client.(*client); ok {
		c.http.Transport = w
	}
	return source, w, lines
}

// run runs a source until nothing more is to be done.
func run(t *testing.T, s *Source) (changed bool, err error) {
	t.Helper()
	for {
		one, more, err := s.Run(t.Context(), nil)
		changed = changed || one
		if err != nil || !more {
			return changed, err
		}
	}
}

func mustRun(t *testing.T, s *Source) (changed bool) {
	t.Helper()
	changed, err := run(t, s)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}
