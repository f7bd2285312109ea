package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

const sharedPage = "https://xt.news.example/content/shared.html"

// monthsNaming returns the months whose sitemaps name a page, each as often as they do,
// newest first, and how often Baidu's list has it.
func monthsNaming(e *edition.Edition, page string) (naming []string, baidu int) {
	for path := range e.All() {
		month, n, ok := network.ParseShardPath(path)
		if !ok || n > 1 {
			continue
		}
		for _, loc := range locs(e, month) {
			if loc == page {
				naming = append(naming, month.String())
			}
		}
	}
	slices.Sort(naming)
	slices.Reverse(naming)
	return naming, strings.Count(document(e, network.BaiduPath), page+"\n")
}

// wantNaming holds that one month names the shared page, or none with "", and that a
// full build says so, too.
func (w *world) wantNaming(when, month string) {
	w.t.Helper()
	e := w.edition("xt")
	var want []string
	if month != "" {
		want = []string{month}
	}
	naming, baidu := monthsNaming(e, sharedPage)
	if !slices.Equal(naming, want) || baidu != len(want) {
		w.t.Errorf("%s: named by %q and %d times in Baidu's list, want %q", when, naming, baidu, want)
	}
	taken := newShelf()
	taken.taken = w.editions.Retractions()
	if err := refreshAll(w.t.Context(), w.conduct(taken, options, nil)); err != nil {
		w.t.Fatal(err)
	}
	if naming, baidu := monthsNaming(taken.current["xt"], sharedPage); !slices.Equal(naming, want) || baidu != len(want) {
		w.t.Errorf("%s: a full build has it in %q and %d times in Baidu's list, want %q", when, naming, baidu, want)
	}
	for path, d := range e.All() {
		// Shards of which nothing has changed were split alike.
		if other, ok := taken.current["xt"].Document(path); press.IsShard(path) && (!ok || d.Items() != other.Items()) {
			w.t.Errorf("%s: %s is not that of a full build", when, path)
		}
	}
}

// sharing returns an article of the shared page.
func sharing(id int, published time.Time) article.Article {
	a := newArticle("xt", id, 0)
	a.URL, a.Published, a.Updated = sharedPage, published, published
	return a
}

// A page of articles of several months is named by the month of the last article that
// a sitemap may name, whatever is done to any of them, as a refresh is told of it or an
// audit finds it.
func TestPageOfTwoMonths(t *testing.T) {
	require.Time(t)
	first, last := time.Date(2025, 11, 5, 8, 0, 0, 0, shanghai), time.Date(2026, 1, 20, 8, 0, 0, 0, shanghai)
	do := func(change func(a *article.Article)) func(*world, article.Article) {
		return func(w *world, a article.Article) {
			change(&a)
			w.put(a)
		}
	}
	retract := func(w *world, a article.Article) {
		e := w.edition("xt")
		r := edition.Retraction{Station: "xt", ID: a.ID, At: time.Now(), State: edition.Held}
		r.URL, r.Translations = press.Named(e, a.ID)
		redacted := press.Redact(w.network, e, edition.Retractions{a.ID: r})
		if err := errors.Join(w.editions.Retract(w.t.Context(), r), w.editions.Publish(w.t.Context(), redacted)); err != nil {
			w.t.Fatal(err)
		}
	}
	lift := func(w *world, a article.Article) {
		if err := w.editions.Retract(w.t.Context(), edition.Retraction{Station: "xt", ID: a.ID, At: time.Now(), State: edition.Lifted, URL: a.URL}); err != nil {
			w.t.Fatal(err)
		}
	}
	tests := []struct {
		name      string
		late      func(*world, article.Article) // what is done to the later one
		want      string                        // the month that names the page then
		back      func(*world, article.Article) // nil: it is put as it was
		after     time.Duration
		hintsOnly bool
	}{
		{name: "withdrawn", late: do(func(a *article.Article) { a.Status = article.Withdrawn }), want: "2025-11"},
		{name: "a draft", late: do(func(a *article.Article) { a.Status = article.Draft }), want: "2025-11"},
		{name: "noindex", late: do(func(a *article.Article) { a.NoIndex = true }), want: "2025-11"},
		{name: "expired", late: do(func(a *article.Article) { a.Expires = time.Now().Add(-time.Second) }), want: "2025-11"},
		{name: "expires", late: do(func(a *article.Article) { a.Expires = time.Now().Add(10 * time.Minute) }), after: 11 * time.Minute, want: "2025-11"},
		{name: "embargoed", late: do(func(a *article.Article) { a.Published = time.Now().Add(24 * time.Hour) }), want: "2025-11"},
		{
			name: "an embargo that ends", late: do(func(a *article.Article) { a.Published = time.Now().Add(10 * time.Minute) }),
			after: 11 * time.Minute, want: "2026-03",
		},
		{name: "another address", late: do(func(a *article.Article) { a.URL += "l" }), want: "2025-11"},
		{name: "another host", late: do(func(a *article.Article) { a.URL = strings.Replace(a.URL, "xt.", "other.", 1) }), want: "2025-11"},
		{name: "another spelling", late: do(func(a *article.Article) { a.Title = "别的标题" }), want: "2026-01"},
		{name: "published later", late: do(func(a *article.Article) { a.Published = a.Published.AddDate(0, 1, 0) }), want: "2026-02"},
		{name: "published earlier", late: do(func(a *article.Article) { a.Published = a.Published.AddDate(0, -5, 0) }), want: "2025-11"},
		{name: "published in the same month", late: do(func(a *article.Article) { a.Published = first.Add(time.Hour) }), want: "2025-11"},
		{name: "another station", late: do(func(a *article.Article) { a.Station = "yy" }), want: "2025-11"},
		{name: "taken down", late: retract, back: lift, want: "2025-11", hintsOnly: true},
		{name: "deleted", late: func(w *world, a article.Article) {
			w.exec(fmt.Sprintf("DELETE FROM articles WHERE id = '%s'", a.ID))
			w.audit()
		}, want: "2025-11"},
	}
	for n := range every(2 * len(tests)) {
		if tt, deaf := tests[n/2], n%2 == 1; !deaf || !tt.hintsOnly {
			t.Run(fmt.Sprintf("%s, hints %t", tt.name, !deaf), func(t *testing.T) {
				t.Parallel()
				in(t, func(w *world) {
					earlier, later := sharing(1, first), sharing(2, last)
					w.put(earlier, newArticle("xt", 3, time.Hour), newArticle("xt", 4, time.Since(first)), newArticle("xt", 5, time.Since(last)), newArticle("xt", 6, 20*dayHours))
					w.refresh()
					w.wantNaming("alone", "2025-11")
					follow := func() {
						time.Sleep(time.Minute)
						if w.deaf = deaf; deaf {
							w.audit()
							w.audit()
						}
						w.refresh()
					}
					time.Sleep(time.Hour)
					w.put(later)
					follow()
					w.wantNaming("with a later one", "2026-01")
					for range 2 { // as a refresh has left it, then as a restart finds it
						time.Sleep(time.Hour)
						tt.late(w, later)
						time.Sleep(tt.after)
						follow()
						w.wantNaming(tt.name, tt.want)
						time.Sleep(time.Hour)
						if tt.back != nil {
							tt.back(w, later)
						} else {
							w.put(later)
						}
						follow()
						w.wantNaming("as it was", "2026-01")
						w.restart(options)
					}
					time.Sleep(time.Hour)
					earlier.Title = "别的标题"
					w.put(earlier)
					follow()
					w.wantNaming("the earlier one is edited", "2026-01")
					later.Status, earlier.NoIndex = article.Withdrawn, true
					w.put(later, earlier)
					follow()
					w.wantNaming("neither", "")
					earlier.NoIndex = false
					time.Sleep(time.Hour)
					w.put(earlier)
					follow()
					w.wantNaming("the earlier one alone", "2025-11")
				})
			})
		}
	}
}

// Of three months the last one names the page, of two articles of one month the later
// one, and what takes the page from a month reads no month besides.
func TestPageOfManyMonths(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 8, 0, 0, 0, shanghai) }
		old := []article.Article{sharing(1, day(-2, 5)), sharing(2, day(-1, 5)), sharing(3, day(0, 5)), sharing(4, day(0, 6))}
		for i := range 12 {
			w.put(newArticle("xt", 100+i, time.Duration(i)*30*dayHours))
		}
		w.put(old...)
		w.refresh()
		w.wantNaming("at first", "2025-12")
		var read []string
		w.listed = func(month string) { read = append(read, month) }
		w.restart(options)
		for range 3 {
			w.refresh()
			time.Sleep(time.Hour)
		}
		for _, step := range []struct {
			name, want string
			read       []string
			change     func() article.Article
		}{
			{"an article of another page", "2025-12", []string{"2026-03"}, func() article.Article { return newArticle("xt", 5, 0) }},
			{"the latest of its month is edited", "2025-12", []string{"2025-12"}, func() article.Article { old[3].Title = "别的"; return old[3] }},
			{"it is withdrawn", "2025-12", []string{"2025-12"}, func() article.Article { old[3].Status = article.Withdrawn; return old[3] }},
			{"the other one, too", "2025-11", []string{"2025-11", "2025-12"}, func() article.Article { old[2].Status = article.Withdrawn; return old[2] }},
			{"the one before it", "2025-10", []string{"2025-10", "2025-11"}, func() article.Article { old[1].Status = article.Withdrawn; return old[1] }},
			{"a new one", "2026-03", []string{"2025-10", "2026-03"}, func() article.Article { return sharing(6, time.Now()) }},
			{"the first again", "2026-03", []string{"2025-12"}, func() article.Article { old[3].Status = article.Published; return old[3] }},
		} {
			time.Sleep(time.Hour) // no hint is repeated
			read = nil
			w.put(step.change())
			w.refresh()
			slices.Sort(read)
			if got := slices.Compact(slices.Clone(read)); !slices.Equal(got, step.read) {
				t.Errorf("%s: read %q, want %q", step.name, got, step.read)
			}
			w.wantNaming(step.name, step.want)
		}
	})
}

// That a page is named by another month is no drift.
func TestPageThatMovesIsNoDrift(t *testing.T) {
	in(t, func(w *world) {
		earlier, later := sharing(1, time.Now().AddDate(0, -1, 0)), sharing(2, time.Now().AddDate(0, 0, -1))
		w.put(earlier, later, newArticle("xt", 3, 40*dayHours))
		w.refresh()
		w.audit()
		for _, status := range []article.Status{article.Withdrawn, article.Published} {
			time.Sleep(time.Hour)
			w.restart(options) // which does not know what months were built from
			w.refresh()
			time.Sleep(time.Hour)
			later.Status = status
			w.put(later)
			w.audit()
			if naming, _ := monthsNaming(w.edition("xt"), sharedPage); len(naming) != 1 {
				t.Errorf("%s: named by %q", status, naming)
			}
			if got := w.conductor.Drift(); len(got) > 0 {
				t.Errorf("%s: drift %v", status, got)
			}
		}
	})
}

// While old months are pending a page may be named twice; when they are built, by
// whichever process, once.
func TestPageOfPendingMonths(t *testing.T) {
	withArchive(t, func(a *archive) {
		at := func(month time.Month) time.Time { return time.Date(2026, month, 6, 8, 0, 0, 0, shanghai) }
		a.put(sharing(201, at(1)), sharing(202, at(-3)), sharing(203, at(-6)))
		for i := 0; i == 0 || a.conductor.More(); i++ {
			if i == 3 {
				a.restart(a.shelf)
			}
			if err := a.conductor.Refresh(a.t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if e := a.shelf.current["xt"]; len(e.Pending()) > 0 || len(a.editions) < 2 {
			t.Fatalf("%d editions, pending %v", len(a.editions), e.Pending())
		}
		naming, baidu := monthsNaming(a.shelf.current["xt"], sharedPage)
		if diff := cmp.Diff([]string{"2026-01"}, naming); diff != "" || baidu != 1 {
			t.Errorf("named (-want +got):\n%s%d times in Baidu's list", diff, baidu)
		}
	})
}

// What a refused edition would have lost is taken out of the one before it; the page of
// such an article is named for an earlier one when the next edition is accepted.
func TestPageOfWithdrawnBeforeRefused(t *testing.T) {
	in(t, func(w *world) {
		earlier, later := sharing(1, time.Now().AddDate(0, -3, 0)), sharing(2, time.Now().AddDate(0, 0, -1))
		w.put(append(several("xt", 10, 30), earlier, later)...)
		w.refresh()
		w.wantNaming("at first", "2026-03")
		time.Sleep(time.Hour)
		later.Status = article.Withdrawn
		w.replaceStore(earlier, later)
		err := w.conductor.Refresh(w.t.Context())
		if _, ok := errors.AsType[*press.ShrunkError](err); !ok {
			t.Fatalf("not refused: %v", err)
		}
		if naming, _ := monthsNaming(w.edition("xt"), sharedPage); naming != nil {
			t.Fatalf("refused: named by %q", naming)
		}
		w.put(append(several("xt", 10, 30), earlier, later)...) // as it was
		w.refresh()
		w.wantNaming("with what was missing", "2025-12")
	})
}

// asking is a snapshot that tells which pages are asked for.
type asking struct {
	jobs.Snapshot
	asked *[]int
}

func (s asking) Sharing(ctx context.Context, station string, addresses []string) ([]article.State, error) {
	*s.asked = append(*s.asked, len(addresses))
	return s.Snapshot.Sharing(ctx, station, addresses)
}

// The content store is asked for the pages that months have begun or ceased to name, once
// a build, and for none of others.
func TestPagesThatAreAskedFor(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		var asked []int
		w.conductor = jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
			s, err := w.store.Snapshot(ctx)
			return asking{s, &asked}, err
		}, w.editions, options)
		a, b := newArticle("xt", 1, time.Hour), sharing(2, time.Now().AddDate(0, -1, 0))
		w.put(append(several("xt", 100, 300), a, b)...)
		w.refresh()
		for _, step := range []struct {
			name string
			put  func() []article.Article
			want []int
		}{
			{"nothing", func() []article.Article { return nil }, nil},
			{"one new article", func() []article.Article { return several("xt", 1000, 1) }, []int{1}},
			{"one that is edited", func() []article.Article { a.Title = "别的"; return []article.Article{a} }, nil},
			{"one that is withdrawn", func() []article.Article { a.Status = article.Withdrawn; return []article.Article{a} }, []int{1}},
			{"another address", func() []article.Article { b.URL += "l"; return []article.Article{b} }, []int{2}},
			{"many new articles, each with its page", func() []article.Article { return several("xt", 2000, 1500) }, nil},
			{"of another station", func() []article.Article { return several("yy", 5000, 2) }, []int{2}},
		} {
			time.Sleep(time.Hour)
			asked = nil
			w.put(step.put()...)
			w.refresh()
			if !slices.Equal(asked, step.want) {
				t.Errorf("%s: asked for %v pages, want %v", step.name, asked, step.want)
			}
		}
		asked = nil
		if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil || asked != nil {
			t.Errorf("a full build asked for %v pages; %v", asked, err)
		}
	})
}

// Many pages at once are compared with all months instead of being asked for one by one.
func TestManyPagesOfTwoMonths(t *testing.T) {
	require.Time(t)
	in(t, func(w *world) {
		const n = 1100
		var first, second []article.Article
		for i := range n {
			a := newArticle("xt", i, 70*dayHours+time.Duration(i)*time.Second)
			b := newArticle("xt", n+i, 2*dayHours+time.Duration(i)*time.Second)
			b.URL = a.URL
			first, second = append(first, a), append(second, b)
		}
		count := func() map[string]int {
			e, counts := w.edition("xt"), map[string]int{}
			for _, month := range monthsOf(e) {
				counts[month.String()] += len(locs(e, month))
			}
			return counts
		}
		for _, step := range []struct {
			name string
			put  []article.Article
			set  func(*article.Article)
			want map[string]int
		}{
			{"the first", first, func(*article.Article) {}, map[string]int{"2025-12": n}},
			{"all again", second, func(*article.Article) {}, map[string]int{"2026-03": n}},
			{"withdrawn", second, func(a *article.Article) { a.Status = article.Withdrawn }, map[string]int{"2025-12": n}},
		} {
			for i := range step.put {
				step.set(&step.put[i])
			}
			w.put(step.put...)
			w.refresh()
			if got := count(); !maps.Equal(got, step.want) {
				t.Errorf("%s: pages %v, want %v", step.name, got, step.want)
			}
			time.Sleep(time.Hour)
		}
		if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
			t.Error(err)
		}
	})
}
