package jobs_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
)

// A station and a channel that have other ids go on with what they had: articles keep
// what readers know them by, nothing changed later than it did, and what the content store
// does not call so yet is no reason to publish an empty feed.
func TestRename(t *testing.T) {
	in(t, func(w *world) {
		moved := newArticle("xt", 1, time.Hour)
		w.put(append(several("xt", 2, 14), moved, newArticle("yy", 90, 0))...)
		w.refresh()
		time.Sleep(time.Minute)
		was := moved.URL
		moved.URL = "https://xt.news.example/moved/1.html"
		w.put(moved)
		w.refresh()
		before := w.edition("xt")

		rename := func() {
			n, err := network.New("湘江新闻网", []*network.Station{
				{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example", Language: "zh-CN", Zone: shanghai, All: true, Channels: []network.Channel{{ID: "moment", Name: "时刻"}}},
				{ID: "xiangtan", Was: []string{"xt"}, Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{
					{ID: "now", Was: []string{"moment"}, Name: "时刻新闻"}, {ID: "culture", Name: "文化"},
				}},
				{ID: "yy", Name: "岳阳站", URL: "https://yy.news.example", Language: "zh-CN", Zone: shanghai, Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}}},
			}, []string{"localhost"})
			if err != nil {
				w.t.Fatal(err)
			}
			w.network = n
			w.restart(options)
		}
		w.editions.current["xiangtan"] = before.Renamed("xiangtan") // as the cache does
		delete(w.editions.current, "xt")
		time.Sleep(time.Minute)
		rename() // but the store goes on with the former ones
		err := w.conductor.Refresh(w.t.Context())
		if err == nil || !strings.Contains(err.Error(), `station "xt", which is not configured: see was and key`) {
			t.Errorf("refresh: %v", err)
		}
		if e := w.edition("xiangtan"); !maps.Equal(hashesOf(e), hashesOf(before)) {
			t.Error("another edition is served")
		}
		w.store, err = content.OpenWith(w.t.Context(), content.Options{Driver: content.SQLite, DSN: w.file, Network: w.network})
		if err != nil {
			t.Fatal(err)
		}
		w.t.Cleanup(func() { w.store.Close() })
		time.Sleep(time.Minute)
		w.refresh()
		e := w.edition("xiangtan")
		for path, d := range before.All() {
			now := strings.NewReplacer("/moment/", "/now/", "/moment.html", "/now.html").Replace(path)
			document, ok := e.Document(now)
			if !ok {
				t.Errorf("no %s", now)
				continue
			}
			if document.Modified().Before(d.Modified()) {
				t.Errorf("%s changed at %s, %s at %s", now, document.Modified(), path, d.Modified())
			}
			if strings.HasPrefix(path, "/sitemaps/") && document.Hash() != d.Hash() {
				t.Errorf("%s is another one", path)
			}
		}
		if _, ok := e.Document("/moment/rss.xml"); ok {
			t.Error("the channel's former feed is still there")
		}
		for _, path := range []string{"/rss.xml", "/now/rss.xml", network.ShardPath(article.MonthOf(moved.Published, shanghai), 1)} {
			contents, _ := e.Contents(path)
			if got := maps.Collect(edition.KnownBy(doctest.Body(t, contents), nil))["1"].GUID; got != was {
				t.Errorf("%s: known by %s, want %s", path, got, was)
			}
		}
	})
}

func hashesOf(e *edition.Edition) map[string]edition.Hash {
	hashes := map[string]edition.Hash{}
	for _, path := range slices.Sorted(maps.Keys(maps.Collect(e.All()))) {
		d, _ := e.Document(path)
		hashes[path] = d.Hash()
	}
	return hashes
}
