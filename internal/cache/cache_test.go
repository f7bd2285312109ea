package cache

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

func newCache(t *testing.T, log *slog.Logger, local *disk.Store, redis *redis.Store) *Cache {
	t.Helper()
	c, err := Open(t.Context(), log, []string{"xt"}, local, redis, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func wantCurrent(t *testing.T, c *Cache, e *edition.Edition) {
	t.Helper()
	got, ok := c.Current("xt")
	if !ok || !got.Equal(e) {
		t.Errorf("current = %v %v; want that of %s", ok, got, e.Watermark())
	}
}

func TestCacheRestart(t *testing.T) {
	local := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	if _, ok := c.Current("xt"); ok {
		t.Error("an edition before any was published")
	}
	if err := c.Publish(t.Context(), storetest.Print(0, "one")); err != nil {
		t.Fatal(err)
	}
	again := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	wantCurrent(t, again, storetest.Print(0, "one"))
	if _, ok := again.Current("nowhere"); ok {
		t.Error("an edition of an unknown station")
	}
}

// Where there is an edition is known of both stores, and of what can't be read.
func TestCacheStored(t *testing.T) {
	silent := slog.New(slog.DiscardHandler)
	server := redistest.Start(t)
	publisher, follower := newLocal(t), newLocal(t)
	want := func(what, where string, c *Cache) {
		t.Helper()
		if got := c.Stored(t.Context()); got != where {
			t.Errorf("%s: stored in %q; want %q", what, got, where)
		}
	}
	want("nothing", "", newCache(t, silent, publisher, newRedis(t, server.Addr())))
	c := newCache(t, silent, publisher, newRedis(t, server.Addr()))
	printed(t, c, 1)
	want("published", publisher.Dir(), c)
	want("elsewhere", redisName, newCache(t, silent, follower, newRedis(t, server.Addr())))
	server.Kill()
	want("redis away", "", newCache(t, silent, follower, newRedis(t, server.Addr())))
	if err := os.MkdirAll(path(follower, "xt", currentName), 0o755); err != nil { // no file
		t.Fatal(err)
	}
	want("not readable", follower.Dir(), newCache(t, silent, follower, nil))
}

func TestCacheDamagedStart(t *testing.T) {
	local := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	if err := c.Publish(t.Context(), storetest.Print(0, "one")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{currentName, nameOf(storetest.Print(0, "one"))} {
		if err := writeFile(path(local, "xt", name), []byte("{")); err != nil {
			t.Fatal(err)
		}
	}
	var text bytes.Buffer
	c = newCache(t, slog.New(slog.NewTextHandler(&text, nil)), local, nil)
	if _, ok := c.Current("xt"); ok {
		t.Error("a damaged edition is served")
	}
	if !strings.Contains(text.String(), "local copy not used") {
		t.Errorf("log = %s", &text)
	}
}

// The current edition is damaged in the local copy: an earlier one is served,
// and published again above it, so that it is not met again.
func TestCacheMendsLocal(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, l *disk.Store, current *edition.Edition)
		text   string
	}{
		{"the pointer", func(t *testing.T, l *disk.Store, _ *edition.Edition) {
			if err := os.Truncate(path(l, "xt", currentName), 5); err != nil {
				t.Fatal(err)
			}
		}, "two"},
		{"the pointer and the manifest", func(t *testing.T, l *disk.Store, current *edition.Edition) {
			for _, name := range []string{currentName, nameOf(current)} {
				if err := os.Truncate(path(l, "xt", name), 5); err != nil {
					t.Fatal(err)
				}
			}
		}, "one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			local := newLocal(t)
			storetest.Publish(t, local, storetest.Print(0, "one"))
			current := storetest.Publish(t, local, storetest.Print(1, "two"))
			tt.damage(t, local, current)
			var text bytes.Buffer
			c := newCache(t, slog.New(slog.NewTextHandler(&text, nil)), local, nil)
			for range 3 {
				if err := c.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
			want := storetest.Print(map[string]int{"one": 0, "two": 1}[tt.text], tt.text)
			wantCurrent(t, c, want)
			heads, err := local.Heads(t.Context(), []string{"xt"})
			if err != nil || heads[0].Version != store.VersionOf(want) {
				t.Errorf("Heads = %v, %v; want that of %s", heads, err, want.Watermark())
			}
			if n := strings.Count(text.String(), "damaged"); n == 0 || n > 4 { // two lines, each with the key
				t.Errorf("said %d times:\n%s", n, &text)
			}
			wantCurrent(t, newCache(t, slog.New(slog.DiscardHandler), local, nil), want)
			if left := leftFiles(t, local); len(left) > 0 {
				t.Errorf("left: %q", left)
			}
		})
	}
}

// leftFiles returns the names of manifests that can't be read.
func leftFiles(t *testing.T, l *disk.Store) (left []string) {
	t.Helper()
	left, err := filepath.Glob(path(l, "xt", "[0-9]*.json"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := l.Kept(t.Context(), "xt")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(left, func(name string) bool {
		return slices.ContainsFunc(kept, func(m edition.Manifest) bool {
			return filepath.Base(name) == nameOf(edition.New("xt", m.Watermark, "", nil))
		})
	})
}

// Another process publishes into the same folder: `feedstation build` beside
// `feedstation serve`.
func TestCacheFollowsLocal(t *testing.T) {
	local := newLocal(t)
	serving := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	building := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	if err := building.Publish(t.Context(), storetest.Print(0, "one")); err != nil {
		t.Fatal(err)
	}
	if err := serving.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, serving, storetest.Print(0, "one"))
	if err := serving.Publish(t.Context(), storetest.Print(-1, "older")); !errors.Is(err, edition.ErrStale) {
		t.Errorf("an older snapshot: %v; want ErrStale", err)
	}
	wantCurrent(t, serving, storetest.Print(0, "one"))
}

func TestCacheFollowsRedis(t *testing.T) {
	server := redistest.Start(t)
	silent := slog.New(slog.DiscardHandler)
	publisher := newCache(t, silent, newLocal(t), newRedis(t, server.Addr()))
	followerLocal := newLocal(t)
	follower := newCache(t, silent, followerLocal, newRedis(t, server.Addr()))

	if err := publisher.Publish(t.Context(), storetest.Print(0, "one")); err != nil {
		t.Fatal(err)
	}
	if err := follower.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, follower, storetest.Print(0, "one"))
	wantCurrent(t, newCache(t, silent, followerLocal, nil), storetest.Print(0, "one")) // after a restart

	if err := publisher.Publish(t.Context(), storetest.Print(5, "two")); err != nil {
		t.Fatal(err)
	}
	if err := follower.Publish(t.Context(), storetest.Print(4, "late")); !errors.Is(err, edition.ErrStale) {
		t.Errorf("an older snapshot: %v; want ErrStale", err)
	}
	wantCurrent(t, follower, storetest.Print(5, "two"))
}

func TestCacheWithoutRedis(t *testing.T) {
	server := redistest.Start(t)
	var text bytes.Buffer
	log := slog.New(slog.NewTextHandler(&text, nil))
	c := newCache(t, log, newLocal(t), newRedis(t, server.Addr()))
	server.Kill()
	for i := range 3 {
		if err := c.Publish(t.Context(), storetest.Print(i, "one")); err != nil {
			t.Fatalf("publishing without Redis: %v", err)
		}
		if err := c.Sync(t.Context()); err == nil {
			t.Error("in step with a Redis that is not there")
		}
	}
	wantCurrent(t, c, storetest.Print(2, "one"))
	if n := strings.Count(text.String(), "redis unreachable"); n != 1 {
		t.Errorf("said %d times that Redis is out of reach; want once:\n%s", n, &text)
	}

	server.Restart()
	deadline, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for c.Sync(deadline) != nil && deadline.Err() == nil {
	}
	got, err := newRedis(t, server.Addr()).Fetch(t.Context(), "xt", nil)
	if err != nil || !got.Equal(storetest.Print(2, "one")) {
		t.Errorf("an emptied Redis was not given the edition: %v, %v", got, err)
	}
	if n := strings.Count(text.String(), "redis reachable again"); n != 1 {
		t.Errorf("said %d times that Redis is back; want once:\n%s", n, &text)
	}
}

func TestCacheUnwritableLocal(t *testing.T) {
	var text bytes.Buffer
	local := newLocal(t)
	c := newCache(t, slog.New(slog.NewTextHandler(&text, nil)), local, nil)
	lose(t, local)
	for i := range 2 {
		if err := c.Publish(t.Context(), storetest.Print(i, "one")); err != nil {
			t.Fatal(err)
		}
	}
	wantCurrent(t, c, storetest.Print(1, "one"))
	if n := strings.Count(text.String(), "msg=\"local copy not writable"); n != 1 {
		t.Errorf("said %d times; want once:\n%s", n, &text)
	}
}

// One station that can't be written is said once, however often the others and the
// retractions are written meanwhile.
func TestCacheOneStationUnwritable(t *testing.T) {
	var log bytes.Buffer
	local := newLocal(t)
	c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"aa", "xt"}, local, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	lock := path(local, "aa", lockName)
	if err := os.MkdirAll(lock, 0o755); err != nil { // no file
		t.Fatal(err)
	}
	for i := range 3 {
		m := storetest.Noon.Add(time.Duration(i) * time.Minute)
		if err := c.Publish(t.Context(), edition.New("aa", m, "build", nil)); err != nil {
			t.Fatal(err)
		}
		if err := c.Publish(t.Context(), storetest.Text(i+1)); err != nil {
			t.Fatal(err)
		}
		if err := c.Pin(t.Context(), "xt", storetest.At(i+1)); err != nil {
			t.Fatal(err)
		}
		if err := c.Sync(t.Context()); err == nil {
			t.Error("in step with a folder that can't be written")
		}
	}
	if n := strings.Count(log.String(), "msg=\"local copy not writable"); n != 1 || strings.Contains(log.String(), "writable again") {
		t.Errorf("said %d times; want once, and no end:\n%s", n, &log)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Sync(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if n := strings.Count(log.String(), "writable again"); n != 1 {
		t.Errorf("said %d times that it works again; want once:\n%s", n, &log)
	}
}

// All who had an edition that Redis has lost a part of are gone: a process
// without any publishes nevertheless.
func TestCacheAfterRedisLost(t *testing.T) {
	server := redistest.Start(t)
	a, fresh := pair(t, server.Addr())
	if err := a.Publish(t.Context(), storetest.Text(5)); err != nil {
		t.Fatal(err)
	}
	d, _ := storetest.Text(5).Document("/rss.xml")
	server.Do("DEL", documentKey("xt", d.Hash()))
	if err := fresh.Sync(t.Context()); !errors.Is(err, store.ErrNone) {
		t.Errorf("Sync: %v; want ErrNone", err)
	}
	if err := fresh.Sync(t.Context()); err != nil {
		t.Errorf("Sync once more: %v", err)
	}
	if err := fresh.Publish(t.Context(), storetest.Print(0, "fresh").Following(nil)); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, fresh, storetest.Print(0, "fresh")) // above what was lost
}

// pair returns two processes on one Redis.
func pair(t *testing.T, addr string) (a, b *Cache) {
	t.Helper()
	silent := slog.New(slog.DiscardHandler)
	return newCache(t, silent, newLocal(t), newRedis(t, addr)), newCache(t, silent, newLocal(t), newRedis(t, addr))
}

// settle brings two processes into step.
func settle(t *testing.T, a, b *Cache) {
	t.Helper()
	for range 4 {
		if err := errors.Join(a.Sync(t.Context()), b.Sync(t.Context())); err != nil {
			t.Log(err)
		}
	}
}

// A document that Redis has lost, or has otherwise than it was stored, is handed
// on again by a process that has it.
func TestCacheMendsRedis(t *testing.T) {
	for name, damage := range map[string]func(server *redistest.Server, key string){
		"lost":    func(server *redistest.Server, key string) { server.Do("DEL", key) },
		"damaged": func(server *redistest.Server, key string) { server.Do("SET", key, "damaged") },
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			a, b := pair(t, server.Addr())
			e := storetest.Print(0, "one")
			if err := a.Publish(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			d, _ := e.Document("/rss.xml")
			damage(server, documentKey("xt", d.Hash()))
			if err := b.Sync(t.Context()); err == nil {
				t.Error("an edition that is not whole was followed")
			}
			settle(t, a, b)
			wantCurrent(t, b, e)
		})
	}
}

// Two processes were apart, or one of them was on a Redis that was emptied: both end
// with the later edition, of one watermark with that of the higher digest, and neither
// goes back.
func TestCacheApart(t *testing.T) {
	first, second := storetest.Print(5, "one"), storetest.Print(5, "two")
	if first.Digest() > second.Digest() {
		first, second = second, first
	}
	for _, tt := range []struct {
		name       string
		a, b, want *edition.Edition
	}{
		{"the later one in Redis", storetest.Print(6, "later"), first, storetest.Print(6, "later")},
		{"the later one elsewhere", first, storetest.Print(6, "later"), storetest.Print(6, "later")},
		{"amended elsewhere", first, first.Succeeding(), first.Succeeding()},
		{"of one watermark", first, second, second},
		{"of one watermark, the other way round", second, first, second},
		{"the same", first, first, first},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := redistest.Start(t)
			a, b := pair(t, server.Addr())
			if err := a.Publish(t.Context(), tt.a); err != nil {
				t.Fatal(err)
			}
			b.away.Store(true)
			if err := b.Publish(t.Context(), tt.b.Published()); err != nil {
				t.Fatal(err)
			}
			for range 4 {
				for _, c := range []*Cache{b, a} {
					before, _ := c.Current("xt")
					if err := c.Sync(t.Context()); err != nil {
						t.Log(err)
					}
					if after, _ := c.Current("xt"); store.VersionOf(before).Later(store.VersionOf(after)) {
						t.Errorf("%s came after %s", after.Watermark(), before.Watermark())
					}
				}
			}
			for _, c := range []*Cache{a, b, newCache(t, slog.New(slog.DiscardHandler), a.files, nil), newCache(t, slog.New(slog.DiscardHandler), b.files, nil)} {
				wantCurrent(t, c, tt.want)
			}
			c := a
			c.swap(c.desks["xt"], storetest.Print(1, "older")) // whatever a store says
			wantCurrent(t, c, tt.want)
		})
	}
}
