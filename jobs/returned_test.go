package jobs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/jobs"
)

// A database that is restored from a dump, in which the newsroom goes on, shows
// nothing again that was withdrawn after the dump, until a row is changed; what was
// deleted is back, and both are told.
func TestRestored(t *testing.T) {
	in(t, func(w *world) {
		// Times of months before, of this one and of the news.
		ago := func(id int) time.Duration { return time.Duration(id*id) * 30 * time.Hour }
		var all []article.Article
		for id := range 12 {
			all = append(all, newArticle("xt", id, ago(id)))
		}
		w.put(append(all, newArticle("yy", 100, 0))...)
		w.refresh()
		time.Sleep(time.Minute)
		dump := w.copied()
		hidden := []int{0, 1, 2, 6, 7, 11}
		for i, id := range hidden {
			a := newArticle("xt", id, 0)
			a.Published = all[id].Published
			switch i % 3 {
			case 0:
				a.Status = article.Withdrawn
			case 1:
				a.Status = article.Draft
			default:
				a.Expires = time.Now().Add(-time.Second)
			}
			w.put(a)
		}
		w.exec("DELETE FROM articles WHERE id = '4'")
		w.put(newArticle("xt", 50, 0))
		w.refresh()
		w.audit()

		shows := func(when string, back ...int) {
			w.t.Helper()
			for id := range all {
				paths := naming(w.t, w.edition("xt"), id)
				if want := !slices.Contains(hidden, id) || slices.Contains(back, id); len(paths) > 0 != want {
					w.t.Errorf("%s: %d is in %q", when, id, paths)
				}
				if paths := naming(w.t, w.edition("www"), id); len(paths) > 0 && slices.Contains(hidden, id) && !slices.Contains(back, id) {
					w.t.Errorf("%s: %d is in %q of all stations", when, id, paths)
				}
			}
		}
		time.Sleep(time.Minute)
		w.store = dump
		w.put(newArticle("xt", 60, 0)) // the newsroom goes on
		w.refresh()
		w.audit()
		shows("restored")
		why := slices.IndexFunc(w.conductor.Conditions(), func(c condition.Condition) bool {
			return c.Station == "xt" && strings.Contains(c.String(), "6 articles, as 0")
		})
		if why < 0 {
			w.t.Errorf("conditions: %v", w.conductor.Conditions())
		}
		w.restart(options)
		if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
			w.t.Fatal(err)
		}
		shows("built anew")

		time.Sleep(time.Minute)
		for _, id := range hidden[:4] {
			a := newArticle("xt", id, 0)
			a.Published = all[id].Published
			w.put(a)
		}
		w.refresh()
		shows("published again", hidden[:4]...)
		time.Sleep(time.Minute)
		w.put(withdrawnFrom(all[1]))
		w.refresh()
		shows("withdrawn again", 0, 2, 6)
		w.audit()
		shows("audited", 0, 2, 6)
	})
}

func withdrawnFrom(a article.Article) article.Article {
	a.Status = article.Withdrawn
	return a
}
