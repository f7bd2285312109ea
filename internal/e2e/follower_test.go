package e2e

import (
	"io"
	"net/http"
	"testing"
	"time"

	"feedstation/internal/testkit/redistest"
)

// BenchmarkFollower compares a process that serves what it follows from Redis
// with one that has no Redis, asked by turns: the ratio of the times per request
// should be 1.
func BenchmarkFollower(b *testing.B) {
	shared := "FEEDSTATION_CACHE_REDIS_ADDRS=" + redistest.Start(b).Addr()
	publisher := newProcess(b, "xt.news.example", shared)
	follower := newProcess(b, "xt.news.example", shared, "FEEDSTATION_JOBS_ENABLED=false")
	alone := newProcess(b, "xt.news.example")
	for _, p := range []*process{publisher, alone} {
		p.run("demo", "--articles", "300")
	}
	for _, p := range []*process{publisher, follower, alone} {
		p.start()
		p.await("<item>")
	}
	const requests = 100 // of each, in one turn
	var took [2]time.Duration
	turns := []*process{follower, alone}
	n := 0
	for b.Loop() {
		for i := range turns {
			k := (i + n) % 2
			began := time.Now()
			for range requests {
				ask(b, turns[k], "/xt/rss.xml")
			}
			took[k] += time.Since(began)
		}
		n++
	}
	b.ReportMetric(float64(took[0].Microseconds())/float64(n*requests), "µs/follower-request")
	b.ReportMetric(float64(took[1].Microseconds())/float64(n*requests), "µs/lone-request")
	b.ReportMetric(float64(took[0])/float64(took[1]), "×")
	b.ReportMetric(0, "ns/op")
}

// ask has a document in gzip, as readers do, and throws it away.
func ask(b *testing.B, p *process, path string) {
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://127.0.0.1:"+p.port+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := p.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if n, err := io.Copy(io.Discard, answer.Body); err != nil || n < 1000 || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d bytes, %v", answer.Status, n, err)
	}
}
