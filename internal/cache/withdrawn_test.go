package cache

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/redistest"
)

// A pinned edition shows nothing that was withdrawn after it, whatever became of
// the article meanwhile, whether or not somebody noted it, and whichever clock was
// ahead; in every process, and after a restart.
func TestPinnedShowsNothingWithdrawn(t *testing.T) {
	hour := func(n int) time.Time { return storetest.Noon.Add(time.Duration(n) * time.Hour) }
	tests := []struct {
		name     string
		editions []*edition.Edition // xt 1 is pinned after the last but one, if it is there
		before   bool               // art-1 is in what is pinned before the last one
	}{
		{"withdrawn, and nobody noted it", []*edition.Edition{
			storetest.Listing("xt", hour(0), "art-1", "art-2"), storetest.Listing("xt", hour(1), "art-1", "art-2"), storetest.Listing("xt", hour(2), "art-2"),
		}, true},
		{"withdrawn before the pin", []*edition.Edition{
			storetest.Listing("xt", hour(0), "art-1", "art-2"), storetest.Listing("xt", hour(1), "art-2"), storetest.Listing("xt", hour(2), "art-2", "art-3"),
		}, false},
		{"moved, and then withdrawn where it went", []*edition.Edition{
			storetest.Listing("xt", hour(0), "art-1", "art-2"), storetest.Listing("cs", hour(1), "art-1"), storetest.Listing("xt", hour(1), "art-2"), storetest.Listing("cs", hour(2), "art-3"),
		}, true},
		{"not in sitemaps", []*edition.Edition{
			storetest.Listing("xt", hour(0), "-art-1", "art-2"), storetest.Listing("xt", hour(1), "-art-1", "art-2"), storetest.Listing("xt", hour(2), "art-2"),
		}, true},
		{"by a clock that was ahead", []*edition.Edition{
			storetest.Listing("xt", hour(9), "art-1", "art-2"), storetest.Listing("cs", hour(1), "art-1"), storetest.Listing("xt", hour(9).Add(time.Millisecond), "art-2"), storetest.Listing("cs", hour(2)),
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := redistest.Start(t)
			open := func(local *disk.Store) *Cache {
				c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt", "cs"}, local, newRedis(t, server.Addr()), redact)
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			a, b := open(newLocal(t)), open(newLocal(t))
			last := len(tt.editions) - 1
			for i, e := range tt.editions {
				if i == last {
					if err := a.Pin(t.Context(), "xt", tt.editions[0].Watermark()); err != nil {
						t.Fatal(err)
					}
					settle(t, a, b)
					if got := served(t, a, "art-1"); got != tt.before {
						t.Errorf("art-1 is shown before it is withdrawn: %t", got)
					}
				}
				if err := a.Publish(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			if served(t, a, "art-1") {
				t.Error("art-1 is shown until the next look")
			}
			settle(t, a, b)
			fresh := open(newLocal(t))
			settle(t, a, fresh)
			for name, c := range map[string]*Cache{"a": a, "b": b, "a again": open(a.files), "b again": open(b.files), "a fresh one": fresh} {
				if e, _ := c.Served("xt"); c.desks["xt"].pinned.Load() == nil || served(t, c, "art-1") || !served(t, c, "art-2") {
					t.Errorf("%s: edition of %s is served; art-1: %t, art-2: %t", name, e.Watermark(), served(t, c, "art-1"), served(t, c, "art-2"))
				}
			}
		})
	}
}

// served reports whether what clients get of xt has an article.
func served(t *testing.T, c *Cache, id string) bool {
	t.Helper()
	e, ok := c.Served("xt")
	if !ok {
		t.Fatal("no edition")
	}
	for _, d := range e.All() {
		if strings.Contains(string(doctest.Body(t, d)), id) {
			return true
		}
	}
	return false
}

// damages are what can become of the current edition on the disk.
var damages = []struct {
	name string
	do   func(*testing.T, *disk.Store, *edition.Edition)
}{
	{"its manifest", func(t *testing.T, l *disk.Store, e *edition.Edition) {
		truncate(t, path(l, "xt", currentName), path(l, "xt", nameOf(e)))
	}},
	{"its manifest alone", func(t *testing.T, l *disk.Store, e *edition.Edition) {
		truncate(t, path(l, "xt", nameOf(e)))
	}},
}

func truncate(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Where the current edition is damaged, the one that is served instead shows nothing
// that had been withdrawn by then, nor does a pinned one, also after restarts, in
// which it takes the place of the damaged one.
func TestFallBackShowsNothingWithdrawn(t *testing.T) {
	hour := func(n int) time.Time { return storetest.Noon.Add(time.Duration(n) * time.Hour) }
	for _, damage := range damages {
		for _, pinned := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, pinned %t", damage.name, pinned), func(t *testing.T) {
				local := newLocal(t)
				c := newAmended(t, local, nil)
				for _, e := range []*edition.Edition{
					storetest.Listing("xt", hour(0), "art-1", "-art-2", "art-3", "art-4"),
					storetest.Listing("xt", hour(1), "-art-2", "art-3", "art-4"),
					storetest.Listing("xt", hour(2), "art-3", "art-4"),
					storetest.Listing("xt", hour(2).Add(time.Millisecond), "art-4"),
				} {
					if err := c.Publish(t.Context(), e); err != nil {
						t.Fatal(err)
					}
				}
				if pinned {
					if err := c.Pin(t.Context(), "xt", storetest.Noon); err != nil {
						t.Fatal(err)
					}
				}
				current, _ := c.Current("xt")
				damage.do(t, local, current)
				for round := range 3 {
					c = newAmended(t, local, nil)
					if e, _ := c.Served("xt"); (c.desks["xt"].pinned.Load() != nil) != pinned {
						t.Errorf("round %d: edition of %s is served", round, e.Watermark())
					}
					for _, id := range []string{"art-1", "art-2", "art-3"} {
						if served(t, c, id) {
							t.Errorf("round %d: %s is shown", round, id)
						}
					}
					if !served(t, c, "art-4") {
						t.Errorf("round %d: nothing is shown", round)
					}
					if err := c.Sync(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

// A process was killed when it had noted what leaves, and not published: what is
// current shows it no more.
func TestKilledBeforePublishing(t *testing.T) {
	local := newLocal(t)
	storetest.Publish(t, local, storetest.Listing("xt", storetest.Noon, "art-1", "art-2"))
	if err := local.Note(t.Context(), storetest.Listing("xt", storetest.Noon.Add(time.Second), "art-2")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c := newAmended(t, local, nil)
		if served(t, c, "art-1") || !served(t, c, "art-2") {
			t.Error("served as it was stored")
		}
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Where it can't be said what an earlier edition may not show, it is not served:
// the current one is, or none.
func TestEarlierEditionFailsClosed(t *testing.T) {
	hour := func(n int) time.Time { return storetest.Noon.Add(time.Duration(n) * time.Hour) }
	t.Run("contents", func(t *testing.T) {
		var log bytes.Buffer
		c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"xt"}, newLocal(t), nil, redact)
		if err != nil {
			t.Fatal(err)
		}
		odd := storetest.Listing("xt", hour(0), "art-1")
		odd = odd.WithContents(map[string]*edition.Document{
			"/sitemaps/2026-03.xml": edition.Revision{Newest: storetest.Noon, AsOf: storetest.Noon}.ReviseContent(edition.NewContents([]byte("odd\n")), nil),
		})
		for _, e := range []*edition.Edition{odd, storetest.Listing("xt", hour(1), "art-2")} {
			if err := c.Publish(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Pin(t.Context(), "xt", storetest.Noon); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if served(t, c, "art-1") || !served(t, c, "art-2") {
				t.Error("the pinned edition is served")
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if n := strings.Count(log.String(), "serving the current one"); n != 1 {
			t.Errorf("said %d times:\n%s", n, &log)
		}
		if _, ok := c.conditions.Get(pinRefused, "xt"); !ok {
			t.Errorf("conditions: %v", c.Conditions())
		}
		if err := c.Unpin(t.Context(), "xt"); err != nil || len(c.Conditions()) > 0 {
			t.Errorf("unpinned: %v, %v", err, c.Conditions())
		}
	})
	for _, pinned := range []bool{false, true} {
		t.Run(fmt.Sprint("what has left, pinned ", pinned), func(t *testing.T) {
			local := newLocal(t)
			c := newAmended(t, local, nil)
			for _, e := range []*edition.Edition{storetest.Listing("xt", hour(0), "art-1", "art-2"), storetest.Listing("xt", hour(1), "art-2")} {
				if err := c.Publish(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			if pinned {
				if err := c.Pin(t.Context(), "xt", storetest.Noon); err != nil {
					t.Fatal(err)
				}
			}
			truncate(t, path(local, "xt", leftName))
			if !served(t, newAmended(t, local, nil), "art-2") {
				t.Error("the current edition, which is whole, is not served")
			}
			damages[0].do(t, local, storetest.Listing("xt", hour(1)))
			c = newAmended(t, local, nil)
			_ = c.Sync(t.Context())
			if e, ok := c.Served("xt"); ok {
				t.Errorf("edition of %s is served", e.Watermark())
			}
			if err := c.Publish(t.Context(), storetest.Listing("xt", hour(2), "art-2")); err != nil {
				t.Fatal(err)
			}
			if served(t, c, "art-1") || !served(t, c, "art-2") {
				t.Error("not served when there is an edition again")
			}
		})
	}
}

// What has left is remembered as far as an edition is there that has it, and of many
// only that.
func TestLeftIsBounded(t *testing.T) {
	local := newLocal(t)
	at := func(n int) time.Time { return storetest.Noon.Add(time.Duration(n) * time.Second) }
	for n := range 3 * store.DefaultKeep {
		storetest.Publish(t, local, storetest.Listing("xt", at(n), fmt.Sprint("art-", n), "stays"))
		if _, err := local.Collect(t.Context(), "xt"); err != nil {
			t.Fatal(err)
		}
	}
	left, err := local.Left("xt")
	if err != nil || len(left) > store.DefaultKeep+1 || len(left) < store.DefaultKeep {
		t.Errorf("%d departures, %v", len(left), err)
	}
	many := []string{"stays"}
	for i := range 10_001 {
		many = append(many, fmt.Sprint("many-", i))
	}
	storetest.Publish(t, local, storetest.Listing("xt", at(100), many...))
	last := storetest.Publish(t, local, storetest.Listing("xt", at(101), "stays"))
	left, err = local.Left("xt")
	if err != nil || len(left) != 1 || !left[0].Unknown || len(left[0].IDs) > 0 {
		t.Errorf("left: %d departures, %v", len(left), err)
	}
	damages[0].do(t, local, last)
	if _, ok := newAmended(t, local, nil).Served("xt"); ok {
		t.Error("an edition is served of which is not known what it may not show")
	}
}
