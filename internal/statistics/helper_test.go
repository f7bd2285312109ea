package statistics

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"feedstation/internal/network"
)

// The agents of the tests.
const (
	feedly    = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 462 subscribers; like FeedFetcher-Google)"
	miniflux  = "Mozilla/5.0 (compatible; Miniflux/2.3.5; +https://miniflux.app)"
	googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
	gptbot    = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
)

func portal(t testing.TB) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", URL: "https://xt.news.example", Terms: network.Terms{Disallow: []string{"GPTBot"}}, Channels: []network.Channel{{ID: "moment"}}},
		{ID: "cs", URL: "https://www.news.example/cs"},
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// asked is a request that has been answered.
type asked struct {
	url, userAgent, from string
	method               string // default GET
	status               int    // default 200
}

// observe tells an observer of a request.
func observe(t testing.TB, n *network.Network, observer func(*http.Request, network.Target, int), a asked) {
	t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	r := httptest.NewRequest(a.method, a.url, nil)
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("User-Agent", a.userAgent)
	r.RemoteAddr = "127.0.0.1:4711"
	if a.from != "" {
		r.Header.Set("X-Forwarded-For", a.from)
	}
	target, _ := n.Resolve(r.Host, r.URL.EscapedPath())
	observer(r, target, a.status)
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// started returns a recorder that counts until the test is over, or stop is called.
func started(t *testing.T, s Settings) (r *Recorder, stop func()) {
	t.Helper()
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if s.Prover == nil {
		s.Prover = NewProver(nil, nil)
	}
	if s.Stations == nil {
		s.Stations = []*network.Station{{ID: "xt"}, {ID: "cs"}}
	}
	r = New(slog.New(slog.DiscardHandler))
	r.Set(s)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { r.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return r, stop
}

// memory shares within a test.
type memory struct {
	mu    sync.Mutex
	fails bool
	salts map[string][]byte
	gone  map[string]time.Time         // when salts go
	parts map[string]map[string][]byte // by day and station, by run
}

func newMemory() *memory {
	return &memory{salts: map[string][]byte{}, gone: map[string]time.Time{}, parts: map[string]map[string][]byte{}}
}

var errAway = errors.New("away")

func (m *memory) fail(fails bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fails = fails
}

func (m *memory) ShareSalt(_ context.Context, day string, proposed []byte, life time.Duration) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails {
		return nil, errAway
	}
	maps.DeleteFunc(m.salts, func(day string, _ []byte) bool { return !time.Now().Before(m.gone[day]) })
	if m.salts[day] == nil {
		m.salts[day], m.gone[day] = proposed, time.Now().Add(life)
	}
	return m.salts[day], nil
}

func (m *memory) SharePart(_ context.Context, day, run string, stations map[string][]byte, _ time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails {
		return errAway
	}
	for id, part := range stations {
		inner(&m.parts, day+"/"+id)[run] = part
	}
	return nil
}

func (m *memory) SharedParts(_ context.Context, day string, stations []string) ([]map[string][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails {
		return nil, errAway
	}
	parts := make([]map[string][]byte, len(stations))
	for i, id := range stations {
		parts[i] = maps.Clone(m.parts[day+"/"+id])
	}
	return parts, nil
}
