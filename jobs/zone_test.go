package jobs_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
)

// A station whose time zone changes has each article in one month, that of the new
// zone, once; what identifies it to readers and what was withdrawn stay.
func TestTimeZoneChanges(t *testing.T) {
	in(t, func(w *world) {
		publications := map[string]time.Time{} // by address
		boundary := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		var first article.Article
		for id, offset := range []time.Duration{-40 * dayHours, -17 * time.Hour, -9 * time.Hour, -7 * time.Hour, -time.Hour, 0, time.Hour, 7 * time.Hour, 9 * time.Hour, 40 * time.Hour} {
			a := newArticle("xt", id, 0)
			a.Published = boundary.Add(offset)
			a.Updated = a.Published
			w.put(a)
			if id == 3 {
				first = a
			}
			publications[a.URL] = a.Published
		}
		gone := newArticle("xt", 50, 0)
		gone.Published = boundary.Add(-2 * time.Hour)
		gone.Updated = gone.Published
		w.put(gone)
		w.refresh()
		time.Sleep(time.Minute)
		dump := w.copied()
		delete(publications, first.URL)
		was := first.URL
		first.URL = "https://xt.news.example/moved/3.html"
		publications[first.URL] = first.Published
		w.put(first, withdrawnFrom(gone))
		w.refresh()

		check := func(zone *time.Location) {
			w.t.Helper()
			found, months, index := map[string]int{}, 0, w.body("xt", network.IndexPath)
			for path := range w.edition("xt").All() {
				month, _, ok := network.ParseShardPath(path)
				if !ok {
					continue
				}
				if months++; !strings.Contains(index, path+"</loc>") {
					w.t.Errorf("%s: the index does not name %s", zone, path)
				}
				for address, published := range publications {
					n := strings.Count(w.body("xt", path), "<loc>"+address+"</loc>")
					if found[address] += n; n > 0 && month != article.MonthOf(published, zone) {
						w.t.Errorf("%s: %s is in %s", zone, address, path)
					}
				}
			}
			if n := strings.Count(index, "/sitemaps/20"); n != months {
				w.t.Errorf("%s: the index names %d files, want %d", zone, n, months)
			}
			for address := range publications {
				if found[address] != 1 {
					w.t.Errorf("%s: %s is there %d times", zone, address, found[address])
				}
			}
			if paths := naming(w.t, w.edition("xt"), 50); len(paths) > 0 {
				w.t.Errorf("%s: what was withdrawn is in %q", zone, paths)
			}
			contents, _ := w.edition("xt").Contents(network.ShardPath(article.MonthOf(first.Published, zone), 1))
			if got := maps.Collect(edition.KnownBy(doctest.Body(w.t, contents), nil))["3"].GUID; got != was {
				w.t.Errorf("%s: known by %s, want %s", zone, got, was)
			}
		}
		check(shanghai)
		xt, _ := w.network.Station("xt")
		for i, zone := range []*time.Location{time.UTC, time.FixedZone("-08", -8*60*60), shanghai, time.FixedZone("-12", -12*60*60), time.FixedZone("+14", 14*60*60), time.UTC} {
			time.Sleep(time.Minute)
			xt.Zone = zone
			w.restart(options)
			w.refresh()
			check(zone)
			if i == 3 { // a dump is restored in which the newsroom goes on
				w.store = dump
				w.put(first, newArticle("yy", 90, 0))
				w.refresh()
				check(zone)
			}
		}
	})
}
