package network_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

func TestResolve(t *testing.T) {
	tests := []struct {
		name    string
		host    string
		path    string
		station string
		want    string
		err     error
	}{
		{name: "own host", host: "xt.news.example", path: "/rss.xml", station: "xt", want: "/rss.xml"},
		{name: "own host with port", host: "xt.news.example:8080", path: "/rss.xml", station: "xt", want: "/rss.xml"},
		{name: "own host in other words", host: "XT.News.Example.:80", path: "/rss.xml", station: "xt", want: "/rss.xml"},
		{name: "own international host", host: "中文.example", path: "/rss.xml", station: "zh", want: "/rss.xml"},
		{name: "own host, the path of a station", host: "xt.news.example", path: "/www/rss.xml", station: "xt", want: "/www/rss.xml"},
		{name: "own host, paths stay as they are", host: "xt.news.example", path: "//evil/%2e%2e/../", station: "xt", want: "//evil/%2e%2e/../"},
		{name: "own host, no path", host: "xt.news.example", path: "", station: "xt", want: ""},

		{name: "shared host", host: "localhost", path: "/xt/rss.xml", station: "xt", want: "/rss.xml"},
		{name: "shared host with port", host: "127.0.0.1:8080", path: "/xt/moment/rss.xml", station: "xt", want: "/moment/rss.xml"},
		{name: "shared host in other words", host: "LOCALHOST.", path: "/www/rss.xml", station: "www", want: "/rss.xml"},
		{name: "shared IPv6", host: "[0:0::1]:8080", path: "/xt/rss.xml", station: "xt", want: "/rss.xml"},
		{name: "shared host, a station without more", host: "localhost", path: "/xt", station: "xt", want: ""},
		{name: "shared host, a station's home", host: "localhost", path: "/xt/", station: "xt", want: "/"},
		{name: "shared host, two slashes inside", host: "localhost", path: "/xt//rss.xml", station: "xt", want: "//rss.xml"},
		{name: "shared host, no station", host: "localhost", path: "/", want: "/", err: network.ErrAllStations},
		{name: "shared host, no path", host: "localhost", path: "", want: "/", err: network.ErrAllStations},
		{name: "shared host, second page of stations", host: "localhost", path: "/feeds-2.html", want: "/feeds-2.html", err: network.ErrAllStations},
		{name: "shared host, no page of stations", host: "localhost", path: "/feeds-02.html", err: network.ErrUnknownStation},
		{name: "shared host, two slashes first", host: "localhost", path: "//xt", err: network.ErrUnknownStation},
		{name: "shared host, path without slash", host: "localhost", path: "xt/rss.xml", err: network.ErrUnknownStation},
		{name: "shared host, unknown station", host: "localhost", path: "/yy/rss.xml", err: network.ErrUnknownStation},
		{name: "shared host, a like station", host: "localhost", path: "/XT/rss.xml", err: network.ErrUnknownStation},
		{name: "shared host, a station escaped", host: "localhost", path: "/%78t/rss.xml", err: network.ErrUnknownStation},
		{name: "shared host, a document without station", host: "localhost", path: "/rss.xml", err: network.ErrUnknownStation},

		{name: "unknown host", host: "evil.example", path: "/rss.xml", err: network.ErrUnknownHost},
		{name: "unknown host, the path of a station", host: "evil.example", path: "/xt/rss.xml", err: network.ErrUnknownHost},
		{name: "empty host", host: "", path: "/xt/rss.xml", err: network.ErrUnknownHost},
		{name: "not a host", host: "xt.news.example/", path: "/rss.xml", err: network.ErrUnknownHost},
		{name: "own host, port too high", host: "xt.news.example:65536", path: "/rss.xml", err: network.ErrUnknownHost},
		{name: "own host, two ports", host: "xt.news.example:80:80", path: "/rss.xml", err: network.ErrUnknownHost},
		{name: "own host behind a user", host: "user@xt.news.example", path: "/rss.xml", err: network.ErrUnknownHost},
		{name: "no path but a star", host: "xt.news.example", path: "*", err: network.ErrUnknownStation},
		{name: "a star on a shared host", host: "localhost", path: "*", err: network.ErrUnknownStation},
		{name: "a path without a slash", host: "xt.news.example", path: "rss.xml", err: network.ErrUnknownStation},
		{name: "a host below", host: "a.xt.news.example", path: "/rss.xml", err: network.ErrUnknownHost},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			target, err := portal(t).Resolve(tt.host, tt.path)
			s, path := target.Station, target.Path
			if !errors.Is(err, tt.err) || path != tt.want || tt.err == nil != (s != nil) || s != nil && s.ID != tt.station {
				t.Errorf("Resolve(%q, %q) = %v, %q, %v; want %s, %q, %v", tt.host, tt.path, s, path, err, tt.station, tt.want, tt.err)
			}
		})
	}
}

// FuzzResolve holds that whatever a request asks for, it gets a station of the
// network and the end of its own path, or an error.
func FuzzResolve(f *testing.F) {
	for _, host := range []string{"localhost:80", "XT.news.example.", "中文.example", "[::1]:1", "", "evil.example"} {
		for _, path := range []string{"", "/", "/xt", "//xt", "/xt/rss.xml", "/www/../xt/%2e%2e/"} {
			f.Add(host, path)
		}
	}
	n := portal(f)
	f.Fuzz(func(t *testing.T, host, path string) {
		target, err := n.Resolve(host, path)
		s, within := target.Station, target.Path
		if err != nil {
			if s != nil || within != "" && !errors.Is(err, network.ErrAllStations) {
				t.Errorf("Resolve(%q, %q) = %v, %q, %v", host, path, s, within, err)
			}
			return
		}
		if known, ok := n.Station(s.ID); !ok || known != s {
			t.Errorf("Resolve(%q, %q) made the station %v", host, path, s)
		}
		normal, ok := network.NormalizeHost(host)
		own := s.URL == "https://"+normal || s.URL == "http://"+normal+":8443"
		want := path
		if !own {
			want = strings.TrimPrefix(path, "/"+s.ID)
		}
		if !ok || within != want || !own && within != "" && within[0] != '/' {
			t.Errorf("Resolve(%q, %q) = %s, %q", host, path, s.ID, within)
		}
	})
}

func TestPaths(t *testing.T) {
	march := article.Month{Year: 2019, Month: time.March}
	tests := []struct {
		name    string
		got     string
		want    string
		sitemap bool
	}{
		{"station's RSS", network.FeedPath("", network.RSS), "/rss.xml", false},
		{"station's Atom", network.FeedPath("", network.Atom), "/atom.xml", false},
		{"station's JSON Feed", network.FeedPath("", network.JSON), "/feed.json", false},
		{"channel's RSS", network.FeedPath("moment", network.RSS), "/moment/rss.xml", false},
		{"channel's JSON Feed", network.FeedPath("moment", network.JSON), "/moment/feed.json", false},
		{"robots", network.RobotsPath, "/robots.txt", false},
		{"OPML", network.OPMLPath, "/feeds.opml", false},
		{"index", network.IndexPath, "/sitemap.xml", true},
		{"month", network.ShardPath(march, 1), "/sitemaps/2019-03.xml", true},
		{"second of a month", network.ShardPath(march, 2), "/sitemaps/2019-03-2.xml", true},
		{"news", network.NewsPath(1), "/sitemaps/news.xml", true},
		{"tenth news", network.NewsPath(10), "/sitemaps/news-10.xml", true},
		{"directory", network.DirectoryPath, "/feeds.html", false},
		{"its second page", network.DirectoryPage(2), "/feeds-2.html", false},
		{"its own page is the directory", network.PreviewPath(""), "/feeds.html", false},
		{"a channel's page", network.PreviewPath("moment"), "/feeds/moment.html", false},
		{"a text", "/sitemaps/baidu.txt", "/sitemaps/baidu.txt", false},
		{"a twin", network.ShardPath(march, 1) + network.GzipSuffix, "/sitemaps/2019-03.xml.gz", false},
		{"a like folder", "/sitemaps2/x.xml", "/sitemaps2/x.xml", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("path = %s, want %s", tt.got, tt.want)
			}
			if got := network.IsSitemap(tt.got); got != tt.sitemap {
				t.Errorf("IsSitemap(%q) = %t, want %t", tt.got, got, tt.sitemap)
			}
		})
	}
}

// TestPreviewOfFormerIDs holds that the page of a channel whose id has changed is found
// under each of them, also where one is that of the folder of pages.
func TestPreviewOfFormerIDs(t *testing.T) {
	s := &network.Station{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{
		{ID: "moment", Was: []string{"now", "feeds"}}, {ID: "life"},
	}}
	if _, err := network.New("湘江新闻网", []*network.Station{s}, nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/feeds/now.html": "/feeds/moment.html", "/feeds/feeds.html": "/feeds/moment.html", "/feeds/moment.html": "/feeds/moment.html",
		"/feeds/life.html": "/feeds/life.html", "/feeds/rss.xml": "/moment/rss.xml", "/now/rss.xml": "/moment/rss.xml",
		"/feeds.html": "/feeds.html", "/feeds/": "/moment/", "/feeds/now.html/": "/moment/now.html/", "/feeds/.html": "/moment/.html",
	} {
		if got := s.Present(path); got != want {
			t.Errorf("Present(%q) = %q, want %q", path, got, want)
		}
	}
	if got, want := s.Before("/feeds/moment.html"), []string{"/feeds/now.html", "/feeds/feeds.html"}; !slices.Equal(got, want) {
		t.Errorf("before: %q, want %q", got, want)
	}
	if got := s.Before("/feeds/life.html"); got != nil {
		t.Errorf("before: %q", got)
	}
}

func TestParsePreviewPath(t *testing.T) {
	for path, want := range map[string]string{
		"/feeds/moment.html": "moment", "/feeds/a-b_C.html": "a-b_C", "/feeds/feeds.html": "feeds",
		"/feeds.html": "", "/feeds/.html": "", "/feeds/a.b.html": "", "/feeds/a/b.html": "", "/feeds/moment.htm": "",
		"/feeds/moment.html.gz": "", "/moment.html": "", "feeds/moment.html": "", "/feeds/%6d.html": "", "": "",
	} {
		if got, ok := network.ParsePreviewPath(path); ok != (want != "") || ok && (got != want || network.PreviewPath(got) != path) {
			t.Errorf("ParsePreviewPath(%q) = %q, %t, want %q", path, got, ok, want)
		}
	}
}

func TestParseShardPath(t *testing.T) {
	march := article.Month{Year: 2019, Month: time.March}
	tests := []struct {
		name  string
		path  string
		month article.Month // zero: not a shard's path
		n     int
	}{
		{"first", "/sitemaps/2019-03.xml", march, 1},
		{"second", "/sitemaps/2019-03-2.xml", march, 2},
		{"many", "/sitemaps/2019-03-1234.xml", march, 1234},
		{"December", "/sitemaps/1999-12.xml", article.Month{Year: 1999, Month: time.December}, 1},
		{"numbered 1", "/sitemaps/2019-03-1.xml", article.Month{}, 0},
		{"numbered 0", "/sitemaps/2019-03-0.xml", article.Month{}, 0},
		{"negative", "/sitemaps/2019-03--2.xml", article.Month{}, 0},
		{"leading zero", "/sitemaps/2019-03-02.xml", article.Month{}, 0},
		{"plus", "/sitemaps/2019-03-+2.xml", article.Month{}, 0},
		{"no number", "/sitemaps/2019-03-.xml", article.Month{}, 0},
		{"a number too large", "/sitemaps/2019-03-99999999999999999999.xml", article.Month{}, 0},
		{"a day", "/sitemaps/2019-03-11.xml", march, 11},
		{"month 13", "/sitemaps/2019-13.xml", article.Month{}, 0},
		{"month 0", "/sitemaps/2019-00.xml", article.Month{}, 0},
		{"short month", "/sitemaps/2019-3.xml", article.Month{}, 0},
		{"twin", "/sitemaps/2019-03.xml.gz", article.Month{}, 0},
		{"no suffix", "/sitemaps/2019-03", article.Month{}, 0},
		{"suffix twice", "/sitemaps/2019-03.xml.xml", article.Month{}, 0},
		{"news", "/sitemaps/news.xml", article.Month{}, 0},
		{"another folder", "/2019-03.xml", article.Month{}, 0},
		{"index", network.IndexPath, article.Month{}, 0},
		{"short", "/sitemaps/", article.Month{}, 0},
		{"empty", "", article.Month{}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			month, n, ok := network.ParseShardPath(tt.path)
			if month != tt.month || n != tt.n || ok != (tt.n > 0) {
				t.Errorf("ParseShardPath(%q) = %v, %d, %t; want %v, %d", tt.path, month, n, ok, tt.month, tt.n)
			}
		})
	}
}

// FuzzParseShardPath holds that only the paths that ShardPath makes are parsed,
// and all of those.
func FuzzParseShardPath(f *testing.F) {
	f.Add("/sitemaps/2019-03.xml", 2019, 3, 1)
	f.Add("/sitemaps/2019-03-02.xml", 0, 12, 2)
	f.Add("/sitemaps/2019-03-0.xml", 9999, 1, 1<<40)
	f.Fuzz(func(t *testing.T, path string, year, month, number int) {
		if m, n, ok := network.ParseShardPath(path); ok && network.ShardPath(m, n) != path {
			t.Errorf("ParseShardPath(%q) = %v, %d, which is %q", path, m, n, network.ShardPath(m, n))
		}
		if year < 0 || year > 9999 || month < 1 || month > 12 || number < 1 {
			return
		}
		want := article.Month{Year: year, Month: time.Month(month)}
		made := network.ShardPath(want, number)
		if m, n, ok := network.ParseShardPath(made); !ok || m != want || n != number || !network.IsSitemap(made) {
			t.Errorf("ParseShardPath(%q) = %v, %d, %t; want %v, %d", made, m, n, ok, want, number)
		}
	})
}

func ExampleNetwork_Resolve() {
	n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example"}}, []string{"localhost"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, request := range [][2]string{{"xt.news.example", "/rss.xml"}, {"localhost:8080", "/xt/rss.xml"}, {"evil.example", "/rss.xml"}} {
		target, err := n.Resolve(request[0], request[1])
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(target.Station.Name, target.Path)
	}
	// Output:
	// 湘潭站 /rss.xml
	// 湘潭站 /rss.xml
	// no station has this host
}
