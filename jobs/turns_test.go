package jobs_test

import (
	"context"
	"iter"
	"log/slog"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// newMonth has one station alone, with forty articles of the present month, the
// oldest first.
func (w *world) newMonth() (articles []article.Article) {
	w.t.Helper()
	var err error
	if w.network, err = network.New("", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai}}, nil); err != nil {
		w.t.Fatal(err)
	}
	for i := range 40 {
		a := newArticle("xt", i, time.Duration(150-i)*time.Hour)
		a.Updated = a.Published.Add(2 * time.Hour)
		articles = append(articles, a)
	}
	w.put(articles...)
	time.Sleep(time.Hour)
	return articles
}

// every yields the numbers below n, under the race detector some of them, odd
// and even.
func every(n int) iter.Seq[int] {
	step := 1
	if raced() {
		step = 13
	}
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i += step {
		}
	}
}

func (w *world) refreshBy(c *jobs.Conductor) {
	w.t.Helper()
	if err := c.Refresh(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// An article is given another time of publication after the hints were asked for
// and before the build has its snapshot: the month has it once all the same.
func TestMoveBetweenSnapshots(t *testing.T) {
	require.Time(t)
	march := article.Month{Year: 2026, Month: time.March}
	for x := range every(40) {
		for _, to := range []int{2, x} {
			in(t, func(w *world) {
				all := w.newMonth()
				s := newShelf()
				opened, between := 0, func() {}
				c := jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
					if opened++; opened == 2 {
						time.Sleep(time.Second)
						between()
					}
					return w.store.Snapshot(ctx)
				}, s, inParts(options))
				w.refreshBy(c)
				time.Sleep(time.Hour)
				near := all[min(to+1, 39)]
				near.Updated = time.Now()
				w.put(near)
				opened, between = 0, func() {
					moved := all[x]
					moved.Published = all[to].Published.Add(-20 * time.Minute)
					w.put(moved)
				}
				w.refreshBy(c)
				seen := map[string]int{}
				for _, loc := range locs(s.current["xt"], march) {
					seen[loc]++
				}
				for _, a := range all {
					if seen[a.URL] != 1 {
						t.Errorf("article %d moves to %d: %s is there %d times", x, to, a.URL, seen[a.URL])
					}
				}
				time.Sleep(30 * time.Second)
				w.refreshBy(c)
				if err := differences(s.current["xt"], w.whole(options).current["xt"]); err != nil {
					t.Errorf("article %d moves to %d: %v", x, to, err)
				}
			})
		}
	}
}

// What a process remembers of a month is of no use after another process has
// built it, whatever the two sitemaps have in common.
func TestTurns(t *testing.T) {
	require.Time(t)
	for x := range every(38) {
		in(t, func(w *world) {
			all := w.newMonth()
			o := options
			o.Sitemaps.URLs = len(all) // which fill a file
			s := newShelf()
			one, two := w.conduct(s, o, nil), w.conduct(s, o, nil)
			w.refreshBy(one)
			turn := func(c, other *jobs.Conductor) {
				time.Sleep(time.Hour)
				s.elsewhere = map[string]bool{"xt": true}
				w.refreshBy(other)
				s.elsewhere = nil
				w.refreshBy(c)
			}
			moved := all[x]
			moved.Published = moved.Published.Add(-time.Minute) // which no byte of the sitemap tells
			w.put(moved)
			if x%2 == 0 {
				w.put(newArticle("xt", 100, 0)) // in a second file
			}
			turn(two, one)
			w.put(newArticle("xt", 200, 70*24*time.Hour)) // a later edition, of another month
			turn(two, one)
			touched := all[x+1]
			touched.Images = nil
			w.put(touched)
			turn(one, two)
			if err := differences(s.current["xt"], w.whole(o).current["xt"]); err != nil {
				t.Errorf("article %d: %v", x, err)
			}
		})
	}
}

// unsettled is a snapshot whose changes are told again, as a server's are.
type unsettled struct{ jobs.Snapshot }

func (s unsettled) Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error] {
	return func(yield func(article.Change, error) bool) {
		for change, err := range s.Snapshot.Changes(ctx, since) {
			change.Again = s.Time().Sub(change.At) < 5*time.Second
			if !yield(change, err) {
				return
			}
		}
	}
}

// A backlog of one station is worked off while another writes all the time.
func TestBacklogBesideWriter(t *testing.T) {
	withArchive(t, func(a *archive) {
		a.shelf.published = nil
		c := jobs.NewConductor(slog.New(slog.DiscardHandler), a.network, func(ctx context.Context) (jobs.Snapshot, error) {
			s, err := a.store.Snapshot(ctx)
			if err != nil {
				return nil, err
			}
			return unsettled{watched{Snapshot: s, listing: func(string, time.Time, time.Time) error { time.Sleep(slow); return nil }}}, nil
		}, a.shelf, options)
		done := make(chan struct{})
		written := make(chan struct{})
		go func() {
			defer close(written)
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				case <-time.After(4 * time.Second):
					a.put(newArticle("yy", 1000+i, 0))
				}
			}
		}()
		start := time.Now()
		ctx, cancel := context.WithTimeout(a.t.Context(), 5*time.Minute)
		defer cancel()
		err := refreshAll(ctx, c)
		close(done)
		<-written
		if took := time.Since(start); err != nil || took > time.Minute {
			a.t.Errorf("the refresh took %v: %v", took, err)
		}
	})
}
