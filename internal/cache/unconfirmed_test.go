package cache

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

func editionOf(station string) *edition.Edition {
	documents := map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte("text"), storetest.Noon)}
	return edition.New(station, storetest.Noon, "build", documents)
}

// withDamage returns a local copy with three editions, the second pinned, whose
// take-downs are damaged.
func withDamage(t *testing.T, damage func(name string) error) *disk.Store {
	t.Helper()
	local := newLocal(t)
	c := newAmended(t, local, nil)
	printed(t, c, 3)
	if err := errors.Join(c.Pin(t.Context(), "xt", storetest.At(2)), c.Retract(t.Context(), held("art-1"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{retractedName, retractedName + twinSuffix} {
		if err := damage(filepath.Join(local.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := disk.Open(local.Dir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func empty(name string) error { return os.Truncate(name, 0) }

func wantNothing(t *testing.T, c *Cache) {
	t.Helper()
	if e, ok := c.Served("xt"); ok {
		t.Errorf("edition of %s is served", e.Watermark())
	}
}

// Where nobody knows what was taken down, what the local copy has is not served
// before a build.
func TestUnknownRetractionsServeNothing(t *testing.T) {
	for name, damage := range map[string]func(name string) error{
		"of no length": empty,
		"overwritten":  func(name string) error { return writeFile(name, []byte("{")) },
		"folders": func(name string) error {
			return errors.Join(os.Remove(name), os.Mkdir(name, 0o755))
		},
	} {
		t.Run(name, func(t *testing.T) {
			local := withDamage(t, damage)
			var log bytes.Buffer
			c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"xt"}, local, nil, redact)
			if err != nil {
				t.Fatal(err)
			}
			wantNothing(t, c)
			if n := strings.Count(log.String(), "retractions of the local copy not read"); n != 1 {
				t.Errorf("said %d times:\n%s", n, &log)
			}
			if where := c.Stored(t.Context()); where != local.Dir() {
				t.Errorf("Stored = %q; want %q: there are editions", where, local.Dir())
			}
			for range 3 {
				_ = c.Sync(t.Context())
				wantNothing(t, c)
			}
			// Neither does the next process, whatever that one has written, nor for
			// a take-down.
			if name != "overwritten" {
				if err := c.Retract(t.Context(), held("art-2")); (err != nil) != (name == "folders") {
					t.Errorf("Retract: %v", err)
				}
			}
			again, err := disk.Open(local.Dir(), store.Keep{})
			if err != nil {
				t.Fatal(err)
			}
			wantNothing(t, newAmended(t, again, nil))

			// A build, also of the same articles, is served, and so is the pin again.
			if err := c.Publish(t.Context(), storetest.Text(3)); err != nil {
				t.Fatal(err)
			}
			if e, ok := c.Current("xt"); !ok || !e.Equal(storetest.Text(3)) {
				t.Errorf("current: %v %v", e, ok)
			}
			_ = c.Sync(t.Context())
			wantServed(t, c, storetest.Text(2))
			if name == "folders" {
				return
			}
			if again, err = disk.Open(local.Dir(), store.Keep{}); err != nil {
				t.Fatal(err)
			}
			wantServed(t, newAmended(t, again, nil), storetest.Text(2))
		})
	}
}

// With the switch it is served at once.
func TestUnknownRetractionsTrusted(t *testing.T) {
	wantServed(t, newAmended(t, withDamage(t, empty).Trusting(), nil), storetest.Text(2))

	// Also by the process after one without it.
	local := withDamage(t, empty)
	wantNothing(t, newAmended(t, local, nil))
	again, err := disk.Open(local.Dir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	c := newAmended(t, again.Trusting(), nil)
	wantServed(t, c, storetest.Text(2))
	if err := c.Publish(t.Context(), storetest.Text(4)); err != nil {
		t.Fatal(err)
	}
	if again, err = disk.Open(local.Dir(), store.Keep{}); err != nil {
		t.Fatal(err)
	}
	wantCurrent(t, newAmended(t, again, nil), storetest.Text(4))
}

// What Redis has is served: it has the take-downs too.
func TestUnknownRetractionsConfirmedByRedis(t *testing.T) {
	server := redistest.Start(t)
	publisher := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	if err := errors.Join(publisher.Publish(t.Context(), storetest.Print(9, "art-1 art-2")), publisher.Retract(t.Context(), held("art-1"))); err != nil {
		t.Fatal(err)
	}
	local := withDamage(t, empty)
	c := newAmended(t, local, newRedis(t, server.Addr()))
	wantNothing(t, c)
	for range 2 {
		_ = c.Sync(t.Context())
	}
	if _, ok := c.Retractions()["art-1"]; !ok || shows(t, c, "art-1") || !shows(t, c, "art-2") {
		t.Error("not as Redis has it")
	}
	server.Kill()
	again, err := disk.Open(local.Dir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	if c = newAmended(t, again, nil); shows(t, c, "art-1") {
		t.Error("art-1 is served after a restart")
	}
}

// A process that runs, and knows what was taken down, serves on, beside one that
// does not know it.
func TestUnknownRetractionsKnownByAnother(t *testing.T) {
	local := newLocal(t)
	serving := newAmended(t, local, nil)
	if err := errors.Join(serving.Publish(t.Context(), storetest.Print(0, "art-1 art-2")), serving.Retract(t.Context(), held("art-1"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{retractedName, retractedName + twinSuffix} {
		if err := empty(filepath.Join(local.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	beside, err := disk.Open(local.Dir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	wantNothing(t, newAmended(t, beside, nil))
	for range 2 {
		_ = serving.Sync(t.Context())
	}
	if again := newAmended(t, local, nil); len(again.Retractions()) != 1 || shows(t, again, "art-1") {
		t.Errorf("left are %v", again.Retractions())
	}
}

// Processes of different settings on one folder say so; of the same do not, nor
// where Redis keeps them apart.
func TestShare(t *testing.T) {
	local := newLocal(t)
	join := func(settings string, redis *redis.Store) (c *Cache, log *bytes.Buffer, leave func()) {
		t.Helper()
		log = new(bytes.Buffer)
		c, err := Open(t.Context(), slog.New(slog.NewTextHandler(log, nil)), []string{"xt"}, local, redis, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c, log, c.Share(context.WithoutCancel(t.Context()), settings)
	}
	want := func(c *Cache, log *bytes.Buffer, told bool) {
		t.Helper()
		if got := strings.Count(log.String(), "another configuration"); got > 1 || (got == 1) != told || (len(c.Conditions()) == 1) != told {
			t.Errorf("told %t; want %t: %v\n%s", got == 1, told, c.Conditions(), log)
		}
	}
	c, log, leaveFirst := join("one", nil)
	want(c, log, false)
	c, log, leave := join("one", nil)
	want(c, log, false)
	leave()
	c, log, leave = join("another", nil)
	want(c, log, true)
	leave()
	c, log, leave = join("another", newRedis(t, redistest.Start(t).Addr()))
	want(c, log, false)
	leave()
	leaveFirst()
	c, log, leave = join("another", nil)
	want(c, log, false)
	leave()
}
