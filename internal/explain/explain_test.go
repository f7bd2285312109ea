package explain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/explain"

	_ "modernc.org/sqlite"
)

// TestDeciders has each decider say no, and be named where it does.
func TestDeciders(t *testing.T) {
	because := func(reason string) not { return not{"*": reason} }
	set := func(change func(*article.Article)) func(*world) {
		return func(w *world) {
			a := newArticle("1", time.Hour)
			change(&a)
			w.put(a, newArticle("2", 3*time.Hour))
			w.refresh()
		}
	}
	others := func(w *world, n int, ago time.Duration) {
		for i := range n {
			w.put(newArticle(fmt.Sprint("other", i), ago+time.Duration(i)*time.Second))
		}
		w.refresh()
	}
	for _, tt := range []struct {
		name    string // with a colon, what a verdict says besides
		do      func(w *world)
		out     not
		leftOut bool
		no      []string
	}{
		{"everywhere", set(func(*article.Article) {}), nil, false, nil},
		{"draft", set(func(a *article.Article) { a.Status = article.Draft }), because("status: draft"), true, []string{"status"}},
		{"withdrawn", set(func(a *article.Article) { a.Status = article.Withdrawn }), because("status: withdrawn"), true, []string{"status"}},
		{"embargo", set(func(a *article.Article) { a.Published = time.Now().Add(time.Hour) }), because("embargo: published 2026-03-10 13:00:"), true, []string{"embargo"}},
		{"expired", set(func(a *article.Article) { a.Expires = time.Now().Add(-time.Minute) }), because("expiry: 2026-03-10 11:59:"), true, []string{"expiry"}},
		{"several at once", set(func(a *article.Article) {
			a.Status, a.NoIndex, a.URL = article.Draft, true, "https://cs.news.example/1.html"
		}), because("status: draft"), true, []string{"status", "noindex", "host"}},
		{"taken down", func(w *world) {
			set(func(*article.Article) {})(w)
			w.retract("1", false)
		}, because("retraction: taken down 2026-03-10 12:00:"), true, []string{"retraction"}},
		{"taken down, with a notice", func(w *world) {
			set(func(*article.Article) {})(w)
			w.retract("1", true)
			w.refresh()
		}, because("retraction: "), true, []string{"retraction", "notice"}},
		{"withdrawn, and back with an older row", func(w *world) {
			set(func(*article.Article) {})(w)
			time.Sleep(time.Minute)
			a := newArticle("1", time.Hour+time.Minute)
			a.Published, a.Status = a.Published.Add(-3*time.Second), article.Withdrawn
			w.put(a)
			w.refresh()
			w.exec(`UPDATE articles SET status = 'published', modified_at = modified_at - 30000 WHERE id = '1'`)
			w.put(newArticle("3", 0))
			w.refresh()
		}, because("returned: "), true, []string{"returned", "notice"}},
		{"noindex", set(func(a *article.Article) { a.NoIndex = true }), sitemaps("noindex: true"), true, []string{"noindex"}},
		{
			"another station's host", set(func(a *article.Article) { a.URL = "https://cs.news.example/1.html" }),
			sitemaps("host: https://cs.news.example/1.html is not at https://xt.news.example, but at that of station cs"), true,
			[]string{"host"},
		},
		{
			"nobody's host", set(func(a *article.Article) { a.URL = "https://else.example/1.html" }),
			sitemaps("host: https://else.example/1.html is not at https://xt.news.example"), true,
			[]string{"host"},
		},
		{"too long an address for sitemaps", set(func(a *article.Article) { a.URL += "?" + strings.Repeat("a", 2100) }), sitemaps("address: no sitemap can have https://xt.news.example/1.html?aaa"), true, []string{"address", "baidu"}},
		{
			"too long an address for Baidu", set(func(a *article.Article) { a.URL += "?" + strings.Repeat("a", 300) }),
			not{"xt/sitemaps/baidu.txt": "baidu: its address is longer than Baidu takes"},
			true,
			[]string{"baidu"},
		},
		{"older than what Baidu's list has", func(w *world) {
			w.put(newArticle("1", 30*time.Hour))
			others(w, maxList, time.Hour)
		}, with(feeds("newest: older than the newest 10"), not{"xt/sitemaps/baidu.txt": "baidu: older than the newest 12, which are all that the list has"}), false, []string{"newest", "baidu"}},
		{"a later article has its page", func(w *world) {
			set(func(*article.Article) {})(w)
			b := newArticle("3", time.Minute)
			b.URL = "https://xt.news.example/1.html"
			w.put(b)
			w.refresh()
		}, with(sitemaps("page: "), feeds("page: ")), true, []string{"page"}},
		{"a later month has its page", func(w *world) {
			a, b := newArticle("1", 15*24*time.Hour), newArticle("3", time.Minute)
			b.URL = a.URL
			w.put(a, b)
			w.refresh()
		}, not{
			"xt/sitemaps/2026-02.xml": "page: ", "xt/sitemaps/news.xml": "page: ", "xt/sitemaps/baidu.txt": "page: ", "xt/rss.xml": "page: ", "xt/smartnews.xml": "page: ",
			"xt/moment/rss.xml": "page: ", "www/rss.xml": "page: ", "www/moment/rss.xml": "page: ",
		}, true, []string{"page", "48h"}},
		{"a channel that is none", set(func(a *article.Article) { a.Channels = []string{"moment", "sport"} }), nil, false, []string{"channels"}},
		{"channels: the article is not in the channel of /moment/rss.xml", func(w *world) {
			set(func(*article.Article) {})(w)
			a := newArticle("1", time.Hour)
			a.Channels = nil
			w.put(a)
		}, nil, false, []string{"newest"}},
		{"not the newest", func(w *world) {
			w.put(newArticle("1", 30*time.Hour))
			others(w, 4, time.Hour)
		}, feeds("newest: older than the newest "), false, []string{"newest"}},
		{"more than a feed may have", func(w *world) {
			w.put(newArticle("1", 2*time.Hour))
			others(w, 10, time.Hour)
		}, feeds("newest: older than the newest 10"), false, []string{"newest"}},
		{"48 hours ago", set(func(a *article.Article) { a.Published = time.Now().Add(-48 * time.Hour) }), not{"xt/sitemaps/news.xml": "48h: over since 2026-03-10"}, false, []string{"48h"}},
		{"not for the news", set(func(a *article.Article) { a.NotNews = true }), not{"xt/sitemaps/news.xml": "news: "}, true, []string{"news"}},
		{"in a channel that is not for the news", set(func(a *article.Article) { a.Channels = []string{"moment", "adverts"} }), not{"xt/sitemaps/news.xml": "news: "}, true, []string{"news"}},
		{"no room in feeds", func(w *world) {
			a := newArticle("1", 5*time.Hour)
			a.Body = strings.Repeat("<p>读书节今天在湖边开幕。</p>", 16_000)
			w.put(a)
			for i := range 9 {
				b := a
				b.ID, b.URL, b.Published = fmt.Sprint("big", i), fmt.Sprintf("https://xt.news.example/big%d.html", i), a.Published.Add(time.Duration(i+1)*time.Minute)
				w.put(b)
			}
			w.refresh()
		}, feeds("size: the feed is as large as it may be with 7 newer articles"), true, []string{"size"}},
		{"no feed can carry it", func(w *world) {
			set(func(*article.Article) {})(w)
			w.exec(`UPDATE articles SET url = ?, modified_at = modified_at + 1000 WHERE id = '1'`, "https://xt.news.example/"+strings.Repeat("新", 1000))
			w.refresh()
		}, with(sitemaps("address: no sitemap can have https://xt.news.example/%E6%96%B0"), feeds("text: ")), true, []string{"address", "text", "baidu"}},
		{"what an aggregator does not take", set(func(a *article.Article) { a.Body, a.Summary = "", "" }), not{"xt/smartnews.xml": "profile: "}, true, []string{"profile"}},
		{"a closed station", set(func(a *article.Article) { a.Station = "old" }), because("station: old is closed"), true, []string{"station"}},
		{"a station that has moved", set(func(a *article.Article) { a.Station = "gone" }), because("station: gone has moved to https://xt.news.example/gone"), true, []string{"station"}},
		{"no station", func(w *world) {
			set(func(*article.Article) {})(w)
			w.exec(`UPDATE articles SET station = 'zz'`)
			w.exec(`DELETE FROM articles WHERE id = '2'`)
		}, not{"/rss.xml": `station: "zz" is not configured`, "/sitemap.xml": "station: ", "/sitemaps/news.xml": "station: ", "/sitemaps/baidu.txt": "station: "}, true, []string{"station"}},
		{"a row with a fault", func(w *world) {
			set(func(*article.Article) {})(w)
			w.exec(`UPDATE articles SET url = 'no address' WHERE id = '1'`)
			w.refresh()
		}, because("row: url: "), true, []string{"row"}},
		{"no row any more", func(w *world) {
			set(func(*article.Article) {})(w)
			w.exec(`DELETE FROM articles WHERE id = '1'`)
			w.put(newArticle("3", 0))
			w.refresh()
		}, because("row: id: no row has this id"), true, []string{"row", "notice"}},
		{"no row ever", func(w *world) {
			w.put(newArticle("2", 0))
			w.refresh()
		}, because("row: id: no row has this id"), true, []string{"row"}},
		{"not built yet", func(w *world) {
			w.put(newArticle("2", 3*time.Hour))
			w.refresh()
			w.put(newArticle("1", time.Hour))
		}, because("build: not built yet, looked at next at 2026-03-10 12:00:"), true, nil},
		{"the gate", func(w *world) {
			others(w, 30, 26*time.Hour)
			w.exec(`DELETE FROM articles`)
			w.put(newArticle("1", time.Hour))
			w.refresh()
		}, with(sitemaps("gate: not published: "), not{"xt/rss.xml": "gate: ", "xt/moment/rss.xml": "gate: ", "xt/smartnews.xml": "gate: "}), true, []string{"gate"}},
		{"a pinned edition", func(w *world) {
			w.put(newArticle("2", 3*time.Hour))
			w.refresh()
			for _, station := range []string{"xt", "www"} {
				e, _ := w.editions.Current(station)
				if err := w.editions.Pin(w.t.Context(), station, e.Watermark()); err != nil {
					w.t.Fatal(err)
				}
			}
			w.put(newArticle("1", time.Hour))
			w.refresh()
		}, because("pin: the edition as of 2026-03-10 12:00:"), true, []string{"pin"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				t := w.t
				tt.do(w)
				e := w.ask(explain.Query{ID: "1"})
				want(t, e, tt.out, tt.leftOut)
				wantNo(t, e, tt.no...)
				says := func(v explain.Verdict) bool { return v.Reason == tt.name }
				if strings.Contains(tt.name, ":") && !slices.ContainsFunc(e.Verdicts, says) {
					t.Errorf("no verdict says %q: %+v", tt.name, e.Verdicts)
				}
				if t.Failed() {
					for _, d := range e.Deciders {
						t.Logf("%t %s %s%s: %s", d.OK, d.Name, d.Station, d.Path, d.Value)
					}
				}
				for _, d := range e.Deciders {
					if len(d.Value) > 500 || !d.OK && d.Name == "text" && !strings.Contains(d.Value, "URL is longer than") {
						t.Errorf("%s says %q", d.Name, d.Value)
					}
				}
				if (e.Row != nil) == (e.Fault != nil) || e.NextLook == nil || !slices.Equal(e.Unknown, []string{"crawlers: not recorded"}) {
					t.Errorf("%+v", e)
				}
			})
		})
	}
}
