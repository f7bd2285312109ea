package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/jobs"
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

// Who asks a process gets what was asked for, whoever leads.
func TestHintHere(t *testing.T) {
	tests := []struct {
		name string
		hint jobs.Hint
		want bool
	}{
		{"nothing named", jobs.Hint{Here: true}, true},
		{"the article", jobs.Hint{Here: true, Articles: []string{"3"}}, true},
		{"the station", jobs.Hint{Here: true, Stations: []string{"xt"}}, true},
		{"for those who lead", jobs.Hint{Articles: []string{"3"}}, false},
		{"more than a store is asked for at once", jobs.Hint{Here: true, Articles: append(slices.Repeat([]string{"nobody"}, 1200), "3")}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				s, c := w.withShelf()
				w.put(newArticle("xt", 1, time.Hour))
				w.refreshOf(c)
				s.elsewhere = map[string]bool{"xt": true, "www": true, "yy": true}
				time.Sleep(time.Hour)
				w.put(newArticle("xt", 3, 0))
				if err := c.Hint(tt.hint); err != nil {
					t.Fatal(err)
				}
				w.refreshOf(c)
				e, _ := s.Current("xt")
				if got := strings.Contains(document(e, "/rss.xml"), "/3.html"); got != tt.want {
					t.Errorf("built: %t, want %t", got, tt.want)
				}
				time.Sleep(time.Hour)
				w.put(newArticle("xt", 4, 0))
				w.refreshOf(c)
				if e, _ := s.Current("xt"); strings.Contains(document(e, "/rss.xml"), "/4.html") {
					t.Error("it goes on building what another process leads")
				}
			})
		})
	}
}

// A wish outlives a content store that fails after it has been asked for what the
// wish names.
func TestHintHereWhenTheStoreFails(t *testing.T) {
	in(t, func(w *world) {
		s, failing := newShelf(), false
		c := jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
			snapshot, err := w.store.Snapshot(ctx)
			if err != nil || !failing {
				return snapshot, err
			}
			return forsaken{snapshot}, nil
		}, s, options)
		w.put(newArticle("xt", 1, time.Hour))
		w.refreshOf(c)
		s.elsewhere = map[string]bool{"xt": true, "www": true, "yy": true}
		time.Sleep(time.Hour)
		w.put(newArticle("xt", 2, 0))
		if err := c.Hint(jobs.Hint{Here: true, Articles: []string{"2"}}); err != nil {
			t.Fatal(err)
		}
		failing = true
		if err := c.Refresh(w.t.Context()); !errors.Is(err, errGoneAway) {
			t.Fatalf("refresh: %v", err)
		}
		failing = false
		w.refreshOf(c)
		if e, _ := s.Current("xt"); len(naming(t, e, 2)) == 0 {
			t.Error("the wish is lost")
		}
	})
}

// forsaken is a snapshot whose store goes away with the last of the questions of
// what has changed.
type forsaken struct{ jobs.Snapshot }

var errGoneAway = errors.New("gone away")

func (forsaken) Next(context.Context) (time.Time, error) { return time.Time{}, errGoneAway }

// A station in which nothing has happened for months does not have the months of
// the others read again when it is taken: at a start, or because it is asked for
// where another process leads.
func TestLeadOfAQuietStation(t *testing.T) {
	for name, take := range map[string]func(w *world, s *shelf, c *jobs.Conductor, restart func() *jobs.Conductor) *jobs.Conductor{
		"at a start": func(_ *world, _ *shelf, _ *jobs.Conductor, restart func() *jobs.Conductor) *jobs.Conductor {
			return restart()
		},
		"by a wish": func(w *world, s *shelf, c *jobs.Conductor, _ func() *jobs.Conductor) *jobs.Conductor {
			s.elsewhere = map[string]bool{"yy": true}
			w.refreshOf(c)
			if err := c.Hint(jobs.Hint{Here: true, Stations: []string{"yy"}}); err != nil {
				w.t.Fatal(err)
			}
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) {
				read := map[string]bool{}
				s := newShelf()
				start := func() *jobs.Conductor {
					return w.conduct(s, options, func(station string, from, to time.Time) error {
						published, _ := w.network.Station(station)
						if month, ok := monthOf(published, from, to); ok {
							read[station+" "+month.String()] = true
						}
						return nil
					})
				}
				c := start()
				w.put(newArticle("yy", 1, time.Hour), newArticle("xt", 2, time.Hour))
				for i := range 6 {
					w.refreshOf(c)
					time.Sleep(30 * dayHours)
					w.put(newArticle("xt", 10+i, 0))
				}
				w.refreshOf(c)
				time.Sleep(time.Minute)
				w.refreshOf(c)
				c = take(w, s, c, start)
				clear(read)
				w.refreshOf(c)
				delete(read, "xt 2026-09") // what is told again
				if len(read) > 0 {
					t.Errorf("read: %q", slices.Sorted(maps.Keys(read)))
				}
			})
		})
	}
}

// shelfOf is a shelf as the process sees it that leads all stations.
type shelfOf struct{ *shelf }

func (shelfOf) Leads(string) bool { return true }

// What another process has built from a store that was behind is found by the
// audit of the one that leads again, though it knew the store as it is.
func TestLeadAgain(t *testing.T) {
	in(t, func(w *world) {
		s, c := w.withShelf()
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, 20*dayHours))
		w.refreshOf(c)
		for range 2 { // the second knows what the first has built
			time.Sleep(5 * time.Minute)
			if err := c.Audit(w.t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		s.elsewhere = map[string]bool{"xt": true}
		time.Sleep(time.Minute)
		w.refreshOf(c)
		store := w.store
		behind, err := content.Open(w.t.Context(), filepath.Join(t.TempDir(), "content.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer behind.Close()
		w.store = behind
		w.put(newArticle("xt", 1, time.Hour))
		if err := w.conduct(shelfOf{s}, options, nil).Build(w.t.Context(), []string{"xt"}, func(jobs.Report) {}); err != nil {
			t.Fatal(err)
		}
		if e, _ := s.Current("xt"); len(naming(t, e, 2)) > 0 {
			t.Fatal("the store is not behind")
		}
		w.store, s.elsewhere = store, nil
		time.Sleep(time.Hour)
		w.refreshOf(c)
		if err := c.Audit(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		if e, _ := s.Current("xt"); !strings.Contains(document(e, "/sitemaps/2026-02.xml"), "/2.html") {
			t.Error("the month stays without the article")
		}
	})
}

// What a station has suffered here is over when another process has taken it.
func TestConditionGoesWithTheLead(t *testing.T) {
	in(t, func(w *world) {
		s, fault := newShelf(), errors.New("bad night")
		c := w.conduct(s, options, func(station string, _, _ time.Time) error {
			if station == "xt" {
				return fault
			}
			return nil
		})
		w.put(newArticle("xt", 1, time.Hour))
		if err := c.Refresh(w.t.Context()); !errors.Is(err, fault) {
			t.Fatalf("refresh: %v", err)
		}
		if why, ok := c.Condition("xt"); !ok || !errors.Is(why.Err, fault) {
			t.Errorf("of the process that builds it: %v", why)
		}
		s.elsewhere = map[string]bool{"xt": true}
		w.refreshOf(c)
		if why, ok := c.Condition("xt"); ok {
			t.Errorf("of a process that does not: %v", why)
		}
	})
}
