package jobs_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
)

// A restored database gives ids again. Another article under an id is known by its own
// address; the same one, with the same address and publication, by what it was.
func TestIDsGivenAgain(t *testing.T) {
	require.Time(t)
	const first, second, third = "https://xt.news.example/first.html", "https://xt.news.example/second.html", "https://xt.news.example/third.html"
	published := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		at   time.Time
		url  string
		want string
	}{
		{"the same", published, second, first},
		{"at its first address", published, first, first},
		{"another address", published, third, third},
		{"another publication", published.Add(time.Hour), second, second},
		{"both", published.Add(-30 * time.Hour), third, third},
	} {
		for _, restored := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, restored %t", tt.name, restored), func(t *testing.T) {
				in(t, func(w *world) {
					w.put(several("xt", 10, 5)...)
					w.refresh()
					time.Sleep(time.Minute)
					dump := w.copied()
					one := newArticle("xt", 1, 0)
					one.Published, one.URL = published, first
					w.put(one, newArticle("xt", 20, 0))
					w.refresh()
					one.URL = second
					w.put(one)
					w.refresh()
					if restored { // between two refreshes, the second of which finds it behind
						w.store = dump
						time.Sleep(time.Minute)
						if err := w.conductor.Refresh(w.t.Context()); err == nil {
							w.t.Fatal("an older store was taken")
						}
					} else {
						w.exec("DELETE FROM articles WHERE id = '1'")
						w.refresh()
					}
					time.Sleep(time.Minute)
					one.Published, one.Updated, one.URL = tt.at, tt.at, tt.url
					w.put(one)
					w.refresh()
					for path, want := range map[string]article.Month{"/rss.xml": {}, "month": article.MonthOf(tt.at, shanghai)} {
						if path == "month" {
							path = network.ShardPath(want, 1)
						}
						contents, _ := w.edition("xt").Contents(path)
						known := maps.Collect(edition.KnownBy(doctest.Body(w.t, contents), nil))
						if got := known["1"].GUID; got != tt.want {
							w.t.Errorf("%s: known by %s, want %s", path, got, tt.want)
						}
					}
				})
			})
		}
	}
}
