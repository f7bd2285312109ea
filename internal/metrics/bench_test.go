//go:build unix

package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/testkit/processor"
)

// BenchmarkScrape measures what an operator's Prometheus costs a process of 140 stations;
// the goal is 20 ms and 500 KB.
func BenchmarkScrape(b *testing.B) {
	p := newPortal(b, 140)
	p.some()
	h := p.admin.Handler()
	size, began := 0, processor.Time(b)
	for b.Loop() {
		w := &counting{header: http.Header{}}
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8081/metrics", nil))
		size = w.size
	}
	b.ReportMetric((processor.Time(b)-began).Seconds()*1000/float64(b.N), "processor-ms/scrape")
	b.ReportMetric(float64(size)/1000, "KB/scrape")
}

// counting is a client that reads an answer, and costs nothing.
type counting struct {
	header http.Header
	size   int
}

func (c *counting) Header() http.Header { return c.header }
func (c *counting) WriteHeader(int)     {}
func (c *counting) Write(p []byte) (int, error) {
	c.size += len(p)
	return len(p), nil
}

// BenchmarkObserve measures what counting costs a request.
func BenchmarkObserve(b *testing.B) {
	p := newPortal(b, 140)
	target, sent := network.Target{Station: p.network.Stations[70], Path: "/moment/rss.xml"}, server.Sent{Status: 200, Encoding: edition.Gzip, Bytes: 24_000}
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.meter.Observe(nil, target, sent)
		}
	})
}
