package jobs_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// loosen returns statements after which the store takes any status, as a CMS's own
// tables do.
func loosen() []string {
	return []string{
		`PRAGMA writable_schema = ON`,
		`UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (status IN (''published'', ''draft'', ''withdrawn''))', '') WHERE name = 'articles'`,
		`PRAGMA schema_version = 1000`,
		`PRAGMA writable_schema = RESET`,
	}
}

// replaceStore replaces the content store by one that has only these articles,
// and goes on with a new conductor.
func (w *world) replaceStore(articles ...article.Article) {
	w.t.Helper()
	w.openStore(content.Options{})
	w.put(articles...)
	w.restart(options)
}

// An edition that has lost most of its articles without a word waits for somebody
// who says that this is meant; what the newsroom has withdrawn does not.
func TestGate(t *testing.T) {
	tests := []struct {
		name      string
		articles  int
		gone      int
		withdrawn bool // the rows are there, and say so
		refused   bool
	}{
		{"a few of many", 30, 14, false, false},
		{"half", 30, 15, false, false},
		{"more than half", 30, 16, false, true},
		{"all", 30, 30, false, true},
		{"all of a few", 9, 9, false, true},
		{"more than half withdrawn", 30, 16, true, false},
		{"all withdrawn", 30, 30, true, false},
		{"most of a few withdrawn", 9, 8, true, false},
		{"all of a few withdrawn", 9, 9, true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				articles, others := several("xt", 0, tt.articles), several("yy", 1000, 30) // so that the station of all has enough
				w.put(append(articles, others...)...)
				w.refresh()
				time.Sleep(time.Hour)
				for i := range articles[:tt.gone] {
					articles[i].Status = article.Withdrawn
				}
				if others = append(others, newArticle("yy", 2000, 0)); tt.withdrawn {
					w.put(append(articles, others...)...)
				} else {
					w.replaceStore(append(articles[tt.gone:], others...)...)
				}
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
				if why, ok := w.conductor.Condition("xt"); !ok || !strings.Contains(why.Err.Error(), "--accept-shrink xt") {
					t.Errorf("xt: %v", why)
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
				if why, ok := w.conductor.Condition("xt"); ok {
					t.Errorf("xt: %v", why)
				}
			})
		})
	}
}

// The gate counts what has vanished from the store, and what the store shows and
// no document has. A row that says why its article is not shown any more, or is
// shown elsewhere, is not lost, however many such rows there are.
func TestGateReasons(t *testing.T) {
	require.Time(t)
	const most, rest = " WHERE station IN ('xt', 'www') AND CAST(id AS INTEGER) % 30 >= 5", " WHERE station IN ('xt', 'www') AND CAST(id AS INTEGER) % 30 >= 25"
	tests := []struct {
		name    string
		change  []string
		host    bool // the stations move to another
		refused bool
		why     string // that the message has
	}{
		{"withdrawn", []string{"UPDATE articles SET status = 'withdrawn'" + most}, false, false, ""},
		{"drafts", []string{"UPDATE articles SET status = 'draft'" + most}, false, false, ""},
		{"expired", []string{"UPDATE articles SET expires = published + 1" + most}, false, false, ""},
		{"noindex", []string{"UPDATE articles SET noindex = 1" + most}, false, false, ""},
		{"moved to another station", []string{"UPDATE articles SET station = 'yy'" + most}, false, false, ""},
		{"on another host", []string{"UPDATE articles SET url = replace(url, '.news.', '.other.')" + most}, false, false, ""},
		{"embargoed again", []string{"UPDATE articles SET published = published + 86400000000" + most}, false, false, ""},
		{"another id", []string{"UPDATE articles SET id = 'new-' || id" + most}, false, false, ""},
		{"moved to another scheme", []string{"UPDATE articles SET url = replace(url, 'https:', 'http:')" + most}, false, true, "addresses at http://xt.news.example, where url is https://xt.news.example"},
		{"moved to another port", []string{"UPDATE articles SET url = replace(url, '.example/', '.example:8443/')" + most}, false, true, "addresses at https://xt.news.example:8443"},
		{"moved to a station that is none", []string{"UPDATE articles SET station = 'new-' || station" + most}, false, true, `with station "new-xt", which is not configured`},
		{"moved to another folder", []string{"UPDATE articles SET url = replace(url, '/content/', '/news/')" + most}, false, true, "other addresses for 25 of 30 articles (https://"},
		{"pages of another kind", []string{"UPDATE articles SET url = replace(url, '.html', '.php')" + most}, false, true, "5.php); if that is meant: feedstation build --accept-shrink"},
		{"addresses with a query", []string{"UPDATE articles SET url = replace(url, '/content/', '/?p=')" + most}, false, true, "other addresses for"},
		{"a few moved to another folder", []string{"UPDATE articles SET url = replace(url, '/content/', '/news/')" + rest}, false, false, ""},
		{"moved to another folder, and its guid is kept", []string{"UPDATE articles SET guid = url, url = replace(url, '/content/', '/news/')" + most}, false, true, "other addresses for"},
		{"ids given anew", []string{"UPDATE articles SET published = published - 1000, url = replace(url, '/content/', '/news/')" + most}, false, false, ""},
		{"deleted", []string{"DELETE FROM articles" + most}, false, true, "with no row any more"},
		{"deleted, after most are withdrawn", []string{"UPDATE articles SET status = 'withdrawn'" + most, "DELETE FROM articles" + rest}, false, false, ""},
		{"a status that is none", append(loosen(), "UPDATE articles SET status = 'unheard-of'"+most), false, true, "rows that can't be read"},
		{"without an address", []string{"UPDATE articles SET url = ''" + most}, false, true, ""},
		{"broken rows", []string{"UPDATE articles SET title = hex(zeroblob(550000))" + most}, false, true, ""},
		{"the stations' own addresses", nil, true, true, "addresses at https://xt.news.example, where url is https://xt.other.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.put(slices.Concat(several("xt", 0, 30), several("www", 30, 30), several("yy", 60, 30))...)
				w.refresh()
				time.Sleep(time.Hour)
				before := map[string]*edition.Edition{"xt": w.edition("xt"), "www": w.edition("www")}
				w.exec(tt.change...)
				if tt.host {
					for _, s := range w.network.Stations {
						s.URL = strings.Replace(s.URL, "news.example", "other.example", 1)
					}
				}
				w.restart(options)
				err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {})
				if refused := press.IsRefused(err); refused != tt.refused {
					t.Errorf("refused: %t, want %t; %v", refused, tt.refused, err)
				}
				if err != nil && !strings.Contains(err.Error(), tt.why) {
					t.Errorf("%v: want %q", err, tt.why)
				}
				for station, e := range before {
					if refused := w.edition(station) == e; refused != tt.refused {
						t.Errorf("%s: refused: %t, want %t; %v", station, refused, tt.refused, err)
					}
				}
			})
		})
	}
}

// earlier is a snapshot of a store whose clock has been set back.
type earlier struct {
	*content.Snapshot
	by time.Duration
}

func (s earlier) Time() time.Time { return s.Snapshot.Time().Add(-s.by) }

func (s earlier) Find(ctx context.Context, ids []string) ([]article.State, error) {
	states, err := s.Snapshot.Find(ctx, ids)
	for i := range states {
		states[i].Visible = states[i].Visible && !states[i].Published.After(s.Time())
	}
	return states, err
}

func (s earlier) Latest(context.Context, []string, string, int) ([]article.Article, error) {
	return nil, nil
}

func (s earlier) Listing(context.Context, string, time.Time, time.Time) iter.Seq2[article.Article, error] {
	return func(func(article.Article, error) bool) {}
}

// A store whose clock has been set back shows nothing of what it had published since,
// as if that had an embargo. By a day at most the clock had been ahead before: what
// was shown too early is hidden. By years it is wrong now, and nothing is lost by that.
func TestGateOfAClockSetBack(t *testing.T) {
	for _, tt := range []struct {
		by      time.Duration
		refused bool
	}{
		{3 * time.Hour, false},
		{14 * time.Hour, false}, // by a time zone
		{24 * time.Hour, false},
		{27 * time.Hour, true},
		{10 * 365 * dayHours, true},
	} {
		t.Run(tt.by.String(), func(t *testing.T) {
			in(t, func(w *world) {
				for i := range 30 {
					w.put(newArticle("xt", i, time.Duration(i)*time.Minute))
				}
				w.put(newArticle("yy", 99, time.Hour))
				w.refresh()
				time.Sleep(time.Hour)
				xt, yy := w.edition("xt"), w.edition("yy")
				set := jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
					s, err := w.store.Snapshot(ctx)
					return earlier{s, tt.by}, err
				}, w.editions, options)
				err := set.Build(w.t.Context(), nil, func(jobs.Report) {})
				if (err != nil) != tt.refused || (w.edition("xt") == xt) != tt.refused || (w.edition("yy") == yy) != tt.refused {
					t.Errorf("refused: %v, want %t", err, tt.refused)
				}
			})
		})
	}
}

// A newsroom withdraws most of a station, then one more; then most rows are gone
// without a word, and meanwhile some are withdrawn: the edition is refused, and
// what is served loses these.
func TestWithdrawalWhileRefused(t *testing.T) {
	for _, tt := range []struct {
		name     string
		articles int
		change   []func(*article.Article) // of the last articles
	}{
		{"withdrawn", 41, []func(*article.Article){func(a *article.Article) { a.Status = article.Withdrawn }}},
		{"noindex, a draft, expired", 47, []func(*article.Article){
			func(a *article.Article) { a.Status, a.NoIndex = article.Withdrawn, true },
			func(a *article.Article) { a.Status = article.Draft },
			func(a *article.Article) { a.Expires = time.Now().Add(-time.Second) },
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				articles := several("xt", 0, tt.articles)
				last := tt.articles - len(tt.change)
				articles[last].NoIndex = len(tt.change) > 1
				others := []article.Article{newArticle("yy", 1000, time.Hour), newArticle("yy", 1001, time.Hour)}
				w.put(append(others, articles...)...)
				w.refresh()
				shows := func(id int) bool { return len(naming(t, w.edition("xt"), id)) > 0 }
				withdraw := func(from, to int) {
					time.Sleep(time.Minute)
					for id := from; id < to; id++ {
						articles[id].Status = article.Withdrawn
					}
					w.put(articles[from:to]...)
					w.refresh()
					for id := range articles {
						if shows(id) != (id >= to) {
							t.Errorf("after %d are withdrawn, %d is shown: %t", to, id, shows(id))
						}
					}
				}
				withdraw(0, 28)
				withdraw(28, 29)
				time.Sleep(time.Minute)
				for i, change := range tt.change {
					change(&articles[last+i])
				}
				w.replaceStore(append(articles[last-2:len(articles):len(articles)], others...)...)
				err := w.conductor.Refresh(w.t.Context())
				if _, ok := errors.AsType[*press.ShrunkError](err); !ok {
					t.Fatalf("not refused: %v", err)
				}
				for id := range articles {
					if want := id >= 29 && id < last; shows(id) != want {
						t.Errorf("%d is shown: %t; want %t", id, !want, want)
					}
				}
				served := w.edition("xt")
				if err := contained(served); err != nil {
					t.Error(err)
				}
				_ = w.conductor.Refresh(w.t.Context()) // is refused again
				if w.edition("xt") != served {
					t.Error("published again without a change")
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
		w.replaceStore()
		if err := w.conductor.Refresh(w.t.Context()); err == nil || w.edition("xt") != before {
			t.Errorf("published without an article: %v", err)
		}
	})
}

// Retractions of long ago, whose articles no edition has any more, do not open
// the gate.
func TestGateCountsWhatIsHeldOnce(t *testing.T) {
	in(t, func(w *world) {
		w.put(several("xt", 0, 30)...)
		s, c := w.withShelf()
		for id := range 20 {
			if err := s.Retract(w.t.Context(), held("xt", id)); err != nil {
				t.Fatal(err)
			}
		}
		w.refreshOf(c) // ten are left
		before, _ := s.Current("xt")
		w.openStore(content.Options{})
		err := w.conduct(s, options, nil).Refresh(w.t.Context())
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
