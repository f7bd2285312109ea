package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

// TestObserver holds that an observer is called once with each request and its answer.
func TestObserver(t *testing.T) {
	n, editions := portal(t)
	gzip := map[string]string{"Accept-Encoding": "gzip"}
	feed, err := documents()["/rss.xml"].Variant(edition.Gzip)
	if err != nil {
		t.Fatal(err)
	}
	tag := documents()["/rss.xml"].ETag(edition.Gzip)[0]
	for _, tt := range []struct {
		name, method, target string
		header               map[string]string
		station, path        string
		kind                 network.Kind
		want                 server.Sent
	}{
		{"a feed", "GET", "https://xt.news.example/rss.xml", nil, "xt", "/rss.xml", network.RSSKind, server.Sent{Status: 200, Bytes: int64(len(feedBody))}},
		{"in gzip", "GET", "https://xt.news.example/rss.xml", gzip, "xt", "/rss.xml", network.RSSKind, server.Sent{Status: 200, Encoding: edition.Gzip, Bytes: int64(len(feed.Body))}},
		{"HEAD", "HEAD", "https://xt.news.example/rss.xml", gzip, "xt", "/rss.xml", network.RSSKind, server.Sent{Status: 200, Encoding: edition.Gzip}},
		{"not modified", "GET", "https://xt.news.example/rss.xml", map[string]string{"Accept-Encoding": "gzip", "If-None-Match": tag}, "xt", "/rss.xml", network.RSSKind, server.Sent{Status: 304, Encoding: edition.Gzip}},
		{"a shared host", "GET", "http://localhost/xt/robots.txt", nil, "xt", "/robots.txt", network.RobotsKind, server.Sent{Status: 200, Bytes: int64(len(tinyBody))}},
		{"not acceptable", "GET", "https://xt.news.example/rss.xml", map[string]string{"Accept-Encoding": "identity;q=0"}, "xt", "/rss.xml", network.RSSKind, server.Sent{Status: 406, Bytes: 78}},
		{"no document", "GET", "https://xt.news.example/wp-login.php", nil, "xt", "/wp-login.php", network.NoKind, server.Sent{Status: 404, Bytes: int64(len(noDocument))}},
		{"no document, HEAD", "HEAD", "https://xt.news.example/wp-login.php", nil, "xt", "/wp-login.php", network.NoKind, server.Sent{Status: 404}},
		{"an alias", "GET", "https://xt.news.example/feed/", nil, "xt", "/feed/", network.NoKind, server.Sent{Status: 301, Bytes: int64(len(hasMoved))}},
		{"a channel that has moved", "GET", "https://xt.news.example/life/atom.xml", nil, "xt", "/life/atom.xml", network.AtomKind, server.Sent{Status: 308, Bytes: int64(len(hasMoved))}},
		{"a closed station", "GET", "https://old.news.example/rss.xml", nil, "old", "/rss.xml", network.RSSKind, server.Sent{Status: 410, Bytes: 36}},
		{"no edition", "GET", "https://yy.news.example/rss.xml", nil, "yy", "/rss.xml", network.RSSKind, server.Sent{Status: 503, Bytes: int64(len(noEdition))}},
		{"all stations", "GET", "http://localhost/", nil, "", "/", network.DirectoryKind, server.Sent{Status: 200}},
		{"no further page of stations", "GET", "http://localhost/feeds-2.html", nil, "", "/feeds-2.html", network.DirectoryKind, server.Sent{Status: 404, Bytes: int64(len(noDocument))}},
		{"a station's addresses", "GET", "http://localhost/xt", nil, "xt", "", network.DirectoryKind, server.Sent{Status: 200}},
		{"no station", "GET", "http://localhost/none/rss.xml", nil, "", "", network.NoKind, server.Sent{Status: 404, Bytes: int64(len(noDocument))}},
		{"no host of ours", "GET", "https://evil.example/rss.xml", nil, "", "", network.NoKind, server.Sent{Status: 421, Bytes: int64(len(noHost))}},
		{"POST", "POST", "https://xt.news.example/rss.xml", nil, "", "", network.NoKind, server.Sent{Status: 405, Bytes: int64(len(onlyGet))}},
		{"OPTIONS", "OPTIONS", "https://xt.news.example/rss.xml", nil, "", "", network.NoKind, server.Sent{Status: 204}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			calls := 0
			r := httptest.NewRequest(tt.method, tt.target, nil)
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			server.New(n, editions, nil, func(got *http.Request, target network.Target, sent server.Sent) {
				calls++
				station := ""
				if target.Station != nil {
					station = target.Station.ID
				}
				if tt.kind == network.DirectoryKind {
					tt.want.Bytes = int64(w.Body.Len())
				}
				if got != r || station != tt.station || target.Path != tt.path || target.Kind() != tt.kind || sent != tt.want {
					t.Errorf("%q %q %v %+v, want %q %q %v %+v", station, target.Path, target.Kind(), sent, tt.station, tt.path, tt.kind, tt.want)
				}
			}).ServeHTTP(w, r)
			if calls != 1 || w.Code != tt.want.Status {
				t.Errorf("%d calls, status %d, want %d", calls, w.Code, tt.want.Status)
			}
		})
	}
}
