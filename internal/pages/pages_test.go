package pages_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"feedstation/internal/network"
	"feedstation/internal/pages"
)

var (
	update   = flag.Bool("update", false, "write the golden files")
	shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
	noon     = time.Date(2026, 11, 29, 4, 0, 0, 0, time.UTC)
)

// station returns a station with so many channels, of which the first have names that
// people would give.
func station(language string, channels int) *network.Station {
	s := &network.Station{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: language, Zone: shanghai}
	names := []string{"时刻新闻", "衣 & 食", "<b>时政</b>"}
	for i := range channels {
		name := fmt.Sprintf("频道之%d", i)
		if i < len(names) {
			name = names[i]
		}
		s.Channels = append(s.Channels, network.Channel{ID: fmt.Sprintf("channel%d", i), Name: name})
	}
	return s
}

func article(i int) pages.Item {
	return pages.Item{
		URL: fmt.Sprintf("https://xt.news.example/content/2026/11/29/%d.html", 10_000+i), Title: fmt.Sprintf("年度读书节在湖边开幕 %d", i),
		Summary: strings.Repeat("读书节今天在湖边开幕，", 20), Published: noon.Add(time.Duration(-i) * time.Minute),
	}
}

func articles(n int) (items []pages.Item) {
	for i := range n {
		items = append(items, article(i))
	}
	return items
}

// feeds are those of a station, each with an article.
func feeds(s *network.Station) []pages.Feed {
	list := []pages.Feed{{Articles: 50, Newest: article(0)}}
	for i, channel := range s.Channels {
		list = append(list, pages.Feed{Channel: channel, Articles: i + 1, Newest: article(i)})
	}
	return list
}

func stations(n int) (list []*network.Station) {
	for i := range n {
		list = append(list, &network.Station{ID: fmt.Sprintf("s%d", i), Name: fmt.Sprintf("某某市第%d站", i), URL: fmt.Sprintf("https://s%d.news.example", i), Language: "zh-CN"})
	}
	return list
}

var figures = pages.Figures{Articles: 50, Interval: 5 * time.Minute, Size: 132_456, Changed: noon}

func TestGolden(t *testing.T) {
	zh, en, fr, bare := station("zh-CN", 3), station("en-GB", 3), station("fr", 1), station("", 0)
	all := station("zh-CN", 1)
	many := station("fr", 280)
	all.All, many.All = true, true
	foreign := article(1)
	foreign.Language, foreign.Title, foreign.Summary = "ar", "مهرجان القراءة \u202eabc", foreign.Title
	n, err := network.New("湘江新闻网", []*network.Station{station("zh-CN", 0)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	none := feeds(zh)
	none[1].Newest, none[1].Articles, none[2].Articles = pages.Item{}, 0, 1
	for name, got := range map[string][]byte{
		"directory.zh.html":   pages.Directory(zh, none, nil)[0],
		"directory.en.html":   pages.Directory(en, feeds(en), nil)[0],
		"directory.fr.html":   pages.Directory(fr, feeds(fr), nil)[0],
		"directory.all.html":  pages.Directory(all, feeds(all), append(stations(2), all, &network.Station{Name: "English", URL: "https://en.news.example", Language: "en"}))[0],
		"directory.last.html": pages.Directory(many, feeds(many), stations(2))[1],
		"directory.bare.html": pages.Directory(bare, feeds(bare), nil)[0],
		"preview.zh.html":     pages.Preview(zh, zh.Channels[1], []pages.Item{article(0), foreign}, figures),
		"preview.en.html":     pages.Preview(en, en.Channels[0], []pages.Item{article(0), foreign}, pages.Figures{Articles: 1, Interval: time.Minute, Size: 999, Changed: noon}),
		"preview.fr.html":     pages.Preview(fr, fr.Channels[0], []pages.Item{article(0), foreign}, figures),
		"preview.none.html":   pages.Preview(zh, zh.Channels[0], nil, pages.Figures{Interval: 15 * time.Minute, Changed: noon}),
		"stations.html":       pages.Stations(n)[0],
	} {
		t.Run(name, func(t *testing.T) {
			golden := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
			for _, bad := range []string{"&amp;amp;", "0001-01-01", "%!", "<nil>", "ZgotmplZ", "no value", "\n\n"} {
				if bytes.Contains(got, []byte(bad)) {
					t.Errorf("%q in the page", bad)
				}
			}
			checkPage(t, got)
		})
	}
}

// checkPage fails where a page has what its policy forbids, or leads anywhere but to
// pages, feeds and readers.
func checkPage(t *testing.T, page []byte) {
	t.Helper()
	tokens := html.NewTokenizer(bytes.NewReader(page))
	ids, headings := map[string]bool{}, 0
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		token := tokens.Token()
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		switch token.Data {
		case "style", "iframe", "img", "form", "base", "object", "embed", "input":
			t.Errorf("%s in the page", token)
		case "h1":
			headings++
		}
		source := false
		for _, a := range token.Attr {
			source = source || a.Key == "src" && strings.HasSuffix(a.Val, "feeds.js")
			switch {
			case a.Key == "style", strings.HasPrefix(a.Key, "on"):
				t.Errorf("%s in the page", token)
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("the id %s twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "src" && strings.Contains(a.Val, "//"):
				t.Errorf("%s: of another host", token)
			case a.Key == "href" && token.Data == "a" && strings.Contains(a.Val, ":"):
				switch scheme, _, _ := strings.Cut(a.Val, ":"); scheme {
				case "http", "https", "feed", "follow":
				default:
					t.Errorf("%s leads to %s", token, scheme)
				}
			}
		}
		if token.Data == "script" && !source {
			t.Errorf("%s in the page", token)
		}
	}
	if headings != 1 {
		t.Errorf("%d headings of the first level", headings)
	}
}

func TestPlace(t *testing.T) {
	s := station("zh-CN", 3)
	odd, twice := article(1), article(2)
	odd.URL += "?a=1&b='2'"
	twice.URL = article(0).URL + "l"
	preview := pages.Preview(s, s.Channels[0], []pages.Item{twice, odd, article(0)}, figures)
	directory := pages.Directory(s, feeds(s), nil)[0] // the own feed and the first channel have the same article
	for _, tt := range []struct {
		name    string
		page    []byte
		address string
		want    int
	}{
		{"the first", preview, twice.URL, 1},
		{"escaped", preview, odd.URL, 2},
		{"the beginning of another one", preview, article(0).URL, 3},
		{"none", preview, article(5).URL, 0},
		{"the page itself", preview, "https://xt.news.example/feeds/channel0.html", 0},
		{"a feed", preview, "feed:https://xt.news.example/channel0/rss.xml", 0},
		{"the newest", directory, article(0).URL, 1},
		{"a channel's newest", directory, article(2).URL, 4},
		{"not the newest", directory, article(9).URL, 0},
		{"no articles", pages.Preview(s, s.Channels[0], nil, figures), article(0).URL, 0},
		{"no page", nil, "", 0},
	} {
		if got := pages.Place(tt.page, tt.address); got != tt.want {
			t.Errorf("%s: place %d, want %d", tt.name, got, tt.want)
		}
	}
}

// TestHostile holds that whatever an article or a name says is text.
func TestHostile(t *testing.T) {
	for _, s := range []string{
		`"><script>alert(1)</script>`, `' onclick='x`, "</title></html>", "<!--", "-->", "{{.}}", "javascript:alert(1)",
		"\u202e\u2066evil", "&lt;b&gt;", "`", "]]>", "\x00\xff", strings.Repeat("長", 5000), strings.Repeat("&", 1000), "",
	} {
		for _, url := range []string{
			"https://xt.news.example/" + s, "javascript:alert(1)//" + s, "data:text/html," + s, "vbscript:" + s, s,
			"https://xt.news.example/a'(b)?c=\"&d=<e>#f", "//evil.example/", "\tjavascript:alert(1)",
		} {
			st := station("zh-CN", 0)
			st.Name, st.Channels = s, []network.Channel{{ID: "moment", Name: s}}
			item := pages.Item{URL: url, Title: s, Summary: s, Language: s, Published: noon}
			checkPage(t, pages.Preview(st, st.Channels[0], []pages.Item{item, item}, figures))
			checkPage(t, pages.Directory(st, []pages.Feed{{Newest: item}, {Channel: st.Channels[0], Newest: item}}, nil)[0])
		}
	}
}

// TestSize holds that a page has at most 15 KB of however many channels, up to 150, and
// that it has as much of each as there is room for.
func TestSize(t *testing.T) {
	const most = 15_000
	for host, language := range map[string]string{"https://xt.news.example": "zh-CN", "https://www.a-newspaper-with-a-long-name.example/editions/xiangtan": "en"} {
		for n := range 151 {
			s := station(language, n)
			s.URL = host
			all := pages.Directory(s, feeds(s), nil)
			mustHave(t, all, s.Channels, nil)
			if n == 6 && !bytes.Contains(all[0], []byte(`%2Fchannel5%2Frss.xml">Feedly`)) {
				t.Errorf("%s: %d channels: no links into readers", host, n)
			}
			if n == 25 && !bytes.Contains(all[0], []byte(`<a href="`+host+`/channel24/rss.xml">RSS</a>`)) {
				t.Errorf("%s: %d channels: no addresses", host, n)
			}
			if n == 150 && len(all) > 1 {
				t.Errorf("%s: %d channels on %d pages", host, n, len(all))
			}
		}
	}
	for _, tt := range []struct{ channels, stations, pages int }{{10, 140, 1}, {300, 0, 2}, {300, 140, 3}, {10, 300, 2}, {500, 1000, 9}} {
		for more, language := range []string{"zh-CN", "fr"} { // in French, each name of the others has a language
			s := station(language, tt.channels)
			s.All = true
			all := pages.Directory(s, feeds(s), stations(tt.stations))
			mustHave(t, all, s.Channels, stations(tt.stations))
			if len(all) > tt.pages+more {
				t.Errorf("%s: %d channels and %d stations on %d pages, want %d", language, tt.channels, tt.stations, len(all), tt.pages+more)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		items []pages.Item
		least int
	}{
		{"none", nil, 0},
		{"some", articles(50), 10},
		{"long titles", long(50, func(it *pages.Item) { it.Title = strings.Repeat("长", 1000) }), 8},
		{"hostile titles", long(50, func(it *pages.Item) { it.Title, it.Summary = strings.Repeat(`"`, 1000), strings.Repeat(`&`, 1000) }), 5},
		{"long addresses", long(50, func(it *pages.Item) { it.URL += "?" + strings.Repeat("a", 2000) }), 3},
		{"addresses that are escaped", long(50, func(it *pages.Item) { it.URL += "?" + strings.Repeat("&'(", 300) }), 1},
		{"the longest address", long(50, func(it *pages.Item) { it.URL += strings.Repeat("a", 4000) }), 1},
	} {
		s := station("zh-CN", 3)
		page := pages.Preview(s, s.Channels[0], tt.items, figures)
		got := bytes.Count(page, []byte("<li><a href=\"https://xt.news.example/content"))
		if len(page) > most || got < tt.least || got > pages.MaxItems {
			t.Errorf("%s: %d articles in %d bytes, want %d at least", tt.name, got, len(page), tt.least)
		}
	}
}

// The list of all stations has each of them once, in pages of 15 KB that lead from one to
// the next.
func TestStations(t *testing.T) {
	for _, tt := range []struct{ stations, pages int }{{1, 1}, {140, 1}, {300, 2}, {1000, 7}} {
		n, err := network.New("湘江新闻网", stations(tt.stations), nil)
		if err != nil {
			t.Fatal(err)
		}
		all := pages.Stations(n)
		joined := bytes.Join(all, nil)
		for _, s := range n.Stations {
			if got := bytes.Count(joined, []byte(`<a href="`+s.ID+`/feeds.html">`)); got != 1 {
				t.Errorf("%d stations: %s is there %d times", tt.stations, s.ID, got)
			}
		}
		if len(all) > tt.pages {
			t.Errorf("%d stations on %d pages, want %d", tt.stations, len(all), tt.pages)
		}
		mustHave(t, all, nil, nil)
		if len(all) > 1 && !bytes.Contains(all[1], []byte(`<a href="./" rel="prev">`)) {
			t.Error("the second page does not lead to the first")
		}
	}
}

// mustHave fails where the pages of a directory do not have each channel and each other
// station once, are too large, or do not lead from one to the next.
func mustHave(t *testing.T, all [][]byte, channels []network.Channel, stations []*network.Station) {
	t.Helper()
	var links []string
	for _, channel := range channels {
		links = append(links, `<a href="feeds/`+channel.ID+`.html"`)
	}
	for _, other := range stations {
		links = append(links, `<a href="`+other.URL+`/feeds.html"`)
	}
	joined := bytes.Join(all, nil)
	for _, link := range links {
		if n := bytes.Count(joined, []byte(link)); n != 1 {
			t.Errorf("%d channels and %d stations: %s is there %d times", len(channels), len(stations), link, n)
		}
	}
	for i, page := range all {
		if len(page) > 15_000 {
			t.Errorf("%d channels and %d stations: page %d has %d bytes", len(channels), len(stations), i+1, len(page))
		}
		next, before := fmt.Sprintf(`<a href="feeds-%d.html" rel="next">`, i+2), []byte(`" rel="prev">`)
		if i+1 < len(all) != bytes.Contains(page, []byte(next)) || i > 0 != bytes.Contains(page, before) {
			t.Errorf("%d channels and %d stations: page %d of %d leads elsewhere", len(channels), len(stations), i+1, len(all))
		}
		checkPage(t, page)
	}
}

// long returns articles of which something is long.
func long(n int, change func(*pages.Item)) []pages.Item {
	items := articles(n)
	for i := range items {
		change(&items[i])
	}
	return items
}

// TestFiles holds what the policy of pages asks of the style and the script.
func TestFiles(t *testing.T) {
	if n := len(pages.Script()); n > 1000 {
		t.Errorf("the script has %d bytes", n)
	}
	for _, bad := range []string{"url(", "@import", "@font-face", "http"} {
		if bytes.Contains(pages.Style(), []byte(bad)) {
			t.Errorf("the style has %q", bad)
		}
	}
}

func TestComment(t *testing.T) {
	for _, tt := range []struct{ url, language, channel, want string }{
		{"https://xt.news.example", "zh-CN", "", "这是供阅读器使用的订阅源。请用浏览器打开 https://xt.news.example/feeds.html"},
		{"https://xt.news.example", "en", "moment", "This is a feed, for reader apps. Open in a browser: https://xt.news.example/feeds/moment.html"},
		{"https://www.news.example/xt", "ja", "moment", "This is a feed, for reader apps. Open in a browser: https://www.news.example/xt/feeds/moment.html"},
		{"https://xn--fiq228c.example:8443", "zh", "moment", "这是供阅读器使用的订阅源。请用浏览器打开 https://中文.example:8443/feeds/moment.html"},
		{"https://xt.news.example", "zh", "a--b", "这是供阅读器使用的订阅源。请用浏览器打开 https://xt.news.example/feeds.html"},
	} {
		s := &network.Station{URL: tt.url, Language: tt.language}
		if got := pages.Comment(s, network.Channel{ID: tt.channel}); got != tt.want {
			t.Errorf("%s %s %s: %s, want %s", tt.url, tt.language, tt.channel, got, tt.want)
		}
	}
}

func BenchmarkPages(b *testing.B) {
	for _, n := range []int{6, 40, 140} {
		s := station("zh-CN", n)
		list := feeds(s)
		b.Run(fmt.Sprintf("directory/%d", n), func(b *testing.B) {
			for b.Loop() {
				pages.Directory(s, list, nil)
			}
		})
	}
	s, items := station("zh-CN", 1), articles(50)
	b.Run("preview", func(b *testing.B) {
		for b.Loop() {
			pages.Preview(s, s.Channels[0], items, figures)
		}
	})
}
