package jobs_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
)

func (w *world) conditionOf(station, state string) string {
	w.t.Helper()
	for _, c := range w.conductor.Conditions() {
		if c.State == state && c.Station == station {
			return c.String()
		}
	}
	return ""
}

// TestFeedEmpty holds that a feed without an article is told of where the store has
// rows of the station that can't be published, until it has one.
func TestFeedEmpty(t *testing.T) {
	in(t, func(w *world) {
		w.refresh()
		if got := w.conditionOf("xt", "feed empty"); got != "" {
			t.Errorf("of an empty store: %q", got)
		}
		w.put(newArticle("xt", 1, 2*time.Hour), newArticle("xt", 2, time.Hour))
		w.exec("UPDATE articles SET url = '/content/' || id")
		time.Sleep(time.Minute)
		w.refresh()
		if got, want := w.conditionOf("xt", "feed empty"), "feed is empty, articles left out: xt: at least 2 articles left out, such as article 2: url: "; !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		time.Sleep(time.Minute)
		w.refresh() // which reads nothing
		if w.conditionOf("xt", "feed empty") == "" {
			t.Error("cleared without an article")
		}
		w.put(newArticle("xt", 2, time.Hour))
		time.Sleep(time.Minute)
		w.refresh()
		if got := w.conditionOf("xt", "feed empty"); got != "" {
			t.Errorf("with an article: %q", got)
		}
	})
}

// TestFeedElsewhere holds that a station is told of whose new articles mostly have
// addresses that its sitemaps can't have: another scheme or host.
func TestFeedElsewhere(t *testing.T) {
	for name, from := range map[string]string{"another scheme": "http://xt.news.example", "another host": "https://www.xt.news.example"} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) {
				elsewhere := func(n int) []article.Article {
					articles := several("xt", 1, 6)
					for i := range articles[:n] {
						articles[i].URL = strings.Replace(articles[i].URL, "https://xt.news.example", from, 1)
					}
					return articles
				}
				w.put(elsewhere(3)...)
				w.refresh()
				if got := w.conditionOf("xt", "addresses elsewhere"); got != "" {
					t.Errorf("half of them: %q", got)
				}
				time.Sleep(time.Minute)
				w.put(elsewhere(4)...)
				w.refresh()
				want := "sitemaps lack most new articles: xt: 4 of the newest 6 articles are not on https://xt.news.example, such as " + from + "/content/1.html: look at"
				if got := w.conditionOf("xt", "addresses elsewhere"); !strings.HasPrefix(got, want) {
					t.Errorf("most of them: %q, want %q", got, want)
				}
				time.Sleep(time.Minute)
				w.put(elsewhere(0)...)
				w.refresh()
				if got := w.conditionOf("xt", "addresses elsewhere"); got != "" {
					t.Errorf("none of them: %q", got)
				}
			})
		})
	}
}
