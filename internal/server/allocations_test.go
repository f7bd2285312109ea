package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/metrics"
	"feedstation/internal/server"
)

// reused is an http.ResponseWriter that allocates nothing.
type reused struct{ header http.Header }

func (w reused) Header() http.Header          { return w.header }
func (reused) WriteHeader(int)                {}
func (reused) Write(body []byte) (int, error) { return len(body), nil }

// TestAllocations holds that to answer a request for a document, and to count it, allocates
// nothing beyond what net/http does.
func TestAllocations(t *testing.T) {
	n, editions := portal(t)
	meter := metrics.New("test", nil)
	meter.Stations(n)
	h := server.New(n, editions, nil, meter.Observe)
	feed, _ := editions["xt"].Document("/rss.xml")
	for _, match := range []string{"", feed.ETag(edition.Gzip)[0]} {
		r := httptest.NewRequest(http.MethodGet, "http://xt.news.example/rss.xml", nil)
		r.Header.Set("Accept-Encoding", "gzip, deflate")
		if match != "" {
			r.Header.Set("If-None-Match", match)
		}
		w := reused{http.Header{}}
		if got := testing.AllocsPerRun(100, func() {
			clear(w.header)
			h.ServeHTTP(w, r)
		}); got > 0 {
			t.Errorf("If-None-Match %q: %v allocations", match, got)
		}
	}
}
