package network_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/network"
)

func TestOrigin(t *testing.T) {
	tests := []struct {
		name    string
		address string
		want    string
		err     string
	}{
		{name: "as it is", address: "https://xt.news.example", want: "https://xt.news.example"},
		{name: "slash", address: "http://xt.news.example/", want: "http://xt.news.example"},
		{name: "upper case and trailing dot", address: "HTTPS://XT.News.Example./", want: "https://xt.news.example"},
		{name: "port", address: "http://xt.news.example:8443", want: "http://xt.news.example:8443"},
		{name: "default port", address: "https://xt.news.example:443/", want: "https://xt.news.example"},
		{name: "the other scheme's port", address: "https://xt.news.example:80", want: "https://xt.news.example:80"},
		{name: "empty port", address: "http://xt.news.example:", want: "http://xt.news.example"},
		{name: "international", address: "https://湘潭.news.example", want: "https://xn--p7w0w.news.example"},
		{name: "IPv6", address: "http://[::1]:8080", want: "http://[::1]:8080"},

		{name: "empty", address: "", err: `not an absolute http(s) URL: ""`},
		{name: "host alone", address: "xt.news.example", err: `not an absolute http(s) URL: "xt.news.example"`},
		{name: "host and port", address: "xt.news.example:80", err: `not an absolute http(s) URL: "xt.news.example:80"`},
		{name: "no scheme", address: "//xt.news.example", err: `not an absolute http(s) URL: "//xt.news.example"`},
		{name: "another scheme", address: "ftp://xt.news.example", err: `not an absolute http(s) URL: "ftp://xt.news.example"`},
		{name: "no host", address: "https:///", err: `not an absolute http(s) URL: "https:///"`},
		{name: "broken", address: "https://xt.news.example:http", err: `not an absolute http(s) URL: "https://xt.news.example:http"`},
		{name: "path", address: "https://news.example/xt", err: `want only scheme and host, as in https://xt.news.example: "https://news.example/xt"`},
		{name: "query", address: "https://news.example/?s=xt", err: `want only scheme, host and perhaps a folder, as in https://xt.news.example: "https://news.example/?s=xt"`},
		{name: "fragment", address: "https://news.example#xt", err: `want only scheme, host and perhaps a folder, as in https://xt.news.example: "https://news.example#xt"`},
		{name: "user", address: "https://xt@news.example", err: `want only scheme, host and perhaps a folder, as in https://xt.news.example: "https://xt@news.example"`},
		{name: "not a host", address: "https://xt..example", err: `not a valid host: "xt..example"`},
		{name: "port too high", address: "https://xt.news.example:65536", err: `not a valid host: "xt.news.example:65536"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := network.Origin(tt.address)
			if got != tt.want || text(err) != tt.err {
				t.Errorf("Origin(%q) = %q, %v; want %q, %s", tt.address, got, err, tt.want, tt.err)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCheckID(t *testing.T) {
	const form = ": want at most 64 letters (a-z), digits, hyphens and underscores"
	tests := []struct {
		name string
		id   string
		want string
	}{
		{"letters", "xt", ""},
		{"all kinds", "X1_t-2", ""},
		{"digit first", "1xt", ""},
		{"longest", strings.Repeat("a", 64), ""},
		{"empty", "", "missing"},
		{"too long", strings.Repeat("a", 65), `"` + strings.Repeat("a", 65) + `"` + form},
		{"hyphen first", "-xt", `"-xt"` + form},
		{"underscore first", "_xt", `"_xt"` + form},
		{"dot", "rss.xml", `"rss.xml"` + form},
		{"slash", "a/b", `"a/b"` + form},
		{"Chinese", "湘潭", `"湘潭"` + form},
		{"brace of a hash tag", "{xt}", `"{xt}"` + form},
		{"line break behind", "xt\n", `"xt\n"` + form},
		{"reserved", "sitemaps", `"sitemaps" is taken: sitemaps live there`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(network.CheckID(tt.id)); got != tt.want {
				t.Errorf("CheckID(%q) = %s, want %s", tt.id, got, tt.want)
			}
		})
	}
}

// portal returns a network of three stations and two shared hosts.
func portal(t testing.TB) *network.Network {
	t.Helper()
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "www", Name: "湘江新闻网", URL: "https://www.news.example/", All: true},
		{ID: "xt", Name: "湘潭站", URL: "HTTPS://XT.News.Example", Channels: []network.Channel{{ID: "moment", Name: "时刻新闻"}, {ID: "culture", Name: "文化"}}},
		{ID: "zh", Name: "中文站", URL: "http://中文.example:8443"},
	}, []string{"LocalHost", "127.0.0.1", "[::1]"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNew(t *testing.T) {
	n := portal(t)
	var urls []string
	for _, s := range n.Stations {
		urls = append(urls, s.URL)
	}
	if diff := cmp.Diff([]string{"https://www.news.example", "https://xt.news.example", "http://xn--fiq228c.example:8443"}, urls); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	xt, ok := n.Station("xt")
	if !ok || xt != n.Stations[1] || n.Name != "湘江新闻网" {
		t.Errorf("Station(xt) = %v, %t of %s", xt, ok, n.Name)
	}
	if none, ok := n.Station("yy"); ok || none != nil {
		t.Errorf("Station(yy) = %v, %t", none, ok)
	}
	if !xt.HasChannel("moment") || xt.HasChannel("politics") || xt.HasChannel("") {
		t.Errorf("HasChannel: moment %t, politics %t, none %t", xt.HasChannel("moment"), xt.HasChannel("politics"), xt.HasChannel(""))
	}
	if got, want := xt.Address("/rss.xml"), "https://xt.news.example/rss.xml"; got != want {
		t.Errorf("Address = %s, want %s", got, want)
	}
}

func TestNewFaults(t *testing.T) {
	const form = ": want at most 64 letters (a-z), digits, hyphens and underscores"
	station := func(id, address string, channels ...string) *network.Station {
		s := &network.Station{ID: id, URL: address}
		for _, channel := range channels {
			s.Channels = append(s.Channels, network.Channel{ID: channel})
		}
		return s
	}
	xt := "https://xt.news.example"
	tests := []struct {
		name     string
		stations []*network.Station
		shared   []string
		want     []string
	}{
		{
			name:     "one id twice",
			stations: []*network.Station{station("xt", xt), station("xt", "https://yy.news.example")},
			want:     []string{`stations[1].id: "xt" is there twice`},
		},
		{
			name:     "one host twice after it is normalised",
			stations: []*network.Station{station("xt", xt), station("yy", "http://XT.news.example.:8080/")},
			want:     []string{`stations[1].url: station xt has the same host`},
		},
		{
			name:     "one international host twice",
			stations: []*network.Station{station("a", "https://中文.example"), station("b", "https://xn--fiq228c.example")},
			want:     []string{`stations[1].url: station a has the same host`},
		},
		{
			name:     "the shared host of a station",
			stations: []*network.Station{station("xt", xt)},
			shared:   []string{"localhost", "Xt.News.Example.:80"},
			want:     []string{`hosts[1]: "Xt.News.Example.:80" is the host of station xt`},
		},
		{
			name:     "a shared host that is none",
			stations: []*network.Station{station("xt", xt)},
			shared:   []string{"", "http://localhost"},
			want:     []string{`hosts[0]: not a valid host: ""`, `hosts[1]: not a valid host: "http://localhost"`},
		},
		{
			name:     "bad ids",
			stations: []*network.Station{station("", xt), station("湘潭", "https://yy.news.example"), station("sitemaps", "https://zz.news.example")},
			want:     []string{`stations[0].id: missing`, `stations[1].id: "湘潭"` + form, `stations[2].id: "sitemaps" is taken: sitemaps live there`},
		},
		{
			name:     "bad channels",
			stations: []*network.Station{station("xt", xt, "moment", "sitemaps", "moment", "", "a/b")},
			want: []string{
				`stations[0].channels[1].id: "sitemaps" is taken: sitemaps live there`, `stations[0].channels[2].id: "moment" is there twice`,
				`stations[0].channels[3].id: missing`, `stations[0].channels[4].id: "a/b"` + form,
			},
		},
		{
			name:     "all at once",
			stations: []*network.Station{station("xt", xt), station("xt", "xt", "x.y")},
			shared:   []string{"a b"},
			want: []string{
				`stations[1].id: "xt" is there twice`, `stations[1].url: not an absolute http(s) URL: "xt"`, `stations[1].channels[0].id: "x.y"` + form,
				`hosts[0]: not a valid host: "a b"`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := network.New("n", tt.stations, tt.shared)
			if err == nil || n != nil {
				t.Fatalf("New = %v, %v, want an error", n, err)
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwns(t *testing.T) {
	tests := []struct {
		name    string
		station string
		page    string
		want    bool
	}{
		{"its page", "xt", "https://xt.news.example/content/1.html", true},
		{"its home page", "xt", "https://xt.news.example", true},
		{"in other words", "xt", "HTTPS://XT.News.Example.:443/?a=b#c", true},
		{"the other scheme", "xt", "http://xt.news.example/1.html", false},
		{"another port", "xt", "https://xt.news.example:8443/1.html", false},
		{"another station", "xt", "https://www.news.example/1.html", false},
		{"a host below", "xt", "https://a.xt.news.example/1.html", false},
		{"a like host", "xt", "https://xt.news.example.evil.example/1.html", false},
		{"its host as the user", "xt", "https://xt.news.example@evil.example/1.html", false},
		{"international", "zh", "http://中文.example:8443/新闻.html", true},
		{"international without its port", "zh", "http://中文.example/新闻.html", false},
		{"relative", "xt", "/1.html", false},
		{"without scheme", "xt", "//xt.news.example/1.html", false},
		{"a scheme longer than the station's address", "xt", strings.Repeat("x", 100) + "://xt.news.example/1.html", false},
		{"a stray percent sign", "xt", "https://xt.news.example/%zz", true},
		{"not a URL", "xt", "https://xt.news.example:x/", false},
		{"empty", "xt", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, ok := portal(t).Station(tt.station)
			if !ok {
				t.Fatal("no station")
			}
			if got := s.Owns(tt.page); got != tt.want {
				t.Errorf("Owns(%q) = %t, want %t", tt.page, got, tt.want)
			}
		})
	}
}

func TestFormer(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", URL: "https://xt.news.example", Channels: []network.Channel{
			{ID: "moment"},
			{ID: "gossip", Former: network.Former{Closed: true}},
			{ID: "society", Former: network.Former{MovedTo: "https://xt.news.example/life/"}},
			{ID: "zhuzhou", Former: network.Former{MovedTo: "https://zz.news.example/"}},
			{ID: "county", Former: network.Former{MovedTo: "https://www.news.example/county/news"}},
			{ID: "feeds", Former: network.Former{Closed: true}},
		}},
		{ID: "old", URL: "https://old.news.example", Former: network.Former{Closed: true}, Channels: []network.Channel{{ID: "moment"}}},
		{ID: "yy", URL: "https://yy.news.example", Former: network.Former{MovedTo: "https://dongting.news.example"}},
	}, []string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Stations) != 1 || len(n.Stations[0].Channels) != 1 {
		t.Errorf("publishing: %d stations, %d channels; want one each", len(n.Stations), len(n.Stations[0].Channels))
	}
	for _, tt := range []struct {
		host, path string
		closed     bool
		movedTo    string
	}{
		{"xt.news.example", "/rss.xml", false, ""},
		{"xt.news.example", "/moment/rss.xml", false, ""},
		{"xt.news.example", "/gossip/rss.xml", true, ""},
		{"xt.news.example", "/gossip", false, ""},
		{"localhost", "/xt/society/rss.xml", false, "https://xt.news.example/life/rss.xml"},
		{"xt.news.example", "/nowhere/rss.xml", false, ""},
		{"xt.news.example", "/feeds/moment.html", false, ""},
		{"xt.news.example", "/feeds/gossip.html", true, ""},
		{"xt.news.example", "/feeds/gossip.htm", true, ""}, // of the channel that is called so
		{"xt.news.example", "/feeds/rss.xml", true, ""},
		{"xt.news.example", "/feeds/feeds.html", true, ""},
		{"localhost", "/xt/feeds/society.html", false, "https://xt.news.example/feeds/life.html"},
		{"xt.news.example", "/feeds/zhuzhou.html", false, "https://zz.news.example/feeds.html"},
		{"xt.news.example", "/feeds/county.html", false, "https://www.news.example/county/feeds/news.html"},
		{"xt.news.example", "/feeds/nowhere.html", false, ""},
		{"xt.news.example", "/feeds.html", false, ""},
		{"old.news.example", "/feeds.html", true, ""},
		{"old.news.example", "/feeds/moment.html", true, ""},
		{"yy.news.example", "/feeds/moment.html", false, "https://dongting.news.example/feeds/moment.html"},
		{"old.news.example", "/rss.xml", true, ""},
		{"localhost", "/old/moment/feed.json", true, ""},
		{"yy.news.example", "/moment/atom.xml", false, "https://dongting.news.example/moment/atom.xml"},
	} {
		target, err := n.Resolve(tt.host, tt.path)
		if err != nil {
			t.Errorf("%s%s: %v", tt.host, tt.path, err)
			continue
		}
		if closed, movedTo := target.Station.FormerPath(target.Path); closed != tt.closed || movedTo != tt.movedTo {
			t.Errorf("%s%s: closed %t, moved to %q; want %t, %q", tt.host, tt.path, closed, movedTo, tt.closed, tt.movedTo)
		}
	}
}
