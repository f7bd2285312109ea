package statistics

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkCount measures what a request costs, that is told of and that is counted, in
// processor time: a request itself waits for less.
func BenchmarkCount(b *testing.B) {
	for _, bm := range []struct{ name, userAgent string }{{"hosted", feedly}, {"reader", miniflux}, {"crawler", gptbot}} {
		b.Run(bm.name, func(b *testing.B) {
			n := portal(b)
			r := New(slog.New(slog.DiscardHandler))
			r.Set(Settings{Days: 30, Zone: time.UTC, Prover: NewProver(nil, nil)})
			observer := r.Observer(n, nil)
			request := httptest.NewRequest(http.MethodGet, "https://xt.news.example/rss.xml", nil)
			request.Header.Set("User-Agent", bm.userAgent)
			target, err := n.Resolve("xt.news.example", "/rss.xml")
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				observer(request, target, http.StatusOK)
				r.batch(nil)
			}
		})
	}
}
