package cache

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

func wantServed(t *testing.T, c *Cache, e *edition.Edition) {
	t.Helper()
	got, ok := c.Served("xt")
	if !ok || !maps.Equal(bodies(got), bodies(e)) {
		t.Errorf("served = %v %v; want that of %s", ok, got, e.Watermark())
	}
}

// bodies returns the contents of an edition, without when they changed.
func bodies(e *edition.Edition) map[string]edition.Hash {
	hashes := map[string]edition.Hash{}
	for path, d := range e.All() {
		hashes[path] = d.Hash()
	}
	return hashes
}

// printed publishes as many editions, which are numbered from 1.
func printed(t *testing.T, c *Cache, count int) {
	t.Helper()
	for i := range count {
		if err := c.Publish(t.Context(), storetest.Text(i+1)); err != nil {
			t.Fatal(err)
		}
	}
}

// Of editions whose documents are the same, whose contents are not, one can be
// pinned: the newest, which knows most of what has been withdrawn.
func TestKeptOfOneIssue(t *testing.T) {
	local := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	printed(t, c, 2)
	current, _ := c.Current("xt")
	issued := current.Issued()
	contents := map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("1\n"), current.Watermark())}
	next := current.Succeeding().WithContents(contents)
	if err := c.Publish(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	kept, err := c.Kept(t.Context(), "xt")
	if err != nil || len(kept) != 2 || !kept[0].Current || !kept[0].Watermark.Equal(next.Watermark()) || !kept[0].Issued.Equal(issued) || !kept[1].Watermark.Equal(storetest.At(1)) {
		t.Fatalf("kept %+v, %v; want the current one as of %s, and the first", kept, err, issued)
	}
	again := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	if e, _ := again.Current("xt"); !e.Issued().Equal(issued) {
		t.Errorf("after a restart issued %s, want %s", e.Issued(), issued)
	}
	if err := c.Pin(t.Context(), "xt", current.Watermark()); err != nil {
		t.Fatal(err)
	}
	if kept, err = c.Kept(t.Context(), "xt"); err != nil || len(kept) != 2 || !kept[0].Pinned || !kept[0].Current {
		t.Errorf("pinned the same issue: %+v, %v", kept, err)
	}
}

func TestCachePin(t *testing.T) {
	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	printed(t, a, 3)
	settle(t, a, b)
	if err := a.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
		t.Fatal(err)
	}
	wantServed(t, a, storetest.Text(2))
	wantCurrent(t, a, storetest.Text(3))
	settle(t, a, b) // b has never had edition 2
	wantServed(t, b, storetest.Text(2))

	if err := b.Publish(t.Context(), storetest.Text(4)); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	for _, c := range []*Cache{a, b} {
		wantCurrent(t, c, storetest.Text(4))
		wantServed(t, c, storetest.Text(2))
	}
	kept, err := b.Kept(t.Context(), "xt")
	var got []string
	for _, one := range kept {
		got = append(got, fmt.Sprint(one.Issued.Sub(storetest.Noon), " ", one.Documents, one.Current, one.Pinned))
	}
	want := []string{"4m0s 3 true false", "3m0s 3 false false", "2m0s 3 false true", "1m0s 3 false false"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Kept: %v (-want +got):\n%s", err, diff)
	}

	server.Stop() // both know it without Redis, too
	again := newCache(t, slog.New(slog.DiscardHandler), b.files, nil)
	wantServed(t, again, storetest.Text(2))
	wantCurrent(t, again, storetest.Text(4))
	server.Cont()

	if err := b.Unpin(t.Context(), "xt"); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	wantServed(t, a, storetest.Text(4)) // which changed by that
	wantServed(t, b, storetest.Text(4))
}

func TestCachePinUnknown(t *testing.T) {
	c := newCache(t, slog.New(slog.DiscardHandler), newLocal(t), nil)
	if err := c.Pin(t.Context(), "xt", storetest.At(1)); !errors.Is(err, store.ErrNone) || err.Error() != "pin xt as of 2026-03-01 12:01:00 +0000 UTC: no edition" {
		t.Errorf("store.Pin: %v", err)
	}
	printed(t, c, 3)
	if err := c.Pin(t.Context(), "xt", storetest.At(9)); !errors.Is(err, store.ErrNone) {
		t.Errorf("store.Pin: %v", err)
	}
	wantServed(t, c, storetest.Text(3))
	for _, err := range []error{c.Pin(t.Context(), "yy", storetest.At(1)), c.Unpin(t.Context(), "yy")} {
		if !errors.Is(err, store.ErrNone) {
			t.Errorf("an unknown station: %v; want ErrNone", err)
		}
	}
}

// Another machine whose clock is ahead has pinned before.
func TestCachePinAfterTheFuture(t *testing.T) {
	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	printed(t, a, 3)
	ahead := store.Pin{Watermark: storetest.At(2), At: time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond)}
	if err := a.redis.Pin(t.Context(), "xt", ahead, storetest.Text(2)); err != nil {
		t.Fatal(err)
	}
	if err := a.Pin(t.Context(), "xt", storetest.At(1)); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	wantServed(t, a, storetest.Text(1))
	wantServed(t, b, storetest.Text(1))
}

// The current edition can be pinned: it stays while others are published.
func TestCachePinCurrent(t *testing.T) {
	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	printed(t, a, 2)
	if err := a.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
		t.Fatal(err)
	}
	for i := range 2 * store.DefaultKeep {
		if err := a.Publish(t.Context(), storetest.Text(i+3)); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, a, b)
	wantServed(t, a, storetest.Text(2))
	wantServed(t, b, storetest.Text(2))
	wantCurrent(t, b, storetest.Text(12))
}

// A pin is handed on to a Redis that was emptied, or that was away when it was
// made, and a pinned edition that Redis has lost is stored there again.
func TestCachePinMendsRedis(t *testing.T) {
	for name, lose := range map[string]func(t *testing.T, server *redistest.Server, a *Cache){
		"emptied": func(_ *testing.T, server *redistest.Server, _ *Cache) { server.Flush() },
		"away": func(t *testing.T, server *redistest.Server, a *Cache) {
			server.Kill()
			if err := a.Pin(t.Context(), "xt", storetest.At(1)); err != nil {
				t.Fatal(err)
			}
			server.Restart()
		},
		"without a document": func(t *testing.T, server *redistest.Server, _ *Cache) {
			d, _ := storetest.Text(2).Document("/rss.xml")
			server.Do("DEL", documentKey("xt", d.Hash()))
		},
		"without the edition": func(t *testing.T, server *redistest.Server, _ *Cache) { server.Do("DEL", stationKey("xt", "k")) },
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			a, b := pair(t, server.Addr())
			printed(t, a, 3)
			if err := a.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
				t.Fatal(err)
			}
			want := 2
			if name == "away" {
				want = 1
			}
			lose(t, server, a)
			for range 3 {
				settle(t, b, a)
			}
			wantServed(t, a, storetest.Text(want))
			wantServed(t, b, storetest.Text(want))
			wantCurrent(t, b, storetest.Text(3))
		})
	}
}

// A process that has the edition, though not pinned, stores it again at once.
func TestCachePinFromCopy(t *testing.T) {
	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	for i := range 3 {
		if err := a.Publish(t.Context(), storetest.Text(i+1)); err != nil {
			t.Fatal(err)
		}
		if err := b.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
		t.Fatal(err)
	}
	d, _ := storetest.Text(2).Document("/rss.xml")
	server.Do("DEL", documentKey("xt", d.Hash()))
	fresh := newCache(t, slog.New(slog.DiscardHandler), newLocal(t), newRedis(t, server.Addr()))
	for _, c := range []*Cache{b, fresh} {
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantServed(t, c, storetest.Text(2))
	}
}

// `feedstation pin` beside `feedstation serve`, with Redis away.
func TestCachePinThroughLocal(t *testing.T) {
	server := redistest.Start(t)
	local := newLocal(t)
	silent := slog.New(slog.DiscardHandler)
	serving := newCache(t, silent, local, newRedis(t, server.Addr()))
	printed(t, serving, 3)
	server.Kill()
	command := newCache(t, silent, local, newRedis(t, server.Addr()))
	if err := command.Pin(t.Context(), "xt", storetest.At(1)); err != nil {
		t.Fatal(err)
	}
	if err := serving.Sync(t.Context()); err == nil {
		t.Error("in step with a Redis that is not there")
	}
	wantServed(t, serving, storetest.Text(1))
	server.Restart()
	for range 3 {
		_ = serving.Sync(t.Context()) // the first connections may be the old ones
	}
	other := newCache(t, silent, newLocal(t), newRedis(t, server.Addr()))
	settle(t, serving, other)
	wantServed(t, other, storetest.Text(1))
}

// A pin that nobody can follow any more is said once, and the current edition is
// served.
func TestCachePinGone(t *testing.T) {
	local := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	printed(t, c, 3)
	if err := c.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
		t.Fatal(err)
	}
	for d := range storetest.Text(2).Objects() {
		if err := writeFile(path(local, "xt", objectName(d.Hash())), []byte("damaged")); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	again := newCache(t, slog.New(slog.NewTextHandler(&log, nil)), local, nil)
	for range 3 {
		if err := again.Sync(t.Context()); !errors.Is(err, edition.ErrDamaged) {
			t.Errorf("Sync: %v; want ErrDamaged", err)
		}
	}
	wantServed(t, again, storetest.Text(3))
	if n := strings.Count(log.String(), "pinned edition not used"); n != 1 {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	if n := strings.Count(log.String(), "station not in step"); n != 1 {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	if err := again.Unpin(t.Context(), "xt"); err != nil {
		t.Fatal(err)
	}
	if err := again.Sync(t.Context()); err != nil {
		t.Error(err)
	}
}

// dated returns an edition with a feed that is the same in all, and documents that
// changed hours ago.
func dated(number int, hours time.Duration) *edition.Edition {
	documents := map[string]*edition.Document{
		"/robots.txt": edition.NewDocument("text/plain", []byte("the same"), storetest.Noon),
		"/rss.xml":    edition.NewDocument("text/plain", fmt.Append(nil, "art-1 text ", number), storetest.Noon.Add(hours)),
	}
	if number == 1 {
		documents["/sitemaps/2025-01.xml"] = edition.NewDocument("text/xml", []byte("a month that has gone since"), storetest.Noon.Add(hours))
	}
	return edition.New("xt", storetest.Noon.Add(hours), "build", documents)
}

// modified returns when the documents of what is served changed.
func modified(t *testing.T, c *Cache) map[string]time.Time {
	t.Helper()
	e, ok := c.Served("xt")
	if !ok {
		t.Fatal("no edition")
	}
	times := map[string]time.Time{}
	for path, d := range e.All() {
		if want := d.Modified().Format("Mon, 02 Jan 2006 15:04:05 GMT"); d.LastModified()[0] != want {
			t.Errorf("%s: Last-Modified %s, modified %s", path, d.LastModified()[0], want)
		}
		times[path] = d.Modified()
	}
	return times
}

// Who pins to get rid of an edition does so for clients, too, that ask by date:
// whatever is served instead of something else has changed then, in every process
// and after a restart, and nothing is older than what was at its address before.
func TestPinnedIsModified(t *testing.T) {
	server := redistest.Start(t)
	a := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	b := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	for number, hours := range []time.Duration{-5 * time.Hour, -3 * time.Hour, -time.Hour} {
		if err := a.Publish(t.Context(), dated(number+1, hours)); err != nil {
			t.Fatal(err)
		}
	}
	settle(t, a, b)
	seen := modified(t, a) // the newest that a client has of an address
	served, _ := a.Served("xt")
	content := bodies(served)
	step := func(what string, want time.Time, do func() error) {
		t.Helper()
		if err := do(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		settle(t, a, b)
		e, _ := a.Served("xt")
		if ms := e.Watermark().Sub(want).Milliseconds(); ms < 0 || ms > 20 { // some have been amended
			t.Errorf("%s: edition of %s is served, want that of %s", what, e.Watermark(), want)
		}
		now := modified(t, a)
		last := served // before this step
		served = e
		for path, hash := range bodies(e) {
			at, before := now[path], seen[path]
			_, stayed := last.Document(path)
			switch {
			case at.Before(before):
				t.Errorf("%s: %s was modified at %s; it was served as of %s", what, path, at, before)
			case stayed && content[path] == hash && !at.Equal(before):
				t.Errorf("%s: %s is the same, and was modified at %s, not %s", what, path, at, before)
			case content[path] != hash && !at.After(before):
				t.Errorf("%s: %s is another, modified at %s; it was served as of %s", what, path, at, before)
			case content[path] != hash && time.Until(at) > 10*time.Second:
				t.Errorf("%s: %s was modified at %s", what, path, at)
			}
			seen[path], content[path] = at, hash
		}
		fresh := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
		settle(t, fresh, a)
		for name, c := range map[string]*Cache{"b": b, "a fresh one": fresh, "a again": newAmended(t, a.files, nil), "b again": newAmended(t, b.files, nil)} {
			if got := modified(t, c); !maps.Equal(got, now) {
				t.Errorf("%s: in %s modified at %v, want %v", what, name, got, now)
			}
		}
	}
	at := []time.Time{1: dated(1, -5*time.Hour).Watermark(), dated(2, -3*time.Hour).Watermark(), dated(3, -time.Hour).Watermark(), dated(4, -30*time.Minute).Watermark()}
	pin := func(number int) func() error {
		return func() error { return a.Pin(t.Context(), "xt", at[number]) }
	}
	step("pin", at[1], pin(1))
	step("pin another", at[2], func() error { return b.Pin(t.Context(), "xt", at[2]) })
	step("pin the current one", at[3], pin(3))
	step("publish behind it", at[3], func() error { return a.Publish(t.Context(), dated(4, -30*time.Minute)) })
	step("pin again", at[1], pin(1))
	step("back to the former current one", at[3], pin(3))
	step("retract", at[3], func() error { return b.Retract(t.Context(), held("art-1")) })
	step("lift", at[3], func() error {
		lifted := held("art-1")
		lifted.State = edition.Lifted
		return a.Retract(t.Context(), lifted)
	})
	step("unpin", at[4], func() error { return b.Unpin(t.Context(), "xt") })
	current, _ := a.Current("xt")
	next := time.Now()
	step("the next edition", next.Truncate(time.Millisecond), func() error {
		documents := maps.Collect(current.All())
		documents["/rss.xml"] = edition.NewDocument("text/plain", []byte("next"), seen["/rss.xml"].Add(time.Second))
		return a.Publish(t.Context(), edition.New("xt", next, "build", documents).Following(current))
	})
}
