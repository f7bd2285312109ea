package cache

import (
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// renamed opens a cache whose station was xt.
func renamed(t *testing.T, dir string, shared *redis.Store) *Cache {
	t.Helper()
	files, err := disk.Open(dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xiangtan"}, files.Formerly(map[string][]string{"xiangtan": {"none", "xt"}}), shared, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantTaken holds that a renamed station has an edition, and serves one.
func wantTaken(t *testing.T, c *Cache, current, served *edition.Edition) {
	t.Helper()
	e, ok := c.Current("xiangtan")
	if !ok || e.Station() != "xiangtan" || !e.Watermark().Equal(current.Watermark()) || !maps.Equal(bodies(e), bodies(current)) {
		t.Fatalf("current: %v, %v; want that of %s", e, ok, current.Watermark())
	}
	if e, ok = c.Served("xiangtan"); !ok || !maps.Equal(bodies(e), bodies(served)) {
		t.Fatalf("served: %v, %v; want that of %s", e, ok, served.Watermark())
	}
	for d := range e.All() {
		document, _ := e.Document(d)
		if _, err := document.Body(); err != nil {
			t.Errorf("%s: %v", d, err)
		}
	}
}

// A station that has another id has the editions of the former one: the current, the
// pinned and the kept ones, in the local copy and in Redis, and goes on from there.
func TestRename(t *testing.T) {
	for _, tt := range []struct {
		name          string
		local, shared bool
	}{
		{"local copy", true, false},
		{"redis", false, true},
		{"both", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var server *redistest.Server
			store := func() *redis.Store {
				if !tt.shared {
					return nil
				}
				if server == nil {
					server = redistest.Start(t)
				}
				return newRedis(t, server.Addr())
			}
			local := newLocal(t)
			before := newCache(t, slog.New(slog.DiscardHandler), local, store())
			printed(t, before, 3)
			if err := before.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
				t.Fatal(err)
			}
			dir := local.Dir()
			if !tt.local {
				dir = t.TempDir()
			}
			c := renamed(t, dir, store())
			if tt.local { // before anything else answers
				wantTaken(t, c, storetest.Text(3), storetest.Text(2))
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Error(err)
			}
			wantTaken(t, c, storetest.Text(3), storetest.Text(2))
			wantServed(t, before, storetest.Text(2)) // which is not restarted yet
			if kept, err := c.Kept(t.Context(), "xiangtan"); err != nil || tt.local && len(kept) != 3 {
				t.Errorf("kept: %v, %v", kept, err)
			}
			if err := c.Unpin(t.Context(), "xiangtan"); err != nil {
				t.Fatal(err)
			}
			current, _ := c.Current("xiangtan")
			next := storetest.Text(5).Renamed("xiangtan").Following(current)
			if err := c.Publish(t.Context(), next); err != nil {
				t.Fatal(err)
			}
			again := renamed(t, dir, store()) // the former id's are older
			wantTaken(t, again, next, next)
			if tt.shared { // another process without a copy
				fresh := renamed(t, t.TempDir(), store())
				if err := fresh.Sync(t.Context()); err != nil {
					t.Error(err)
				}
				wantTaken(t, fresh, next, next)
			}
		})
	}
}

// Where nothing says what was retracted, nothing of a former id is served either.
func TestRenameWithoutRetractions(t *testing.T) {
	local := newLocal(t)
	before := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	printed(t, before, 1)
	if err := before.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{retractedName, retractedName + ".twin"} {
		if err := os.WriteFile(filepath.Join(local.Dir(), name), []byte("damaged"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if e, ok := renamed(t, local.Dir(), nil).Served("xiangtan"); ok {
		t.Errorf("served: the edition of %s", e.Watermark())
	}
}

// What was stored under a former id goes a day after the station has its own, and files
// of others stay.
func TestFormerRemoved(t *testing.T) {
	server := redistest.Start(t)
	local := newLocal(t)
	before := newCache(t, slog.New(slog.DiscardHandler), local, newRedis(t, server.Addr()))
	printed(t, before, 3)
	c := renamed(t, local.Dir(), newRedis(t, server.Addr()))
	if err := c.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	left := func() (folder bool, keys int) {
		_, err := os.Stat(path(local, "xt", ""))
		return !errors.Is(err, os.ErrNotExist), len(server.Do("KEYS", stationKey("xt", "*")).([]any))
	}
	c.removeFormer(t.Context())
	if folder, keys := left(); !folder || keys == 0 {
		t.Fatalf("after a moment: %t, %d keys", folder, keys)
	}
	day := time.Now().Add(-formerAge)
	if err := os.Chtimes(path(local, "xiangtan", ".feedstation"), day, day); err != nil {
		t.Fatal(err)
	}
	c.removeFormer(t.Context())
	if folder, keys := left(); folder || keys != 0 {
		t.Fatalf("after a day: %t, %d keys", folder, keys)
	}
	wantTaken(t, c, storetest.Text(3), storetest.Text(3))
	wantTaken(t, renamed(t, local.Dir(), nil), storetest.Text(3), storetest.Text(3))
}
