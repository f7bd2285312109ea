package jobs_test

import (
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// Where no byte of a station changes, nothing that readers can see moves, whatever
// else changes: no hash, no time of a document, no time of the edition. What only
// contents, headers or the build say is stored anew all the same, as take-downs and
// older editions depend on it.
func TestIssueMovesWithBytesOnly(t *testing.T) {
	require.Time(t)
	// Old articles, which no feed has any more.
	const listed, unlisted = 101, 102
	old := func(id int) article.Article {
		return newArticle("xt", id, time.Since(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)))
	}
	put := func(change func(*article.Article)) func(*world) {
		return func(w *world) {
			a := old(unlisted)
			a.NoIndex = true
			change(&a)
			w.put(a)
			w.refresh()
		}
	}
	tests := []struct {
		name   string
		change func(w *world)
		moves  bool
		stored bool // something is stored anew
	}{
		{"nothing", func(w *world) { w.refresh() }, false, false},
		{"an article that no document names comes", func(w *world) {
			a := old(103)
			a.NoIndex = true
			w.put(a)
			w.refresh()
		}, false, true},
		{"it changes", put(func(a *article.Article) { a.Updated = time.Now() }), false, true},
		{"it gets another address", put(func(a *article.Article) { a.URL = "https://www.news.example/1.html" }), false, true},
		{"it moves to another month", put(func(a *article.Article) { a.Published = a.Published.Add(-40 * dayHours) }), false, true},
		{"it is withdrawn", put(func(a *article.Article) { a.Status = article.Withdrawn }), false, true},
		{"it leaves the store", func(w *world) {
			w.exec("DELETE FROM articles WHERE id = '102'")
			w.refresh()
		}, false, true},
		{"it is retracted", func(w *world) {
			if err := w.editions.Retract(w.t.Context(), edition.Retraction{ID: "102", Station: "xt", At: time.Now(), State: edition.Held}); err != nil {
				w.t.Fatal(err)
			}
			w.refresh()
		}, false, true},
		{"a listed one gets another id", func(w *world) {
			w.exec("UPDATE articles SET id = 'other' WHERE id = '101'")
			w.refresh()
			w.audit()
		}, false, true},
		{"its text changes, which no document has", func(w *world) {
			a := old(listed)
			a.Title = "another"
			w.put(a)
			w.refresh()
		}, false, false},
		{"another station's article", func(w *world) {
			w.put(newArticle("yy", 200, 0))
			w.refresh()
		}, false, false},
		{"another version of the program", func(w *world) {
			o := options
			o.Version = "next"
			w.restart(o)
			w.refresh()
		}, false, true},
		{"another header", func(w *world) {
			o := options
			o.StaleIfError = time.Hour
			w.restart(o)
			w.refresh()
		}, false, true},
		{"a full build", func(w *world) {
			if err := w.conductor.Build(w.t.Context(), nil, func(r jobs.Report) {
				if r.Changed > 0 || r.Published {
					w.t.Errorf("%s: %d documents changed", r.Station.ID, r.Changed)
				}
			}); err != nil {
				w.t.Fatal(err)
			}
		}, false, false},
		{"a listed one is noindex", func(w *world) {
			a := old(listed)
			a.NoIndex = true
			w.put(a)
			w.refresh()
		}, true, true},
		{"news", func(w *world) {
			w.put(newArticle("xt", 200, 0))
			w.refresh()
		}, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.put(append(several("xt", 0, options.Feed.Items), several("yy", 50, options.Feed.Items)...)...)
				time.Sleep(3 * dayHours) // out of the news
				noindex := old(unlisted)
				noindex.NoIndex = true
				w.put(old(listed), noindex)
				w.refresh()
				time.Sleep(time.Hour)
				before := w.edition("xt")
				tt.change(w)
				after := w.edition("xt")
				if stored := after != before; stored != tt.stored {
					t.Errorf("stored anew: %t, want %t", stored, tt.stored)
				}
				if moves := !after.Issued().Equal(before.Issued()); moves != tt.moves {
					t.Errorf("issued %s, before that %s; want another: %t", after.Issued(), before.Issued(), tt.moves)
				}
				same := after.Len() == before.Len()
				for path, d := range after.All() {
					was, ok := before.Document(path)
					same = same && ok && was.Hash() == d.Hash() && was.Modified().Equal(d.Modified()) && was.Tag() == d.Tag()
				}
				if same == tt.moves {
					t.Errorf("all documents are as they were: %t", same)
				}
			})
		})
	}
}
