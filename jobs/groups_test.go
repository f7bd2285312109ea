package jobs_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/doctest"
)

// inGroups runs test in a bubble whose store tells of changes one at a time, and
// of two in groups.
func inGroups(t *testing.T, test func(w *world)) {
	in(t, func(w *world) {
		w.openStore(content.Options{OneByOne: 1})
		test(w)
	})
}

// A group's articles are published, changed and withdrawn as any others are: in
// the feeds, and in every month that it reaches.
func TestGroups(t *testing.T) {
	inGroups(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 40*dayHours))
		w.refresh()
		time.Sleep(time.Hour)
		bulk := []article.Article{newArticle("yy", 3, time.Hour)}
		for id := range 12 { // of two buckets at least, and each of several months
			bulk = append(bulk, newArticle("xt", 10+id, time.Duration(7*id)*dayHours))
		}
		w.put(bulk...)
		w.refresh()
		shows := func(station, text string, want bool) {
			w.t.Helper()
			found := false
			for _, document := range w.edition(station).All() {
				found = found || strings.Contains(string(doctest.Body(t, document)), text)
			}
			if found != want {
				w.t.Errorf("%s shows %s: %t, want %t", station, text, found, want)
			}
		}
		for _, a := range bulk {
			shows(a.Station, a.URL+"</loc>", true)
		}
		shows("www", bulk[1].URL, true)

		time.Sleep(30 * time.Second)
		late := newArticle("xt", 99, 0)
		w.put(late)
		w.refresh()
		shows("xt", late.URL, true)
		shows("www", late.URL, true)

		gone := bulk[:6]
		for i := range gone {
			gone[i].Status = article.Withdrawn
		}
		time.Sleep(30 * time.Second)
		w.put(gone...)
		w.refresh()
		for _, a := range gone {
			shows(a.Station, a.URL, false)
			shows("www", a.URL, false)
		}
	})
}

// Of a group that has left, a station may lose all of its few articles, as it may
// of articles that are told one by one.
func TestGroupThatLeft(t *testing.T) {
	inGroups(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 2*time.Hour), newArticle("yy", 3, time.Hour))
		w.refresh()
		time.Sleep(time.Hour)
		w.exec("DELETE FROM articles WHERE station = 'xt'")
		w.refresh()
		if paths := naming(t, w.edition("xt"), 1); len(paths) > 0 {
			w.t.Errorf("xt still has what was deleted in %q", paths)
		}
	})
}
