package jobs_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/press"
	"feedstation/jobs"
)

// An edition that has lost most of its articles waits for somebody who says that
// this is meant.
func TestGate(t *testing.T) {
	tests := []struct {
		name     string
		articles int
		gone     int
		refused  bool
	}{
		{"a few of many", 30, 14, false},
		{"half", 30, 15, false},
		{"more than half", 30, 16, true},
		{"all", 30, 30, true},
		{"most of a few, as the newsroom says", 9, 8, false},
		{"all of a few, as the newsroom says", 9, 9, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				var articles []article.Article
				for id := range tt.articles {
					articles = append(articles, newArticle("xt", id, time.Duration(id+1)*time.Hour))
				}
				w.put(articles...)
				for id := range 30 { // so that the station of all has enough
					w.put(newArticle("yy", 1000+id, time.Hour))
				}
				w.refresh()
				time.Sleep(time.Hour)
				for i := range articles[:tt.gone] {
					articles[i].Status = article.Withdrawn
				}
				w.put(articles[:tt.gone]...)
				w.put(newArticle("yy", 2000, 0))
				before := w.edition("xt")
				err := w.conductor.Refresh(w.t.Context())
				shrunk, ok := errors.AsType[*press.ShrunkError](err)
				if refused := w.edition("xt") == before; refused != tt.refused || ok != tt.refused {
					t.Fatalf("refused: %t, want %t; %v", refused, tt.refused, err)
				}
				if !strings.Contains(w.body("yy", "/rss.xml"), "/2000.html") {
					t.Error("another station was held up")
				}
				if !tt.refused {
					return
				}
				if shrunk.Station != "xt" || shrunk.After != tt.articles-tt.gone {
					t.Errorf("refused: %v", shrunk)
				}
				if _, trouble := w.conductor.Trouble("xt"); !strings.Contains(trouble.Error(), "--accept-shrink xt") {
					t.Errorf("Trouble: %v", trouble)
				}
				if err := w.conductor.Build(w.t.Context(), []string{"yy"}, func(jobs.Report) {}); err == nil {
					t.Error("what was accepted of another station counts for this one")
				}
				if err := w.conductor.Build(w.t.Context(), []string{"xt"}, func(jobs.Report) {}); err != nil {
					t.Fatal(err)
				}
				if w.edition("xt") == before {
					t.Error("not published though it was accepted")
				}
				w.refresh()
				if _, trouble := w.conductor.Trouble("xt"); trouble != nil {
					t.Errorf("Trouble: %v", trouble)
				}
			})
		})
	}
}

// A store that has lost its articles without a word loses nothing of what is
// published, however little that is.
func TestGateOfAnEmptyStore(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("xt", 1, time.Hour))
		w.refresh()
		before := w.edition("xt")
		empty, err := content.Open(w.t.Context(), filepath.Join(t.TempDir(), "content.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer empty.Close()
		w.store = empty
		w.restart(options)
		if err := w.conductor.Refresh(w.t.Context()); err == nil || w.edition("xt") != before {
			t.Errorf("published without an article: %v", err)
		}
	})
}

// Retractions of long ago, whose articles no edition has any more, do not open
// the gate.
func TestGateCountsWhatIsHeldOnce(t *testing.T) {
	in(t, func(w *world) {
		for id := range 30 {
			w.put(newArticle("xt", id, time.Duration(id+1)*time.Hour))
		}
		s, c := w.withShelf()
		for id := range 20 {
			if err := s.Retract(w.t.Context(), held("xt", id)); err != nil {
				t.Fatal(err)
			}
		}
		w.refreshOf(c) // ten are left
		before, _ := s.Current("xt")
		empty, err := content.Open(w.t.Context(), filepath.Join(t.TempDir(), "content.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer empty.Close()
		w.store = empty
		err = w.conduct(s, options, nil).Refresh(w.t.Context())
		if e, _ := s.Current("xt"); err == nil || e != before {
			t.Errorf("published without an article: %v", err)
		}
	})
}

// A station whose few articles had a time that is over shows none, though the
// process that finds it so was told of no change.
func TestGateOfExpiry(t *testing.T) {
	in(t, func(w *world) {
		w.deaf = true
		one := newArticle("xt", 1, time.Hour)
		one.Expires = time.Now().Add(time.Hour)
		w.put(one, newArticle("yy", 2, time.Hour))
		w.refresh()
		time.Sleep(2 * time.Hour)
		w.restart(options)
		w.refresh()
		if strings.Contains(w.body("xt", "/rss.xml"), "/1.html") {
			t.Error("shown after its time")
		}
	})
}
