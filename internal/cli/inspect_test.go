package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

func TestInspector(t *testing.T) {
	n, err := network.New("湘江新闻网", []*network.Station{
		{ID: "xt", URL: "https://xt.news.example"},
		{ID: "yy", URL: "https://yy.news.example"},
		{ID: "old", URL: "https://old.news.example", Former: network.Former{Closed: true}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	i := newInspector(n, now, 5)
	add := func(station string, change func(*article.Article)) {
		a := article.Article{ID: "1", Station: station, URL: "https://" + station + ".news.example/1.html", Published: now.Add(-time.Hour), Status: article.Published}
		change(&a)
		i.add(&a)
	}
	url := func(address string) func(*article.Article) { return func(a *article.Article) { a.URL = address } }
	add("xt", func(*article.Article) {})
	add("xt", func(a *article.Article) { a.Status = article.Draft })
	add("xt", func(a *article.Article) { a.Status = article.Withdrawn })
	add("xt", func(a *article.Article) { a.Published = now.Add(time.Minute) })
	add("xt", func(a *article.Article) { a.Expires = now })
	add("xt", func(a *article.Article) { a.NoIndex = true })
	for range 7 {
		add("xt", url("https://www.news.example/1.html"))
	}
	add("xt", url("https://xt.news.example/"+strings.Repeat("a", 3000)))
	add("xt", url("https://xt.news.example/"+strings.Repeat("湘", 30)))
	add("yy", func(*article.Article) {})
	add("old", func(a *article.Article) { a.Status = article.Draft })
	add("none", func(a *article.Article) { a.Status = article.Draft })

	for range 50_002 {
		add("yy", func(*article.Article) {})
	}

	foreign := "    on another host: 1 https://www.news.example/1.html\n"
	want := "  xt: 15 articles, left out of the sitemaps: 1 draft, 1 withdrawn, 1 embargoed, 1 expired, 1 noindex, 7 on another host, " +
		"1 with an address not allowed in sitemaps\n" +
		"  xt: 15 articles, left out of Baidu's list: 1 with too long an address\n" +
		strings.Repeat(foreign, 5) + "    on another host: and 2 more\n" +
		"    with an address not allowed in sitemaps: 1 https://xt.news.example/" + strings.Repeat("a", 3000) + "\n" +
		"    with too long an address: 1 https://xt.news.example/" + strings.Repeat("湘", 30) + "\n" +
		"    pages of xt are those below its url, https://xt.news.example: where theirs is another, that should say so\n" +
		"  yy: 50003 articles, left out of Baidu's list: 3 too old for it\n"
	var out strings.Builder
	i.print(&out)
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("printed (-want +got):\n%s", diff)
	}
}

// Why a page is not the station's own is said as it can be mended.
func TestForeign(t *testing.T) {
	n, err := network.New("n", []*network.Station{{ID: "xt", URL: "http://www.news.example/xt"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]omission{
		"http://www.news.example/xt/1.html":      "",
		"http://www.news.example/cs/1.html":      isOutside,
		"http://www.news.example/xt":             isOutside,
		"https://www.news.example/xt/1.html":     isOtherPort,
		"http://WWW.news.example:8080/xt/1.html": isOtherPort,
		"http://xt.news.example/xt/1.html":       isForeign,
	} {
		var got omission
		if why := press.Unlisted(n.Stations[0], &article.Article{URL: page}); why != 0 {
			got = omissionOf(why, n.Stations[0], page)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
}
