package jobs_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/require"
)

// knownBy returns the guids that a station's feeds have for a page: of all formats
// and of its own feed and that of the channel, each with how often it is there.
func (w *world) knownBy(station, page string) map[string]int {
	w.t.Helper()
	found := map[string]int{}
	for _, channel := range []string{"", "/moment"} {
		var rss struct {
			Items []struct {
				Link string `xml:"link"`
				GUID struct {
					Text      string `xml:",chardata"`
					PermaLink bool   `xml:"isPermaLink,attr"`
				} `xml:"guid"`
			} `xml:"channel>item"`
		}
		var atom struct {
			Entries []struct {
				ID    string `xml:"id"`
				Links []struct {
					Rel  string `xml:"rel,attr"`
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		var feed struct {
			Items []struct{ ID, URL string }
		}
		for _, err := range []error{
			xml.Unmarshal([]byte(w.body(station, channel+"/rss.xml")), &rss), xml.Unmarshal([]byte(w.body(station, channel+"/atom.xml")), &atom),
			json.Unmarshal([]byte(w.body(station, channel+"/feed.json")), &feed),
		} {
			if err != nil {
				w.t.Fatal(err)
			}
		}
		for _, item := range rss.Items {
			if item.Link != page {
				continue
			}
			found[item.GUID.Text]++
			if item.GUID.PermaLink != (item.GUID.Text == page) {
				w.t.Errorf("%s: guid %q is a permalink: %t", page, item.GUID.Text, item.GUID.PermaLink)
			}
		}
		for _, entry := range atom.Entries {
			for _, link := range entry.Links {
				if link.Rel == "alternate" && link.Href == page {
					found[entry.ID]++
				}
			}
		}
		for _, item := range feed.Items {
			if item.URL == page {
				found[item.ID]++
			}
		}
	}
	return found
}

// TestIdentity holds that readers know an article by its guid, or by the first
// address it was published under, in all formats, in the feeds of its station, its
// channel and of all stations, whatever becomes of it.
func TestIdentity(t *testing.T) {
	require.Time(t)
	const first = "https://xt.news.example/content/1.html"
	moved := func(to string) func(*world, *article.Article) {
		return func(_ *world, a *article.Article) { a.URL = to }
	}
	withdrawn := func(_ *world, a *article.Article) { a.Status = article.Withdrawn }
	published := func(_ *world, a *article.Article) { a.Status = article.Published }
	guid := func(guid string) func(*world, *article.Article) {
		return func(_ *world, a *article.Article) { a.GUID = guid }
	}
	restart := func(w *world, _ *article.Article) { w.restart(options) }
	newer := options
	newer.Version = "newer"
	retract := func(state edition.RetractionState) func(*world, *article.Article) {
		return func(w *world, _ *article.Article) {
			r := held("xt", 1)
			r.State = state
			if err := w.editions.Retract(w.t.Context(), r); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	crowd := func(w *world, _ *article.Article) { // puts it out of the feeds
		for id := 100; id < 140; id++ {
			a := newArticle("xt", id, time.Minute)
			b := newArticle("yy", id+100, time.Minute)
			w.put(a, b)
		}
	}
	empty := func(w *world, _ *article.Article) {
		w.exec(fmt.Sprintf(`UPDATE articles SET status = 'withdrawn', modified_at = %d WHERE id <> '1'`, time.Now().UnixMilli()))
	}
	tests := []struct {
		name  string
		steps []func(*world, *article.Article) // each is followed by a refresh
		want  string
	}{
		{"as it was published", nil, first},
		{"another scheme", []func(*world, *article.Article){moved("http://xt.news.example/content/1.html")}, first},
		{"another host", []func(*world, *article.Article){moved("https://xiangtan.news.example/content/1.html")}, first},
		{"another slug", []func(*world, *article.Article){moved("https://xt.news.example/content/reading-festival")}, first},
		{"a slash", []func(*world, *article.Article){moved("https://xt.news.example/content/1.html/")}, first},
		{"again and again", []func(*world, *article.Article){moved("https://xt.news.example/a"), moved("https://xt.news.example/b"), restart, moved("https://xt.news.example/c")}, first},
		{"and back", []func(*world, *article.Article){moved("https://xt.news.example/a"), moved(first)}, first},
		{"and a restart", []func(*world, *article.Article){moved("https://xt.news.example/a"), restart}, first},
		{"and another version of the program", []func(*world, *article.Article){moved("https://xt.news.example/a"), func(w *world, _ *article.Article) { w.restart(newer) }}, first},
		{"with its publication", []func(*world, *article.Article){func(_ *world, a *article.Article) {
			a.URL, a.Published = "https://xt.news.example/2026/03/10/1", a.Published.AddDate(0, -1, 0)
		}}, first},
		{"withdrawn and published again", []func(*world, *article.Article){withdrawn, published}, first},
		{"withdrawn, moved and published again", []func(*world, *article.Article){withdrawn, moved("https://xt.news.example/a"), published}, first},
		{"withdrawn, a new version, moved and published again", []func(*world, *article.Article){
			withdrawn, func(w *world, _ *article.Article) { w.restart(newer) }, moved("https://xt.news.example/a"), published,
		}, first},
		{"moved, withdrawn and published again", []func(*world, *article.Article){moved("https://xt.news.example/a"), withdrawn, published}, first},
		{"moved, withdrawn and published again with another time", []func(*world, *article.Article){
			moved("https://xt.news.example/a"), withdrawn, func(_ *world, a *article.Article) {
				a.Status, a.Published = article.Published, a.Published.AddDate(0, -2, 0)
			},
		}, first},
		{"taken down, moved and back", []func(*world, *article.Article){retract(edition.Held), moved("https://xt.news.example/a"), retract(edition.Lifted)}, first},
		{"out of the feeds, moved and back", []func(*world, *article.Article){crowd, moved("https://xt.news.example/a"), empty}, first},
		{"moved, out of the feeds and back", []func(*world, *article.Article){moved("https://xt.news.example/a"), crowd, restart, empty}, first},

		{"a guid", []func(*world, *article.Article){guid("news:1")}, "news:1"},
		{"a guid and another address", []func(*world, *article.Article){guid("news:1"), moved("https://xt.news.example/a")}, "news:1"},
		{"a guid that is given up", []func(*world, *article.Article){guid("news:1"), guid("")}, "news:1"},
		{"another guid", []func(*world, *article.Article){guid("news:1"), guid("news:2")}, "news:2"},
		{"a guid, withdrawn and published again", []func(*world, *article.Article){guid("news:1"), withdrawn, published}, "news:1"},
		{"the guid is the address", []func(*world, *article.Article){guid(first)}, first},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				a := newArticle("xt", 1, time.Hour)
				w.put(a, newArticle("xt", 901, 2*time.Hour), newArticle("xt", 902, 3*time.Hour)) // so that no step takes all there is
				w.refresh()
				for _, step := range tt.steps {
					time.Sleep(time.Minute)
					before := a
					step(w, &a)
					if !strings.EqualFold(fmt.Sprint(before), fmt.Sprint(a)) {
						a.Updated = time.Now()
						w.put(a)
					}
					w.refresh()
				}
				want := map[string]int{tt.want: 6} // three formats of two feeds
				for _, station := range []string{"xt", "www"} {
					if got := w.knownBy(station, a.URL); !maps.Equal(got, want) {
						t.Errorf("%s: %s is known by %v, want %v", station, a.URL, got, want)
					}
				}
			})
		})
	}
}

// TestIdentities holds that no two articles are known by the same, and that none is
// lost for it.
func TestIdentities(t *testing.T) {
	in(t, func(w *world) {
		one, two, three := newArticle("xt", 1, 3*time.Hour), newArticle("xt", 2, 2*time.Hour), newArticle("xt", 3, time.Hour)
		former := one.URL
		w.put(one)
		w.refresh()
		one.URL = "https://xt.news.example/a"
		two.URL = former    // the address that the first one is known by
		three.GUID = former // as its guid
		three.Channels = []string{"moment"}
		w.put(one, two, three)
		w.refresh()
		w.restart(options)
		w.refresh()
		for _, tt := range []struct{ page, want string }{{one.URL, former}, {two.URL, former + "#2"}, {three.URL, three.URL}} {
			for _, station := range []string{"xt", "www"} {
				if got := w.knownBy(station, tt.page); !maps.Equal(got, map[string]int{tt.want: 6}) {
					t.Errorf("%s: %s is known by %v, want %s", station, tt.page, got, tt.want)
				}
			}
		}
	})
}

// TestSharedPage holds that a page of two articles is one entry, of the newer one,
// in months, news, lists and feeds, and that the other one is back when it is alone.
func TestSharedPage(t *testing.T) {
	in(t, func(w *world) {
		older, newer := newArticle("xt", 1, 3*time.Hour), newArticle("xt", 2, 2*time.Hour)
		newer.URL = older.URL
		newer.Title = "新的"
		w.put(older, newer, newArticle("xt", 3, 100*time.Hour))
		w.refresh()
		check := func(when, title string) {
			t.Helper()
			for path, form := range map[string]string{
				"/sitemaps/2026-03.xml": "<loc>%s</loc>", "/sitemaps/news.xml": "<loc>%s</loc>", "/sitemaps/baidu.txt": "%s\n", "/rss.xml": "<link>%s</link>",
				"/atom.xml": `rel="alternate" type="text/html" href="%s"`, "/feed.json": `"url":"%s"`,
			} {
				if n := strings.Count(w.body("xt", path), fmt.Sprintf(form, older.URL)); n != 1 {
					t.Errorf("%s: %s has it %d times", when, path, n)
				}
			}
			if body := w.body("xt", "/rss.xml"); !strings.Contains(body, title) {
				t.Errorf("%s: not %s", when, title)
			}
		}
		check("published", newer.Title)
		newer.Status, newer.Updated = article.Withdrawn, time.Now()
		w.put(newer)
		time.Sleep(time.Minute)
		w.refresh()
		check("the newer one withdrawn", older.Title)
		newer.Status = article.Published
		w.put(newer)
		time.Sleep(time.Minute)
		w.refresh()
		check("the newer one published again", newer.Title)
	})
}

// TestRedactIdentity holds that what is taken down leaves every document, whatever
// readers know it by and wherever its page is, and that nothing else does.
func TestRedactIdentity(t *testing.T) {
	require.Time(t)
	const first, moved = "https://xt.news.example/content/2.html", "https://xt.news.example/2026/节日?a=1&b='2'"
	tests := []struct{ name, guid, page string }{
		{"known by its address", "", first},
		{"with a guid", "news:2", first},
		{"with a guid of markup", `2 & "<3>'`, first},
		{"with the guid of a page", "https://xt.news.example/?p=2&q=节日", first},
		{"with the guid of another's page", "https://xt.news.example/content/1.html", first},
		{"that has moved", "", moved},
		{"with a guid that has moved", "news:2", moved},
		{"that has moved to another host", "", "http://xiangtan.news.example/content/2.html"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				for _, s := range w.network.Stations {
					s.Profiles = aggregators
					for i := range s.Channels {
						s.Channels[i].Profiles = aggregators
					}
				}
				w.restart(options)
				a := newArticle("xt", 2, 2*time.Hour)
				a.GUID, a.Title = tt.guid, "关于端午"
				w.put(newArticle("xt", 1, time.Hour), a, newArticle("xt", 3, 3*time.Hour))
				w.refresh()
				if a.URL != tt.page {
					time.Sleep(time.Minute)
					a.URL = tt.page
					w.put(a)
					w.refresh()
				}
				time.Sleep(time.Minute)
				for _, station := range []string{"xt", "www"} {
					before := w.edition(station)
					if n := titled(t, before, a.Title); n != 13 { // with a page
						w.t.Fatalf("%s: %d feeds have the article", station, n)
					}
					after := press.Redact(w.network, before, edition.Retractions{"2": held("xt", 2)})
					if paths := naming(t, after, 2); titled(t, after, a.Title) > 0 || len(paths) > 0 {
						t.Errorf("%s: still in %q", station, paths)
					}
					for path, d := range after.All() {
						old, _ := before.Document(path)
						body := string(doctest.Body(t, d))
						for _, other := range []string{"第1条新闻", "第3条新闻"} {
							if strings.Contains(string(doctest.Body(t, old)), other) != strings.Contains(body, other) {
								t.Errorf("%s: %s has lost %s", station, path, other)
							}
						}
						if feed := strings.Contains(string(doctest.Body(t, old)), a.Title) && !strings.HasSuffix(path, ".html"); feed && (d.Items() != 2 || old.Items() != 3) || strings.Contains(body, "节日") || strings.Contains(body, "%E8%8A%82") || strings.Contains(body, "news:2") {
							t.Errorf("%s: %s of %d articles, of %d before:\n%s", station, path, d.Items(), old.Items(), body)
						}
					}
				}
			})
		})
	}
}

// titled returns how many feeds have an article of that title, in any format.
func titled(t *testing.T, e *edition.Edition, title string) (n int) {
	for path, d := range e.All() {
		if !network.IsSitemap(path) && strings.Contains(string(doctest.Body(t, d)), title) {
			n++
		}
	}
	return n
}
