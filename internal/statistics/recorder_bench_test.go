package statistics

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
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

// BenchmarkVisits measures what /status and the pages for operators ask: what three search
// engines have fetched of 140 stations, which twenty more crawlers read as well, in two days
// and by another process, too; and what all of them have of one station.
func BenchmarkVisits(b *testing.B) {
	r, now := New(slog.New(slog.DiscardHandler)), time.Now()
	r.Set(Settings{Days: 30, Zone: time.UTC, Prover: NewProver(nil, nil)})
	agents := []string{"Googlebot", "Bingbot", "Baiduspider"}
	for n := range 20 {
		agents = append(agents, fmt.Sprint("crawler", n))
	}
	for _, name := range presentDays(now.UTC()) {
		own := map[string]*Station{}
		for n := range 140 {
			s := new(Station)
			for _, agent := range agents {
				for _, document := range []string{"rss", "index", "month", "news", "baidu", "robots"} {
					s.visit(agent, Proved, document, Visit{1, now})
					s.visit(agent, Unchecked, document, Visit{1, now})
				}
			}
			own[fmt.Sprint("station", n)] = s
		}
		r.days[name], r.others[name] = &day{stations: own}, own
	}
	for _, bm := range []struct {
		name   string
		wanted func(station, agent string) bool
		want   int
	}{
		{"engines", func(_, agent string) bool { return slices.Contains(agents[:3], agent) }, 140 * 3 * 12},
		{"station", func(station, _ string) bool { return station == "station70" }, 23 * 12},
		{"all", nil, 140 * 23 * 12},
	} {
		b.Run(bm.name, func(b *testing.B) {
			for b.Loop() {
				n := 0
				for range r.Visits(bm.wanted) {
					n++
				}
				if n != bm.want {
					b.Fatalf("%d visits, want %d", n, bm.want)
				}
			}
		})
	}
}
