package jobs_test

import (
	"strings"
	"testing"
	"time"
)

// A station that another process builds is left to it; when that one is gone,
// what it has not built is built here.
func TestLead(t *testing.T) {
	in(t, func(w *world) {
		s, c := w.withShelf()
		s.elsewhere = map[string]bool{"xt": true}
		w.put(newArticle("xt", 1, time.Hour), newArticle("yy", 2, time.Hour))
		w.refreshOf(c)
		if _, ok := s.Current("xt"); ok {
			t.Error("built though another process leads")
		}
		if _, ok := s.Current("yy"); !ok {
			t.Error("not built though this process leads")
		}
		if err := c.Audit(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, ok := s.Current("xt"); ok {
			t.Error("audited and built though another process leads")
		}
		w.refreshOf(w.conduct(s, options, nil)) // which leads the rest
		other := w.conduct(&shelfOf{s}, options, nil)
		w.refreshOf(other)
		before, ok := s.Current("xt")
		if !ok {
			t.Fatal("the other process has not built it")
		}

		time.Sleep(time.Hour)
		w.put(newArticle("xt", 3, 0))
		w.refreshOf(c) // it has seen the hint, and left it to the other
		time.Sleep(time.Hour)
		if e, _ := s.Current("xt"); e != before {
			t.Error("built though another process leads")
		}
		s.elsewhere = nil
		w.refreshOf(c)
		if e, _ := s.Current("xt"); e == before || !strings.Contains(document(e, "/rss.xml"), "/3.html") {
			t.Error("what the other process has not built is not built here")
		}
	})
}

// shelfOf is a shelf as the process sees it that leads all stations.
type shelfOf struct{ *shelf }

func (shelfOf) Leads(string) bool { return true }
