package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

func answerTo(h http.Handler, target string, fields ...string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(fields); i += 2 {
		r.Header.Set(fields[i], fields[i+1])
	}
	h.ServeHTTP(w, r)
	return w
}

// What depends on the configuration alone is there before a station has an edition, and
// whatever its edition says.
func TestStanding(t *testing.T) {
	n, editions := portal(t)
	opml := edition.NewDocument("text/x-opml", []byte("<opml/>"), edition.Epoch)
	documents := map[string]*edition.Document{"/robots.txt": edition.NewDocument(textType, []byte("Sitemap: x\n"), edition.Epoch), "/feeds.opml": opml}
	h := server.New(n, editions, map[string]map[string]*edition.Document{"xt": documents, "yy": documents, "old": documents}, nil)
	for target, want := range map[string]int{
		"https://yy.news.example/robots.txt": 200, "https://yy.news.example/feeds.opml": 200, "http://localhost/yy/robots.txt": 200,
		"https://yy.news.example/rss.xml": 503, "https://yy.news.example/sitemap.xml": 503, "https://old.news.example/robots.txt": 410,
	} {
		if got := answerTo(h, target); got.Code != want {
			t.Errorf("%s: %d, want %d", target, got.Code, want)
		}
	}
	first := answerTo(h, "https://yy.news.example/robots.txt")
	if got := first.Header(); got.Get("Last-Modified") != edition.Epoch.Format(http.TimeFormat) || got.Get("Etag") == "" || got.Get("X-Robots-Tag") != "" {
		t.Errorf("header %v", got)
	}
	if got := answerTo(h, "https://yy.news.example/feeds.opml").Header().Get("X-Robots-Tag"); got != "noindex" {
		t.Errorf("X-Robots-Tag of the list of feeds: %q", got)
	}
	if got := answerTo(h, "https://yy.news.example/robots.txt", "If-None-Match", first.Header().Get("Etag")); got.Code != 304 {
		t.Errorf("the same again: %d", got.Code)
	}

	// The edition of xt was built with other lines: they changed since.
	got := answerTo(h, "https://xt.news.example/robots.txt")
	since, err := http.ParseTime(got.Header().Get("Last-Modified"))
	if got.Body.String() != "Sitemap: x\n" || err != nil || time.Since(since) > time.Minute {
		t.Errorf("%q, changed %v", got.Body, got.Header()["Last-Modified"])
	}
	editions["xt"] = edition.New("xt", noon, "4712", map[string]*edition.Document{"/robots.txt": edition.NewDocument(textType, []byte("Sitemap: x\n"), noon)})
	if got := answerTo(h, "https://xt.news.example/robots.txt").Header().Get("Last-Modified"); got != noon.Format(http.TimeFormat) {
		t.Errorf("built with the same lines: changed %s, want %s", got, noon)
	}
}

// Stations in folders of one host answer there, and redirect there.
func TestFolders(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", URL: "https://www.news.example/xt", Icon: "https://www.news.example/xt.png", Aliases: network.Aliases{All: network.AliasSet("wordpress")}, Channels: []network.Channel{
			{ID: "moment", Was: []string{"now"}}, {ID: "gossip", Former: network.Former{Closed: true}},
		}},
		{ID: "cs", URL: "https://www.news.example/cs", Former: network.Former{MovedTo: "https://cs.news.example"}},
		{ID: "yy", Was: []string{"yueyang"}, URL: "https://www.news.example/news/yy"},
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]map[string]*edition.Document{"xt": {"/robots.txt": edition.NewDocument(textType, tinyBody, edition.Epoch)}}
	h := server.New(n, stands{"xt": edition.New("xt", noon, "4711", served())}, documents, nil)
	tests := []struct {
		target, location string
		status           int
	}{
		{"https://www.news.example/xt/rss.xml", "", 200},
		{"https://www.news.example/xt/moment/rss.xml", "", 200},
		{"https://www.news.example/xt/sitemaps/2026-03.xml.gz", "", 200},
		{"https://www.news.example/robots.txt", "", 200},
		{"https://www.news.example/xt/robots.txt", "", 200},
		{"https://www.news.example/rss.xml", "", 404},
		{"https://www.news.example/", "", 404},
		{"https://www.news.example/xt/", "/xt/feeds.html", 308},
		{"https://www.news.example/xt", "/xt/feeds.html", 308},
		{"https://www.news.example/xt/feeds/now.html", "/xt/feeds/moment.html", 308},
		{"https://www.news.example/xt/feeds/gossip.html", "", 410},
		{"https://www.news.example/cs/feeds/moment.html", "https://cs.news.example/feeds/moment.html", 308},
		{"https://www.news.example/news/yy/feeds.html", "", 503},
		{"https://www.news.example/xt/feed/", "/xt/rss.xml", 308},
		{"https://www.news.example/xt/category/moment/feed/", "/xt/moment/rss.xml", 308},
		{"https://www.news.example/xt/now/rss.xml", "/xt/moment/rss.xml", 308},
		{"https://www.news.example/xt/gossip/rss.xml", "", 410},
		{"https://www.news.example/xt/favicon.ico", "https://www.news.example/xt.png", 308},
		{"https://www.news.example/cs/moment/rss.xml", "https://cs.news.example/moment/rss.xml", 308},
		{"https://www.news.example/news/yy/rss.xml", "", 503},
		{"http://localhost/xt/rss.xml", "", 200},
		{"http://localhost/xt/feed/", "/xt/rss.xml", 308},
		{"http://localhost/yueyang/rss.xml", "/yy/rss.xml", 308},
	}
	for _, tt := range tests {
		if got := answerTo(h, tt.target); got.Code != tt.status || got.Header().Get("Location") != tt.location {
			t.Errorf("%s: %d to %q, want %d to %q", tt.target, got.Code, got.Header().Get("Location"), tt.status, tt.location)
		}
	}
}

// On shared hosts the root leads to the stations' pages, and a station's folder says what
// is where.
func TestDirectory(t *testing.T) {
	n, editions := portal(t)
	h := server.New(n, editions, nil, nil)
	for target, want := range map[string]string{
		"http://localhost/":                 `<a href="xt/feeds.html"`,
		"http://localhost":                  `<link rel="stylesheet" href="xt/feeds.css">`,
		"http://localhost/xt":               "/xt/feeds.html          https://xt.news.example/feeds.html\n",
		"http://localhost/xt/":              "/xt/moment/atom.xml     https://xt.news.example/moment/atom.xml\n",
		"http://localhost/yy":               "/yy/sitemaps/news.xml   https://yy.news.example/sitemaps/news.xml\n",
		"http://localhost/yy/":              "/yy/robots.txt          https://yy.news.example/robots.txt\n",
		"http://localhost/old/":             "",
		"http://localhost/nowhere/":         "",
		"https://xt.news.example/":          "",
		"http://localhost/xt/moment/":       "",
		"http://evil.example/":              "",
		"http://localhost/../":              "",
		"http://localhost/%2e%2e/":          "",
		"http://localhost//xt.news.example": "",
	} {
		got := answerTo(h, target)
		if want == "" && got.Code == 200 || want != "" && (got.Code != 200 || !strings.Contains(got.Body.String(), want)) {
			t.Errorf("%s: %d, want %q in\n%s", target, got.Code, want, got.Body)
		}
	}
}
