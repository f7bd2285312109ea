package network_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
)

func TestBase(t *testing.T) {
	for address, want := range map[string]string{
		"https://www.news.example/xt":           "https://www.news.example/xt",
		"https://www.news.example/xt/":          "https://www.news.example/xt",
		"HTTPS://WWW.News.Example:443/xt/Città": "https://www.news.example/xt/Citt%C3%A0",
		"https://www.news.example/a/../%78t":    "https://www.news.example/xt",
		"https://www.news.example//":            "https://www.news.example",
		"https://湘潭.example/湘潭":                 "https://xn--p7w0w.example/%E6%B9%98%E6%BD%AD",
		"https://www.news.example/a//b":         "",
		"https://www.news.example/xt?a":         "",
		"https://www.news.example/xt?":          "",
		"https://www.news.example/xt#a":         "",
		"https://www.news.example/xt#":          "",
		"https://a:b@www.news.example/xt":       "",
		"ftp://www.news.example/xt":             "",
		"/xt":                                   "",
	} {
		if got, err := network.Base(address); got != want || (err == nil) != (want != "") {
			t.Errorf("Base(%q) = %q, %v; want %q", address, got, err, want)
		}
	}
}

// folders returns a network whose stations share hosts.
func folders(t testing.TB) *network.Network {
	t.Helper()
	channels := []network.Channel{{ID: "moment", Name: "时刻新闻"}}
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "old", URL: "https://www.news.example/old", Former: network.Former{Closed: true}},
		{ID: "www", URL: "https://www.news.example", All: true, Channels: channels},
		{ID: "xt", URL: "https://www.news.example/xt/", Channels: channels, Icon: "https://www.news.example/xt.png", Aliases: network.Aliases{All: network.AliasSet("wordpress")}},
		{ID: "deep", URL: "https://www.news.example/xt/county/a", Channels: channels},
		{ID: "cs", URL: "https://city.example/cs"},
		{ID: "zz", URL: "https://city.example/%E6%A0%AA%E6%B4%B2"},
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A page is that of the station whose folder is the deepest around it.
func TestAt(t *testing.T) {
	n := folders(t)
	for page, want := range map[string]string{
		"https://www.news.example/1.html":             "www",
		"https://www.news.example/xt/1.html":          "xt",
		"HTTPS://WWW.news.example:443/xt/./1.html":    "xt",
		"https://www.news.example/xtra/1.html":        "www",
		"https://www.news.example/xt/county/1.html":   "xt",
		"https://www.news.example/xt/county/a/1.html": "deep",
		"https://www.news.example/old/1.html":         "old",
		"https://www.news.example/xt":                 "",
		"https://www.news.example:8443/xt/1.html":     "",
		"http://www.news.example/xt/1.html":           "",
		"https://city.example/1.html":                 "",
		"https://city.example/株洲/1.html":              "zz",
		"https://localhost/xt/1.html":                 "",
		"https://elsewhere.example/xt/1.html":         "",
		"mailto:a@www.news.example":                   "",
	} {
		got := ""
		if s, ok := n.At(page); ok {
			got = s.ID
		}
		if got != want {
			t.Errorf("At(%q) = %q, want %q", page, got, want)
		}
	}
}

// The file of a key is at the root of its host, whatever folder its station is in, and is
// nowhere else.
func TestResolveKeys(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "old", URL: "https://www.news.example/old", Former: network.Former{Closed: true}, Keys: []string{"oldoldold"}},
		{ID: "rob", URL: "https://www.news.example/rob", Keys: []string{"robkey-0001", "robkey-0000"}},
		{ID: "xt", URL: "https://xt.news.example", Keys: []string{"xtkey-0001"}},
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ host, path, station, within string }{
		{"www.news.example", "/robkey-0001.txt", "rob", "/robkey-0001.txt"}, // which begins with its folder
		{"www.news.example", "/robkey-0000.txt", "rob", "/robkey-0000.txt"},
		{"www.news.example", "/rob/robkey-0001.txt", "rob", "/robkey-0001.txt"},
		{"www.news.example", "/robots.txt", "rob", "/robots.txt"}, // and so does this
		{"www.news.example", "/xtkey-0001.txt", "", ""},
		{"www.news.example", "/oldoldold.txt", "", ""},
		{"www.news.example", "/robkey-0002.txt", "", ""},
		{"xt.news.example", "/xtkey-0001.txt", "xt", "/xtkey-0001.txt"},
		{"localhost", "/xtkey-0001.txt", "", ""},
		{"localhost", "/xt/xtkey-0001.txt", "xt", "/xtkey-0001.txt"},
	}
	for _, tt := range tests {
		target, err := n.Resolve(tt.host, tt.path)
		got := ""
		if target.Station != nil {
			got = target.Station.ID
		}
		if got != tt.station || target.Path != tt.within || (err == nil) != (tt.station != "") {
			t.Errorf("%s%s: %s %q, %v; want %s %q", tt.host, tt.path, got, target.Path, err, tt.station, tt.within)
		}
	}
}

func TestResolveFolders(t *testing.T) {
	n := folders(t)
	tests := []struct{ host, path, station, base, want string }{
		{"www.news.example", "/rss.xml", "www", "", "/rss.xml"},
		{"www.news.example", "/", "www", "", "/"},
		{"www.news.example", "/xt/rss.xml", "xt", "/xt", "/rss.xml"},
		{"www.news.example", "/xt/moment/rss.xml", "xt", "/xt", "/moment/rss.xml"},
		{"WWW.news.example.:443", "/xt/", "xt", "/xt", "/"},
		{"www.news.example", "/xt", "xt", "/xt", ""},
		{"www.news.example", "/xtra/rss.xml", "www", "", "/xtra/rss.xml"},
		{"www.news.example", "//xt/rss.xml", "www", "", "//xt/rss.xml"},
		{"www.news.example", "/XT/rss.xml", "www", "", "/XT/rss.xml"},
		{"www.news.example", "/xt/county/rss.xml", "xt", "/xt", "/county/rss.xml"},
		{"www.news.example", "/xt/county/a/rss.xml", "deep", "/xt/county/a", "/rss.xml"},
		{"www.news.example", "/xt/county/a/b/c/d/e", "deep", "/xt/county/a", "/b/c/d/e"},
		{"www.news.example", "/old/rss.xml", "old", "/old", "/rss.xml"},
		{"www.news.example", "/robots.txt", "www", "", "/robots.txt"},
		{"www.news.example", "/xt/robots.txt", "xt", "/xt", "/robots.txt"},
		{"www.news.example", "", "www", "", ""},
		{"city.example", "/robots.txt", "cs", "", "/robots.txt"},
		{"city.example", "/%E6%A0%AA%E6%B4%B2/rss.xml", "zz", "/%E6%A0%AA%E6%B4%B2", "/rss.xml"},
		{"city.example", "/rss.xml", "", "", ""},
		{"city.example", "/", "", "", ""},
		{"city.example", "", "", "", ""},
		{"localhost:8080", "/xt/rss.xml", "xt", "/xt", "/rss.xml"},
		{"localhost", "/deep/rss.xml", "deep", "/deep", "/rss.xml"},
		{"localhost", "/robots.txt", "", "", ""},
	}
	for _, tt := range tests {
		got, err := n.Resolve(tt.host, tt.path)
		id := ""
		if got.Station != nil {
			id = got.Station.ID
		}
		if id != tt.station || got.Base != tt.base || got.Path != tt.want || (err == nil) != (tt.station != "") {
			t.Errorf("%s%s = %s %q %q, %v; want %s %q %q", tt.host, tt.path, id, got.Base, got.Path, err, tt.station, tt.base, tt.want)
		}
	}
	xt, _ := n.Station("xt")
	for path, want := range map[string]string{"/feed/": "/xt/rss.xml", "/category/moment/feed/": "/xt/moment/rss.xml", "/favicon.ico": "https://www.news.example/xt.png", "/nowhere": ""} {
		if got := xt.Redirect("/xt", path); got != want {
			t.Errorf("%s leads to %q, want %q", path, got, want)
		}
	}
}

func TestOnHost(t *testing.T) {
	n := folders(t)
	for host, want := range map[string]string{
		"WWW.news.example.": "old", "city.example:8443": "cs", "localhost": "", "xt.news.example": "", "": "",
	} {
		s, ok := n.OnHost(host)
		if ok != (want != "") || ok && s.ID != want {
			t.Errorf("OnHost(%q) = %v, %t; want %q", host, s, ok, want)
		}
	}
}

func TestOwnsFolder(t *testing.T) {
	xt, _ := folders(t).Station("xt")
	for page, want := range map[string]bool{
		"https://www.news.example/xt/":              true,
		"https://www.news.example/xt/c/1.html":      true,
		"HTTPS://WWW.News.Example:443/xt/1.html#a":  true,
		"https://www.news.example/%78t/1.html":      true,
		"https://www.news.example/cs/../xt/1.html":  true,
		"https://www.news.example/xt/a/../1.html":   true,
		"https://www.news.example/xt":               false,
		"https://www.news.example/xt?p=1":           false,
		"https://www.news.example/xtra/1.html":      false,
		"https://www.news.example/XT/1.html":        false,
		"https://www.news.example/xt/../cs/1.html":  false,
		"https://www.news.example/xt/%2E%2E/1.html": false,
		"https://www.news.example/1.html":           false,
		"https://www.news.example":                  false,
		"http://www.news.example/xt/1.html":         false,
		"https://xt.news.example/xt/1.html":         false,
		"":                                          false,
	} {
		if got := xt.Owns(page); got != want {
			t.Errorf("Owns(%q) = %t, want %t", page, got, want)
		}
		if got := xt.OwnsHost(page); got != strings.HasPrefix(strings.ToLower(page), "https://www.news.example") {
			t.Errorf("OwnsHost(%q) = %t", page, got)
		}
	}
}

func TestFolderFaults(t *testing.T) {
	at := func(url string) *network.Station { return &network.Station{ID: "xt", URL: url} }
	www := func() *network.Station {
		return &network.Station{ID: "www", URL: "https://www.news.example", Channels: []network.Channel{{ID: "now", Was: []string{"moment"}}}}
	}
	tests := []struct {
		name     string
		stations []*network.Station
		want     string
	}{
		{"the same folder", []*network.Station{{ID: "cs", URL: "https://www.news.example/xt"}, at("https://www.news.example/xt/")}, "stations[1].url: station cs has the same address"},
		{"the same host", []*network.Station{www(), at("https://WWW.news.example/")}, "stations[1].url: station www has the same host"},
		{"another scheme", []*network.Station{www(), at("http://www.news.example/xt")}, "stations[1].url: the stations of a host have one scheme and port: station www is at https://www.news.example"},
		{"another port", []*network.Station{at("https://www.news.example:8443/xt"), www()}, "stations[1].url: the stations of a host have one scheme and port: station xt is at https://www.news.example:8443"},
		{"a channel", []*network.Station{at("https://www.news.example/now"), www()}, `stations[0].url: station www has a channel "now" there`},
		{"a former channel", []*network.Station{at("https://www.news.example/moment"), www()}, `stations[0].url: station www has a channel "moment" there`},
		{"pages", []*network.Station{www(), at("https://www.news.example/feeds")}, "stations[1].url: the pages of station www are there"},
		{"sitemaps", []*network.Station{www(), at("https://www.news.example/sitemaps")}, "stations[1].url: the sitemaps of station www are there"},
		{"a document", []*network.Station{www(), at("https://www.news.example/rss.xml")}, "stations[1].url: station www has a document there"},
		{"a channel of a station in a folder", []*network.Station{{ID: "cs", URL: "https://www.news.example/cs", Channels: []network.Channel{{ID: "xt"}}}, at("https://www.news.example/cs/xt")}, `stations[1].url: station cs has a channel "xt" there`},
		{"a folder below a channel", []*network.Station{www(), at("https://www.news.example/now/xt")}, ""},
		{"no station around", []*network.Station{at("https://www.news.example/now")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := network.New("n", tt.stations, nil)
			if got := text(err); got != tt.want {
				t.Errorf("New: %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRobots(t *testing.T) {
	const sitemaps = "Sitemap: https://xt.news.example/sitemap.xml\nSitemap: https://xt.news.example/sitemaps/baidu.txt\n"
	tests := []struct {
		name  string
		lines []string
		want  string
	}{
		{"nothing", nil, "\nUser-agent: *\nDisallow:\n"},
		{"closed", []string{"Disallow: /"}, "\nUser-agent: *\nDisallow: /\n"},
		{"closed by a group", []string{"User-agent: *", "Disallow: /"}, "\nUser-agent: *\nDisallow: /\n"},
		{"rules and a group", []string{"Disallow: /print/", "User-agent: GPTBot", "Disallow: /"}, "\nUser-agent: *\nDisallow: /print/\n\nUser-agent: GPTBot\nDisallow: /\n"},
		{"a group alone", []string{"user-agent: GPTBot", "Disallow: /"}, "\nUser-agent: GPTBot\nDisallow: /\n"},
		{
			"a group of several, with a comment between",
			[]string{"User-agent: GPTBot", "# and", "User-agent: CCBot", "Disallow: /", "User-agent: *", "Disallow: /a"},
			"\nUser-agent: GPTBot\nUser-agent: CCBot\n# and\nDisallow: /\n\nUser-agent: *\nDisallow: /a\n",
		},
		{"groups twice", []string{"Disallow: /a", "User-agent: gptbot", "Disallow: /", "User-agent: *", "Allow: /b", "User-agent: GPTBot", "Allow: /c"}, "\nUser-agent: *\nDisallow: /a\nAllow: /b\n\nUser-agent: gptbot\nDisallow: /\nAllow: /c\n"},
		{"groups without rules", []string{"User-agent: a", "Crawl-delay: 1", "User-agent: b"}, "\nUser-agent: a\nCrawl-delay: 1\nDisallow:\n\nUser-agent: b\nDisallow:\n"},
		{"other lines", []string{"# ours", "Content-Signal: search=yes, ai-train=no", "Disallow: /a # b"}, "\nUser-agent: *\n# ours\nContent-Signal: search=yes, ai-train=no\nDisallow: /a # b\n"},
		{
			"more sitemaps",
			[]string{"Disallow: /a", "sitemap: https://xt.news.example/pages.xml", "Sitemap: https://xt.news.example/sitemap.xml"},
			"Sitemap: https://xt.news.example/pages.xml\n\nUser-agent: *\nDisallow: /a\n",
		},
	}
	for _, tt := range tests {
		for _, host := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				xt := &network.Station{ID: "xt", URL: "https://xt.news.example", Rules: network.Rules{Lines: tt.lines, Host: host}}
				n, err := network.New("n", []*network.Station{xt}, nil)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(sitemaps+tt.want, n.Robots(xt)); diff != "" {
					t.Errorf("robots.txt (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// The robots.txt of a host is that of all its stations: their own lines are of their
// folders, those of the network of the host.
func TestRobotsOfFolders(t *testing.T) {
	all := network.Rules{Lines: []string{"Disallow: /wp-admin/", "User-agent: GPTBot", "Disallow: /"}, Host: true}
	stations := []*network.Station{
		{ID: "www", URL: "https://www.news.example", Rules: all},
		{ID: "old", URL: "https://www.news.example/old", Former: network.Former{Closed: true}, Rules: network.Rules{Lines: []string{"Disallow: /"}}},
		{ID: "xt", URL: "https://www.news.example/xt", Rules: network.Rules{Lines: []string{"Disallow: /", "Allow: *.pdf", "User-agent: gptbot", "Disallow:"}}},
		{ID: "cs", URL: "https://www.news.example/cs", Rules: all},
	}
	n, err := network.New("n", stations, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = `Sitemap: https://www.news.example/sitemap.xml
Sitemap: https://www.news.example/sitemaps/baidu.txt
Sitemap: https://www.news.example/xt/sitemap.xml
Sitemap: https://www.news.example/xt/sitemaps/baidu.txt
Sitemap: https://www.news.example/cs/sitemap.xml
Sitemap: https://www.news.example/cs/sitemaps/baidu.txt

User-agent: *
Disallow: /wp-admin/
Disallow: /xt/
Allow: /xt/*.pdf

User-agent: GPTBot
Disallow: /
Disallow:
`
	for _, s := range n.Stations {
		if diff := cmp.Diff(want, n.Robots(s)); diff != "" {
			t.Errorf("robots.txt of %s (-want +got):\n%s", s.ID, diff)
		}
	}
}

func TestIsList(t *testing.T) {
	for path, want := range map[string]bool{
		"/sitemap.xml": true, "/sitemap.xml.gz": true, "/sitemaps/2019-03.xml": true, "/sitemaps/news.xml.gz": true, "/sitemaps/baidu.txt": true,
		"/feeds.opml": true, "/rss.xml": false, "/moment/feed.json": false, "/robots.txt": false, "/": false,
	} {
		if got := network.IsList(path); got != want {
			t.Errorf("IsList(%q) = %t", path, got)
		}
	}
}
