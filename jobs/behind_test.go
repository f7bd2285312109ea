package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/press"
	"feedstation/internal/testkit/require"
	"feedstation/jobs"
)

// copied returns the store as it is now, as another one.
func (w *world) copied() *content.Store {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "copy.db")
	w.exec(fmt.Sprintf("VACUUM INTO '%s'", file))
	store, err := content.Open(w.t.Context(), file)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { store.Close() })
	return store
}

// A store that is behind what was published changes nothing of that, and readers see
// what it has once it has a later change, or somebody has said that it is meant.
func TestBehind(t *testing.T) {
	require.Time(t)
	withdrawn := func(id int, ago time.Duration) article.Article {
		a := newArticle("xt", id, ago)
		a.Status = article.Withdrawn
		return a
	}
	first := []int{1, 2, 3, 4, 5, 6}
	tests := []struct {
		name   string
		server string // that answers then
		since  func(w *world)
		behind bool
	}{
		{"one article", "replica", func(w *world) { w.put(newArticle("xt", 7, time.Hour)) }, true},
		{"a withdrawal", "replica", func(w *world) { w.put(withdrawn(1, time.Hour)) }, true},
		{"both", "replica", func(w *world) { w.put(withdrawn(1, time.Hour), newArticle("xt", 7, 0)) }, true},
		{"a text", "replica", func(w *world) { a := newArticle("xt", 3, 3*time.Hour); a.Title = "改"; w.put(a) }, true},
		{"nothing", "replica", func(*world) {}, false},
		{"another station's article", "replica", func(w *world) { w.put(newArticle("yy", 8, time.Hour)) }, true},
		{"several articles, of the same server", "", func(w *world) { w.put(newArticle("xt", 7, 0), newArticle("xt", 8, 0)) }, true},
		{"the last one, which may have been deleted", "", func(w *world) { w.put(newArticle("xt", 7, 0)) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in(t, func(w *world) {
				w.put(append(several("xt", 1, len(first)), several("yy", 100, 3)...)...)
				w.refresh()
				time.Sleep(time.Minute)
				replica, primary := w.copied(), w.store
				tt.since(w)
				time.Sleep(time.Minute)
				w.refresh()
				before := map[string]any{"xt": w.edition("xt"), "yy": w.edition("yy"), "www": w.edition("www")}

				w.store, w.server = replica, tt.server
				for _, restarted := range []bool{false, true} {
					if restarted {
						w.restart(options)
					}
					for _, run := range []func() error{
						func() error { return w.conductor.Refresh(w.t.Context()) }, func() error { return w.conductor.Audit(w.t.Context()) },
						func() error { return w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}) },
					} {
						time.Sleep(time.Minute)
						err := run()
						if _, behind := errors.AsType[*jobs.BehindError](err); behind != tt.behind {
							t.Fatalf("error %v; want one that says behind: %t", err, tt.behind)
						}
						for station, e := range before {
							if tt.behind && w.edition(station) != e {
								t.Errorf("%s was published", station)
							}
						}
					}
					if why, ok := w.conductor.Condition("xt"); ok != tt.behind || ok && !strings.Contains(why.String(), "--accept-older") {
						t.Errorf("xt: %v", why)
					}
				}
				if !tt.behind {
					return
				}
				w.store = primary // it has caught up
				w.refresh()
				if why, ok := w.conductor.Condition("xt"); ok {
					t.Errorf("xt: %v", why)
				}

				w.store = replica
				accepting := w.conductor
				accepting.AcceptOlder()
				if err := accepting.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
					t.Fatal(err)
				}
				w.restart(options)
				w.refresh()
				for _, id := range []int{7, 8} {
					if paths := naming(t, w.edition("xt"), id); len(paths) > 0 {
						t.Errorf("%d is in %q", id, paths)
					}
				}
			})
		})
	}
}

// A replica that lacks nothing but a deletion has the newest change, and yet it is behind:
// its log says so. Where no log tells, what is deleted comes back with it.
func TestBehindByLog(t *testing.T) {
	require.Time(t)
	tests := []struct {
		name        string
		change      string // of the primary
		log, behind int64  // of the primary, of the replica
		want        bool
	}{
		{"a deletion", "DELETE FROM articles WHERE id = '3'", 20, 10, true},
		{"the deletion of the newest", "DELETE FROM articles WHERE id = '1'", 20, 10, true},
		{"a withdrawal that leaves the row's time", "UPDATE articles SET status = 'withdrawn' WHERE id = '3'", 20, 10, true},
		{"another of the same log, as far", "DELETE FROM articles WHERE id = '3'", 20, 20, false},
		{"no log", "DELETE FROM articles WHERE id = '3'", 0, 0, false},
	}
	for _, tt := range tests {
		for _, end := range []string{"caught up", "a later change", "accepted"} {
			t.Run(tt.name+", "+end, func(t *testing.T) {
				in(t, func(w *world) {
					w.log = tt.behind
					w.put(several("xt", 1, 6)...)
					w.refresh()
					time.Sleep(time.Minute)
					replica, primary := w.copied(), w.store
					w.log = tt.log
					w.exec(tt.change)
					time.Sleep(time.Minute)
					w.audit()
					before := w.edition("xt")

					w.store, w.server, w.log = replica, "replica", tt.behind
					w.restart(options)
					for _, run := range []func(context.Context) error{w.conductor.Refresh, w.conductor.Audit} {
						time.Sleep(time.Minute)
						err := run(w.t.Context())
						if _, behind := errors.AsType[*jobs.BehindError](err); behind != tt.want || behind && w.edition("xt") != before {
							t.Fatalf("error %v, want one that says behind: %t; published: %t", err, tt.want, w.edition("xt") != before)
						}
					}
					if !tt.want {
						return
					}
					switch end {
					case "caught up":
						w.store, w.log = primary, tt.log
					case "a later change":
						w.put(newArticle("xt", 9, 0))
					case "accepted":
						w.conductor.AcceptOlder()
						if err := w.conductor.Build(w.t.Context(), nil, func(jobs.Report) {}); err != nil {
							t.Fatal(err)
						}
					}
					w.restart(options)
					w.refresh()
					if why, ok := w.conductor.Condition("xt"); ok {
						t.Errorf("xt: %v", why)
					}
				})
			})
		}
	}
}

// overtaken is a snapshot beside which another is opened, and published from.
type overtaken struct {
	faultySnapshot
	meanwhile func(edition.Origin)
}

func (s overtaken) Origin(ctx context.Context) (edition.Origin, error) {
	origin, err := s.faultySnapshot.Origin(ctx)
	s.meanwhile(origin)
	return origin, err
}

// Stations are built side by side: one that is published from a later snapshot leaves no
// store behind.
func TestBehindIsNotOvertaken(t *testing.T) {
	in(t, func(w *world) {
		w.log = 10
		w.put(append(several("xt", 1, 3), several("yy", 10, 3)...)...)
		w.refresh()
		var position atomic.Int64 // of the server
		position.Store(w.log)
		conductor := jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
			s, err := w.store.Snapshot(ctx)
			return overtaken{faultySnapshot{Snapshot: s, log: position.Load(), fault: w.fault}, func(o edition.Origin) {
				o.Position = edition.Position{"log": position.Add(1)}
				w.editions.mu.Lock()
				defer w.editions.mu.Unlock()
				w.editions.current["yy"] = w.editions.current["yy"].From(o)
			}}, err
		}, w.editions, options)
		time.Sleep(time.Minute)
		w.put(newArticle("xt", 4, 0))
		if err := conductor.Refresh(w.t.Context()); err != nil || !strings.Contains(w.body("xt", "/rss.xml"), "/4.html") {
			t.Errorf("%v; the feed of xt:\n%s", err, w.body("xt", "/rss.xml"))
		}
	})
}

// A later change ends it, as every copy that is written to has one.
func TestBehindUntilTheNextChange(t *testing.T) {
	in(t, func(w *world) {
		w.put(several("xt", 1, 6)...)
		w.refresh()
		time.Sleep(time.Minute)
		restored := w.copied()
		w.put(newArticle("xt", 7, 0))
		time.Sleep(time.Minute)
		w.refresh()
		w.store, w.server = restored, "promoted"
		if err := w.conductor.Refresh(w.t.Context()); err == nil || !strings.Contains(w.body("xt", "/rss.xml"), "/7.html") {
			t.Fatalf("the replica was taken: %v", err)
		}
		w.put(newArticle("xt", 9, 0))
		w.refresh()
		if body := w.body("xt", "/rss.xml"); !strings.Contains(body, "/9.html") || !strings.Contains(body, "/1.html") {
			t.Errorf("after the next change:\n%s", body)
		}
	})
}

// A newsroom that deletes most of a station is asked about that station alone,
// though the newest change has gone with it.
func TestBehindIsNotTheGate(t *testing.T) {
	in(t, func(w *world) {
		w.put(append(several("yy", 100, 20), several("xt", 1, 30)...)...)
		time.Sleep(time.Minute)
		w.put(newArticle("xt", 31, 0))
		w.refresh()
		w.exec("DELETE FROM articles WHERE station = 'xt' AND CAST(id AS INTEGER) > 3")
		time.Sleep(time.Minute)
		err := w.conductor.Audit(w.t.Context())
		if _, shrunk := errors.AsType[*press.ShrunkError](err); !shrunk {
			t.Errorf("%v; want what the gate says", err)
		}
	})
}
