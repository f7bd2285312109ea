package server_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

// Documents name themselves and their station to caches in front where those ask for it,
// at their own paths, sent or not changed; nothing else does.
func TestCacheKeys(t *testing.T) {
	station := func(id string, keys network.CacheKeys) *network.Station {
		return &network.Station{
			ID: id, URL: "https://" + id + ".news.example", CacheKeys: keys,
			Channels: []network.Channel{{ID: "society", Was: []string{"people"}, Name: "社会"}},
		}
	}
	n, err := network.New("n", []*network.Station{
		station("xt", network.CacheKeys{SurrogateKey: true, CacheTag: true}),
		station("cs", network.CacheKeys{CacheTag: true}), station("yy", network.CacheKeys{}),
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	feed := edition.NewDocument(rssType, tinyBody, edition.Epoch)
	documents := func(channel string) map[string]*edition.Document {
		return map[string]*edition.Document{
			"/rss.xml": edition.NewDocument(rssType, tinyBody, edition.Epoch), "/" + channel + "/rss.xml": feed,
			"/sitemaps/2019-03.xml": edition.NewDocument(rssType, tinyBody, edition.Epoch),
		}
	}
	editions := stands{}
	for _, s := range n.Stations {
		editions[s.ID] = edition.New(s.ID, noon, "1", documents("society"))
	}
	// The same document has been asked for at the former path of its channel.
	feed.CacheKeys(n.Stations[0], "/people/rss.xml")
	h := server.New(n, editions, nil, nil)
	etag := answerTo(h, "https://xt.news.example/rss.xml").Header().Get("Etag")
	tests := []struct {
		name, target string
		fields       []string
		status       int
		want         http.Header
	}{
		{"a feed", "https://xt.news.example/rss.xml", nil, 200, http.Header{"Surrogate-Key": {"fs.xt fs.xt.rss.xml"}, "Cache-Tag": {"fs.xt,fs.xt.rss.xml"}}},
		{"not changed", "https://xt.news.example/rss.xml", []string{"If-None-Match", etag}, 304, http.Header{"Surrogate-Key": {"fs.xt fs.xt.rss.xml"}, "Cache-Tag": {"fs.xt,fs.xt.rss.xml"}}},
		{"of a channel", "http://localhost/xt/society/rss.xml", nil, 200, http.Header{"Surrogate-Key": {"fs.xt fs.xt.society.rss.xml"}, "Cache-Tag": {"fs.xt,fs.xt.society.rss.xml"}}},
		{"a sitemap", "https://cs.news.example/sitemaps/2019-03.xml", nil, 200, http.Header{"Cache-Tag": {"fs.cs,fs.cs.sitemaps.2019-03.xml"}}},
		{"its twin", "https://cs.news.example/sitemaps/2019-03.xml.gz", nil, 200, http.Header{"Cache-Tag": {"fs.cs,fs.cs.sitemaps.2019-03.xml"}}},
		{"not asked for", "https://yy.news.example/rss.xml", nil, 200, http.Header{}},
		{"no document", "https://xt.news.example/none", nil, 404, http.Header{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 {
				w := answerTo(h, tt.target, tt.fields...)
				got := http.Header{}
				for _, name := range []string{"Surrogate-Key", "Cache-Tag"} {
					if values := w.Header()[name]; values != nil {
						got[name] = values
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" || w.Code != tt.status {
					t.Errorf("status %d, want %d; header (-want +got):\n%s", w.Code, tt.status, diff)
				}
			}
		})
	}
	if n := testing.AllocsPerRun(10, func() { feed.CacheKeys(n.Stations[0], "/society/rss.xml") }); n > 0 {
		t.Errorf("%v allocations for keys that are there", n)
	}
}
