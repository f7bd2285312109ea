package jobs_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/jobs"
)

const dayHours = 24 * time.Hour

func (w *world) audit() {
	w.t.Helper()
	if err := w.conductor.Audit(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// An audit finds what nothing has told of, in months of any age, mends it, and
// counts it by what had become of the articles.
func TestAuditCountsDrift(t *testing.T) {
	in(t, func(w *world) {
		old, older := newArticle("xt", 1, 100*dayHours), newArticle("xt", 2, 200*dayHours)
		w.put(newArticle("xt", 3, time.Hour), old, older, newArticle("xt", 6, 101*dayHours))
		w.refresh()
		w.audit() // learns what the sitemaps were built from
		published := w.edition("xt")
		time.Sleep(5 * time.Minute)
		w.audit()
		if e := w.edition("xt"); e != published || len(w.conductor.Drift()) > 0 {
			t.Fatalf("an audit of what is as it was published that of %s after %s; drift %v", e.Watermark(), published.Watermark(), w.conductor.Drift())
		}

		w.deaf = true
		old.Title, old.NoIndex = "另一个标题", true
		w.put(old, newArticle("xt", 4, 200*dayHours))
		time.Sleep(5 * time.Minute)
		w.audit()
		if strings.Contains(w.body("xt", "/sitemaps/2025-11.xml"), "content/1.html") {
			t.Error("an article that must not be indexed is in its month")
		}
		if !strings.Contains(w.body("xt", "/sitemaps/2025-08.xml"), "content/4.html") {
			t.Error("an article with an old time is not in its month")
		}
		want := map[jobs.Drift]int64{jobs.Changed: 1, jobs.Found: 1}
		if diff := cmp.Diff(want, w.conductor.Drift()); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}

		older.Published, older.Updated = old.Published, old.Published
		w.put(older)
		time.Sleep(5 * time.Minute)
		w.audit()
		want = map[jobs.Drift]int64{jobs.Changed: 1, jobs.Found: 2, jobs.Lost: 1}
		if diff := cmp.Diff(want, w.conductor.Drift()); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}
		if xt, yy := w.conductor.Drifted("xt"), w.conductor.Drifted("yy"); xt != 4 || yy != 0 {
			t.Errorf("%d months of xt have drifted and %d of yy, want 4 and 0", xt, yy)
		}

		w.deaf = false
		time.Sleep(time.Hour)
		w.put(newArticle("xt", 5, 100*dayHours))
		w.refresh()
		w.audit()
		w.audit()
		if diff := cmp.Diff(want, w.conductor.Drift()); diff != "" {
			t.Errorf("what a hint had told is drift (-want +got):\n%s", diff)
		}
	})
}

// What an audit finds in a month that a hint has had built since the last audit is
// drift, too: refreshes and audits run in the same second, and this month is always
// being built. What has a hint is none.
func TestAuditCountsDriftBesideHints(t *testing.T) {
	in(t, func(w *world) {
		w.restart(inParts(options))
		old := newArticle("xt", 1, 9*dayHours)
		w.put(old, newArticle("xt", 2, 8*dayHours), newArticle("xt", 3, 7*dayHours), newArticle("xt", 4, 6*dayHours))
		w.refresh()
		w.audit()
		w.deaf = true
		old.NoIndex = true
		w.put(old)
		time.Sleep(time.Minute)
		hinted := func(a article.Article) {
			w.put(a)
			if err := w.conductor.Hint(jobs.Hint{Articles: []string{a.ID}}); err != nil {
				t.Error(err)
			}
			w.refresh()
		}
		hinted(newArticle("xt", 5, 0))
		if strings.Count(w.body("xt", "/sitemaps/2026-03.xml"), "<loc>") != 5 {
			w.t.Fatalf("the refresh has read all of the month:\n%s", w.body("xt", "/sitemaps/2026-03.xml"))
		}
		w.audit()
		want := map[jobs.Drift]int64{jobs.Changed: 1}
		if diff := cmp.Diff(want, w.conductor.Drift()); diff != "" {
			t.Errorf("drift (-want +got):\n%s", diff)
		}
		if strings.Contains(w.body("xt", "/sitemaps/2026-03.xml"), "content/1.html") {
			t.Error("the drift is not mended")
		}
		time.Sleep(time.Minute)
		hinted(newArticle("xt", 6, 0))
		w.audit()
		if diff := cmp.Diff(want, w.conductor.Drift()); diff != "" {
			t.Errorf("drift after a hint (-want +got):\n%s", diff)
		}
	})
}

// TestAuditReadsTexts changes a text in the content store alone, of an article that two
// feeds have: an audit finds it, and leaves the other feeds as they are.
func TestAuditReadsTexts(t *testing.T) {
	in(t, func(w *world) {
		articles := append(several("xt", 1, 5), several("yy", 11, 5)...)
		articles[2].Channels = []string{"moment"}
		w.put(articles...)
		w.refresh()
		before := documentOf(w.edition("yy"), "/rss.xml")
		w.exec("UPDATE articles SET body = '<p>换了的正文</p>' WHERE id = '" + articles[2].ID + "'")
		time.Sleep(5 * time.Minute)
		w.audit()
		for _, path := range []string{"/rss.xml", "/moment/feed.json"} {
			if body := w.body("xt", path); !strings.Contains(body, "换了的正文") || strings.Count(body, articles[2].URL) == 0 {
				t.Errorf("%s lacks the text:\n%s", path, body)
			}
		}
		for _, a := range articles[:5] {
			if !strings.Contains(w.body("xt", "/atom.xml"), a.URL) {
				t.Errorf("the feed lacks %s", a.URL)
			}
		}
		if documentOf(w.edition("yy"), "/rss.xml") != before {
			t.Error("the feed of another station is another")
		}
	})
}

// auditSlowly makes a first audit at one article a second, and returns how often it, and
// what comes later, reads each month.
func (w *world) auditSlowly() map[string]int {
	w.t.Helper()
	read := map[string]int{}
	w.listed = func(month string) { read[month]++ }
	slow := options
	slow.AuditRate = 1
	w.restart(slow)
	w.refresh()
	clear(read)
	w.audit()
	return read
}

// Old months are looked at in turn, as many as the rate allows, and each once
// before any is looked at again.
func TestAuditRate(t *testing.T) {
	in(t, func(w *world) {
		const months, monthly = 24, 30
		var articles []article.Article
		for i := range months * monthly {
			articles = append(articles, newArticle("xt", i, time.Duration(i/monthly*30+10)*dayHours))
		}
		w.put(articles...)
		read := w.auditSlowly()
		if n := len(read); n < 300/monthly || n > 300/monthly+4 {
			t.Errorf("a first audit read %d months; want what five minutes allow, and this one and the last", n)
		}
		for range months {
			before := len(read)
			time.Sleep(monthly * time.Second)
			w.audit()
			if n := len(read) - before; n > 2 {
				t.Errorf("an audit after half a minute read %d months", n)
			}
		}
		for path := range w.edition("xt").All() {
			if month, _, ok := network.ParseShardPath(path); ok && read[month.String()] == 0 {
				t.Errorf("%s has not been read", month)
			}
		}
		for month, n := range read {
			if n > 1 {
				t.Errorf("%s was read %d times", month, n)
			}
		}

		none := options
		none.AuditRate = 0
		w.restart(none)
		w.refresh()
		clear(read)
		w.audit()
		if len(read) > 2 {
			t.Errorf("without a rate %d months were read; want this one and the last", len(read))
		}
	})
}

// A month of few articles counts as 25 of the rate.
func TestAuditRateOfSmallMonths(t *testing.T) {
	in(t, func(w *world) {
		const months = 24
		var articles []article.Article
		for i := range months {
			articles = append(articles, newArticle("xt", i, time.Duration(i*30+10)*dayHours))
		}
		w.put(articles...)
		read := w.auditSlowly()
		if n, old := len(read), 300/25; n < old || n > old+2 {
			t.Errorf("a first audit read %d months, want %d and this one and the last", n, old)
		}
	})
}

// The month before this one is looked at until this one ends, whatever the rate.
func TestAuditLooksAtTheLastMonth(t *testing.T) {
	in(t, func(w *world) {
		time.Sleep(time.Until(time.Date(2026, 3, 31, 12, 0, 0, 0, shanghai)))
		last := newArticle("xt", 1, 45*dayHours)
		w.put(last, newArticle("xt", 2, 44*dayHours))
		none := options
		none.AuditRate = 0
		w.restart(none)
		w.refresh()
		w.audit()
		w.deaf = true
		last.NoIndex = true
		w.put(last)
		time.Sleep(5 * time.Minute)
		w.audit()
		if strings.Contains(w.body("xt", "/sitemaps/2026-02.xml"), "content/1.html") {
			t.Error("the last month was not looked at")
		}
	})
}

// A month that can't be compared, be it this one, does not keep an audit from
// the others.
func TestAuditGoesOn(t *testing.T) {
	for _, broken := range []string{"2026-03", "2025-11"} {
		t.Run(broken, func(t *testing.T) {
			in(t, func(w *world) {
				one := newArticle("xt", 1, 200*dayHours)
				w.put(one, newArticle("xt", 2, time.Hour), newArticle("xt", 3, 100*dayHours), newArticle("xt", 4, 201*dayHours))
				w.refresh()
				w.audit()
				w.sums = func(month string) error {
					if month == broken {
						return errors.New("it takes too long")
					}
					return nil
				}
				w.deaf = true
				one.NoIndex = true
				w.put(one)
				for range 3 {
					time.Sleep(5 * time.Minute)
					if err := w.conductor.Audit(w.t.Context()); err == nil || !strings.Contains(err.Error(), "it takes too long") {
						t.Errorf("Audit = %v", err)
					}
				}
				if strings.Contains(w.body("xt", "/sitemaps/2025-08.xml"), "content/1.html") {
					t.Error("another month was not looked at")
				}
				if why, ok := w.conductor.Condition("xt"); !ok || why.Began != "station not audited" || time.Since(why.Since) < 10*time.Minute {
					t.Errorf("xt: %v", why)
				}
				if why, ok := w.conductor.Condition("yy"); ok {
					t.Errorf("another station: %v", why)
				}
				w.sums = nil
				w.audit()
				if why, ok := w.conductor.Condition("xt"); ok {
					t.Errorf("after it is over: %v", why)
				}
			})
		})
	}
}

func TestAuditFails(t *testing.T) {
	in(t, func(w *world) {
		ctx, cancel := context.WithCancel(w.t.Context())
		cancel()
		if err := w.conductor.Audit(ctx); err == nil {
			t.Error("no error")
		}
	})
}

// untold is a snapshot of a store that tells of no change, and knows why.
type untold struct{ *content.Snapshot }

func (untold) Changes(context.Context, time.Time) iter.Seq2[article.Change, error] {
	return func(func(article.Change, error) bool) {}
}

func (untold) Untold(context.Context) ([]string, error) {
	return []string{"a.modified_at does not follow site"}, nil
}

// The log says of each kind of drift what would have told of it.
func TestDriftNamesItsCause(t *testing.T) {
	for _, tt := range []struct{ name, change, want string }{
		{"an address", "UPDATE articles SET url = replace(url, '/content/', '/news/') WHERE id = '3'", `articles=changed cause="a.modified_at does not follow site"`},
		{"a deletion", "DELETE FROM articles WHERE id = '3'", `articles=lost cause="a deleted row tells of nothing`},
		{"a row of long ago", "UPDATE articles SET station = 'xt' WHERE id = '100'", `articles=found cause="rows came with an earlier modified_at`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.put(append(several("xt", 1, 5), several("yy", 100, 1)...)...)
				var log strings.Builder
				c := jobs.NewConductor(slog.New(slog.NewTextHandler(&log, nil)), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
					s, err := w.store.Snapshot(ctx)
					return untold{s}, err
				}, w.editions, options)
				run := func(do func(context.Context) error) {
					t.Helper()
					time.Sleep(10 * time.Minute)
					if err := do(w.t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				run(c.Refresh)
				run(c.Audit)
				run(c.Audit)
				w.exec(tt.change)
				run(c.Audit)
				if got := log.String(); strings.Count(got, tt.want) != 1 {
					t.Errorf("the log has not once %q:\n%s", tt.want, got)
				}
			})
		})
	}
}
