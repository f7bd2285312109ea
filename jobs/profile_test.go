package jobs_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/testkit/doctest"
)

// Feeds for aggregators are documents of the edition as any feed is: built when an
// article changes and not otherwise, listed nowhere, without an article that is
// withdrawn or taken down.
func TestProfileFeeds(t *testing.T) {
	in(t, func(w *world) {
		xt, _ := w.network.Station("xt")
		xt.Profiles, xt.Channels[0].Profiles = []string{"msn", "smartnews"}, []string{"flipboard"}
		w.restart(options)
		untold := newArticle("xt", 3, 3*time.Hour)
		untold.Body = ""
		next := newArticle("xt", 2, 2*time.Hour)
		next.NextURL = newArticle("xt", 1, 0).URL
		w.put(newArticle("xt", 1, time.Hour), next, untold)
		w.refresh()
		paths := []string{"/msn.xml", "/smartnews.xml", "/moment/flipboard.xml"}
		for _, path := range paths {
			body := w.body("xt", path)
			if !strings.Contains(body, "第1条新闻") || strings.Contains(body, "第3条新闻") || w.document("xt", path).Items() != 2 {
				t.Errorf("%s: %d articles:\n%s", path, w.document("xt", path).Items(), body)
			}
			if got, want := w.document("xt", path).Headers().Link, "<https://xt.news.example"+path+`>; rel="self"; type="application/rss+xml"`; got != want {
				t.Errorf("%s links to %s", path, got)
			}
		}
		if !strings.Contains(w.body("xt", "/msn.xml"), `<atom:link rel="self" type="application/rss+xml" href="https://xt.news.example/msn.xml"`) {
			t.Error("msn.xml does not link to itself")
		}
		for path, d := range w.edition("xt").All() {
			for _, profile := range paths {
				if path != profile && strings.Contains(string(doctest.Body(t, d)), profile) {
					t.Errorf("%s names %s", path, profile)
				}
			}
		}
		for _, path := range []string{"/flipboard.xml", "/moment/msn.xml", "/culture/msn.xml"} {
			if _, ok := w.edition("xt").Document(path); ok {
				t.Errorf("%s is there", path)
			}
		}

		w.want("changes of nothing", w.changes("xt", w.refresh), nil)
		w.put(newArticle("xt", 4, 0))
		for _, path := range w.changes("xt", w.refresh) {
			if strings.Contains(path, "culture") {
				t.Errorf("%s changed", path)
			}
		}
		for _, path := range paths {
			if !strings.Contains(w.body("xt", path), "第4条新闻") {
				t.Errorf("%s lacks the new article", path)
			}
		}

		first := held("xt", 1)
		first.URL = newArticle("xt", 1, 0).URL
		taken := press.Redact(w.network, w.edition("xt"), edition.Retractions{"1": first})
		for _, path := range paths {
			d, ok := taken.Document(path)
			if !ok || strings.Contains(string(doctest.Body(t, d)), "第1条新闻") || strings.Contains(string(doctest.Body(t, d)), "content/1.html") || !strings.Contains(string(doctest.Body(t, d)), "第2条新闻") || d.Items() != 2 {
				t.Errorf("%s after the article is taken down: %t, %d articles:\n%s", path, ok, d.Items(), doctest.Body(t, d))
			}
		}

		gone := newArticle("xt", 2, 2*time.Hour)
		gone.Status = "withdrawn"
		w.put(gone)
		w.refresh()
		for _, path := range paths {
			if strings.Contains(w.body("xt", path), "第2条新闻") {
				t.Errorf("%s has a withdrawn article", path)
			}
		}
	})
}
