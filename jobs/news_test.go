package jobs_test

import (
	"encoding/json"
	"html"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// What is not news is in no sitemap for Google News, neither in its place where nothing
// else is new, and in all other documents; what becomes news is there at the next refresh.
func TestNotNews(t *testing.T) {
	in(t, func(w *world) {
		s := w.network.Stations[1]
		stations := []*network.Station{{ID: s.ID, Name: s.Name, URL: s.URL, Language: "zh-CN", Zone: s.Zone, Channels: []network.Channel{
			{ID: "moment", Name: "时刻新闻"}, {ID: "adverts", Name: "广告", NotNews: true}, {ID: "old", NotNews: true, Former: network.Former{Closed: true}},
		}}}
		var err error
		if w.network, err = network.New("", stations, nil); err != nil {
			w.t.Fatal(err)
		}
		at := func(id int, age time.Duration, channels ...string) article.Article {
			a := newArticle(s.ID, id, age)
			a.Channels = channels
			return a
		}
		advert, notice, formerly := at(2, time.Hour, "moment", "adverts"), at(3, 2*time.Hour), at(4, 3*time.Hour, "old")
		notice.NotNews = true
		old, oldAdvert := at(5, 100*time.Hour, "moment"), at(6, 90*time.Hour, "adverts")
		w.put(advert, notice, formerly, old, oldAdvert)
		c := w.conduct(w.editions, options, nil)
		news := func() []string {
			w.t.Helper()
			if err := refreshAll(w.t.Context(), c); err != nil {
				w.t.Fatal(err)
			}
			e := w.editions.current[s.ID]
			w.want("the months", locsOf(documentOf(e, network.ShardPath(article.MonthOf(advert.Published, s.Zone), 1))), []string{old.URL, oldAdvert.URL, formerly.URL, notice.URL, advert.URL})
			return locsOf(documentOf(e, network.NewsPath(1)))
		}
		w.want("nothing is news, so the newest that would be", news(), []string{old.URL})
		notice.NotNews = false
		time.Sleep(time.Minute)
		w.put(notice)
		time.Sleep(time.Minute)
		w.want("the field has changed", news(), []string{notice.URL})
	})
}

// A title reads the same in feeds, news and films, whether the newsroom's system keeps
// markup and references in it, as WordPress does, or plain text.
func TestTitles(t *testing.T) {
	for name, tt := range map[string]struct{ title, want string }{
		"markup":     {"Tom &amp; Jerry <b>bold</b> &#8217;s", "Tom & Jerry bold ’s"},
		"plain text": {"1 < 2 && R&D", "1 < 2 && R&D"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) {
				a := newArticle("xt", 1, time.Hour)
				a.Title, a.Enclosures = tt.title, []article.Enclosure{{URL: "1.mp4", Type: "video/mp4"}}
				w.put(a)
				w.refresh()
				for path, tag := range map[string]string{"/rss.xml": "<title>", "/atom.xml": "<title>", "/sitemaps/news.xml": "<news:title>", "/sitemaps/2026-03.xml": "<video:title>"} {
					body := w.body("xt", path)
					last, _, _ := strings.Cut(body[strings.LastIndex(body, tag)+len(tag):], "</")
					if got := html.UnescapeString(last); got != tt.want {
						w.t.Errorf("%s: %q, want %q", path, got, tt.want)
					}
				}
				var list struct{ Items []struct{ Title string } }
				if err := json.Unmarshal([]byte(w.body("xt", "/feed.json")), &list); err != nil || len(list.Items) != 1 || list.Items[0].Title != tt.want {
					w.t.Errorf("feed.json: %+v, %v, want %q", list, err, tt.want)
				}
			})
		})
	}
}

func documentOf(e *edition.Edition, path string) *edition.Document {
	d, _ := e.Document(path)
	return d
}
