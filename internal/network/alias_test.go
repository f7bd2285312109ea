package network_test

import (
	"cmp"
	"testing"

	"feedstation/internal/network"
)

// What each ready set adds: where readers of such a site ask.
func TestAliasSet(t *testing.T) {
	everywhere := map[string]string{
		"/feed": "/rss.xml", "/feed/": "/rss.xml", "/rss": "/rss.xml", "/rss/": "/rss.xml", "/feed.xml": "/rss.xml", "/index.xml": "/rss.xml",
		"/atom": "/atom.xml", "/rss.xml/": "/rss.xml", "/moment/feed.json/": "/moment/feed.json", "/sitemap.xml/": "/sitemap.xml",
		"/moment/feed/": "/moment/rss.xml", "/moment/rss": "/moment/rss.xml", "/moment/index.xml": "/moment/rss.xml",
		"/": "/feeds.html", "": "/feeds.html", "/feeds": "/feeds.html", "/feeds/": "/feeds.html", "/feeds.html/": "/feeds.html",
		"/feeds.html": "", "/feeds/moment.html": "", "/feeds/moment": "", "/feeds/none.html": "", "//": "",
		"/rss.xml": "", "/moment/rss.xml": "", "/none/feed/": "", "/feed//": "", "//feed": "", "/FEED": "", "/feedx": "", "/moment": "", "/a/moment/feed": "",
		"/category/a/moment/feed": "", "/{channel}/feed": "",
	}
	own := map[string]map[string]string{
		"wordpress": {
			"/feed/rss2/": "/rss.xml", "/feed/atom/": "/atom.xml", "/feed/json": "/feed.json", "/wp-rss2.php": "/rss.xml", "/wp-sitemap.xml": "/sitemap.xml",
			"/sitemap_index.xml": "/sitemap.xml", "/news-sitemap.xml": "/sitemaps/news.xml", "/category/moment/feed/": "/moment/rss.xml", "/category/moment/feed/atom/": "/moment/atom.xml",
		},
		"hugo":  {"/categories/moment/index.xml": "/moment/rss.xml"},
		"ghost": {"/tag/moment/rss/": "/moment/rss.xml", "/sitemap-posts.xml": "/sitemap.xml", "/sitemap-news.xml": "/sitemaps/news.xml"},
	}
	for _, set := range network.AliasSets() {
		s := &network.Station{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{{ID: "moment"}}, Aliases: network.Aliases{All: network.AliasSet(set)}}
		if _, err := network.New("湘江新闻网", []*network.Station{s}, nil); err != nil {
			t.Fatal(err)
		}
		for owner, paths := range own {
			for path, want := range paths {
				if owner != set {
					want = ""
				}
				if got := s.Redirect("", path); got != want {
					t.Errorf("%s: %s leads to %q, want %q", set, path, got, want)
				}
			}
		}
		for path, want := range everywhere {
			if got := s.Redirect("", path); got != want {
				t.Errorf("%s: %s leads to %q, want %q", set, path, got, want)
			}
			if want == "" {
				continue
			}
			if got := s.Redirect("/xt", path); got != "/xt"+want {
				t.Errorf("%s: under a shared host %s leads to %q", set, path, got)
			}
		}
		for _, a := range network.AliasSet(set) { // an operator could write each of them
			made, err := network.NewAlias(cmp.Or(a.Path, "/"), a.Document)
			if err == nil {
				err = made.Leads(s)
			}
			if err != nil || made != a {
				t.Errorf("%s: %+v: %+v, %v", set, a, made, err)
			}
		}
	}
}

// An alias may lead to a feed for an aggregator where that is there, and takes the place
// of none.
func TestAliasOfProfile(t *testing.T) {
	tests := []struct {
		path, document string
		fault          bool
		leads          map[string]string
	}{
		{"/smart", "/smartnews.xml", false, map[string]string{"/smart/": "/smartnews.xml"}},
		{"/msn", "/msn.xml", true, nil},
		{"/moment/msn", "/moment/msn.xml", false, map[string]string{"/moment/msn": "/moment/msn.xml"}},
		{"/{channel}/microsoft", "/{channel}/msn.xml", false, map[string]string{"/moment/microsoft": "/moment/msn.xml", "/culture/microsoft": "", "/old/microsoft": "/old/msn.xml"}},
		{"/{channel}/flip", "/{channel}/flipboard.xml", true, nil},
		{"/smartnews.xml", "/smartnews.xml", false, map[string]string{"/smartnews.xml/": "/smartnews.xml", "/smartnews.xml": ""}},
		{"/smartnews.xml", "/rss.xml", true, nil},
		{"/moment/msn.xml", "/moment/rss.xml", true, nil},
		{"/msn.xml", "/rss.xml", false, map[string]string{"/msn.xml": "/rss.xml"}},
		{"/culture/msn.xml", "/moment/msn.xml", false, map[string]string{"/culture/msn.xml": "/moment/msn.xml"}},
	}
	for _, tt := range tests {
		s := &network.Station{
			ID: "xt", URL: "https://xt.news.example", Profiles: []string{"smartnews"},
			Channels: []network.Channel{{ID: "moment", Profiles: []string{"msn"}}, {ID: "culture"}, {ID: "old", Former: network.Former{Closed: true}}},
		}
		a, err := network.NewAlias(tt.path, tt.document)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Leads(s); err != nil != tt.fault {
			t.Errorf("%s to %s: %v", tt.path, tt.document, err)
		}
		s.Aliases.All = []network.Alias{a}
		if _, err := network.New("湘江新闻网", []*network.Station{s}, nil); err != nil {
			t.Fatal(err)
		}
		for path, want := range tt.leads {
			if got := s.Redirect("", path); got != want {
				t.Errorf("%s to %s: %s leads to %q, want %q", tt.path, tt.document, path, got, want)
			}
		}
	}
}
