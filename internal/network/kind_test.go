package network_test

import (
	"testing"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

func TestKind(t *testing.T) {
	s := &network.Station{ID: "xt", URL: "https://xt.news.example", Profiles: []string{"msn"}, Channels: []network.Channel{
		{ID: "moment", Profiles: []string{"smartnews"}},
	}}
	for path, want := range map[string]network.Kind{
		"/rss.xml": network.RSSKind, "/moment/rss.xml": network.RSSKind, "/none/rss.xml": network.RSSKind,
		"/atom.xml": network.AtomKind, "/moment/atom.xml": network.AtomKind,
		"/feed.json": network.JSONKind, "/moment/feed.json": network.JSONKind,
		"/msn.xml": network.ProfileKind, "/moment/smartnews.xml": network.ProfileKind,
		"/smartnews.xml": network.NoKind, "/moment/msn.xml": network.NoKind, "/none/msn.xml": network.NoKind,
		"/feeds.opml": network.OPMLKind, "/robots.txt": network.RobotsKind, "/.well-known/tdmrep.json": network.TDMKind, "/sitemaps/baidu.txt": network.BaiduKind,
		"/sitemap.xml": network.IndexKind, "/sitemap.xml.gz": network.IndexKind,
		"/sitemaps/news.xml": network.NewsKind, "/sitemaps/news-2.xml.gz": network.NewsKind,
		"/sitemaps/2026-03.xml": network.MonthKind, "/sitemaps/2026-03-2.xml.gz": network.MonthKind, "/sitemaps/1.xml": network.MonthKind,
		"/sitemaps/": network.NoKind, "/sitemaps/.xml": network.NoKind, "/sitemaps/a/2026-03.xml": network.NoKind, "/sitemaps/2026-03/a.xml": network.NoKind,
		"/sitemaps/rss.xml": network.NoKind, "/sitemaps/baidu.txt.gz": network.NoKind, "/sitemaps": network.NoKind,
		"/rss.xml.gz": network.NoKind, "/moment/": network.NoKind, "/moment": network.NoKind, "//rss.xml": network.NoKind, "/a/b/rss.xml": network.NoKind,
		"/feeds.html": network.DirectoryKind, "/feeds-2.html": network.DirectoryKind, "/feeds-12.html": network.DirectoryKind,
		"/feeds-1.html": network.NoKind, "/feeds-02.html": network.NoKind, "/feeds-.html": network.NoKind, "/feeds-+2.html": network.NoKind, "/feeds-2": network.NoKind,
		"/feeds/moment.html": network.PreviewKind, "/feeds/none.html": network.PreviewKind, "/feeds/rss.xml": network.RSSKind,
		"/feeds.css": network.AssetKind, "/feeds.js": network.AssetKind, "/feeds.svg": network.AssetKind, "/feeds/a/b.html": network.NoKind, "/feeds/": network.NoKind, "/feeds": network.NoKind,
		"": network.NoKind, "/": network.NoKind, "/favicon.ico": network.NoKind, "/.xml": network.NoKind, "/wp-login.php": network.NoKind,
	} {
		if got := (network.Target{Station: s, Path: path}).Kind(); got != want {
			t.Errorf("%q: %v, want %v", path, got, want)
		}
	}
	for _, path := range []string{"", "/"} {
		if got := (network.Target{Path: path, Shared: true}).Kind(); got != network.DirectoryKind {
			t.Errorf("%q on a shared host: %v", path, got)
		}
	}
}

// Every document has a kind, and every kind a word of its own.
func TestKinds(t *testing.T) {
	s := &network.Station{ID: "xt", URL: "https://xt.news.example", Profiles: []string{"msn"}, Channels: []network.Channel{
		{ID: "moment", Profiles: []string{"smartnews"}},
	}}
	month, err := article.ParseMonth("2026-03")
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{network.ShardPath(month, 1), network.ShardPath(month, 12), network.NewsPath(3)}
	for path := range s.Paths() {
		paths = append(paths, path)
	}
	for _, path := range paths {
		kind := network.Target{Station: s, Path: path}.Kind()
		if kind == network.NoKind {
			t.Errorf("%s: no kind", path)
		}
		if !network.IsSitemap(path) {
			continue
		}
		if got := (network.Target{Station: s, Path: path + network.GzipSuffix}).Kind(); got != kind {
			t.Errorf("%s: %v, and its twin %v", path, kind, got)
		}
	}
	words := map[string]bool{}
	for k := range network.Kinds {
		word := network.Kind(k).String()
		if word == "" || words[word] {
			t.Errorf("%d: %q", k, word)
		}
		words[word] = true
	}
}
