package cache

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// hung is a local copy on a disk that answers nothing while it is frozen, as one
// behind fsfreeze or a network file system that has lost its server.
type hung struct {
	*disk.Store
	frozen chan struct{} // closed: it answers
}

func (h *hung) Heads(ctx context.Context, stations []string) ([]store.Head, error) {
	<-h.frozen
	return h.Store.Heads(ctx, stations)
}

func (h *hung) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	<-h.frozen
	return h.Store.Fetch(ctx, station, known)
}

func (h *hung) Publish(ctx context.Context, e *edition.Edition) error {
	<-h.frozen
	return h.Store.Publish(ctx, e)
}

func (h *hung) Kept(ctx context.Context, station string) ([]edition.Manifest, error) {
	<-h.frozen
	return h.Store.Kept(ctx, station)
}

func (h *hung) FetchKept(ctx context.Context, station string, watermark time.Time, known *edition.Edition) (*edition.Edition, error) {
	<-h.frozen
	return h.Store.FetchKept(ctx, station, watermark, known)
}

func (h *hung) OpenKept(m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	<-h.frozen
	return h.Store.OpenKept(m, known)
}

func (h *hung) Pinned(ctx context.Context, station string, known *edition.Edition) (store.Pin, *edition.Edition, error) {
	<-h.frozen
	return h.Store.Pinned(ctx, station, known)
}

func (h *hung) Collect(ctx context.Context, station string) (int64, error) {
	<-h.frozen
	return h.Store.Collect(ctx, station)
}

func (h *hung) Pin(ctx context.Context, station string, pin store.Pin, e *edition.Edition) error {
	<-h.frozen
	return h.Store.Pin(ctx, station, pin, e)
}

func (h *hung) AddRetracted(ctx context.Context, more edition.Retractions) error {
	<-h.frozen
	return h.Store.AddRetracted(ctx, more)
}

func (h *hung) LookRetracted(before disk.Copies, missed bool) (disk.Retracted, error) {
	<-h.frozen
	return h.Store.LookRetracted(before, missed)
}

// freeze has the disk of a cache answer nothing, and that cache wait for it no
// longer than patience, until thaw.
func freeze(c *Cache, patience time.Duration) (thaw func()) {
	frozen := make(chan struct{})
	c.local.files = &hung{c.files, frozen}
	c.local.patience.Store(int64(patience))
	return func() {
		close(frozen)
		c.local.patience.Store(int64(time.Minute))
	}
}

// A frozen disk holds up neither a take-down, also not one that comes while an
// edition waits for the disk, nor a new edition; and what it has missed is
// written when it is back.
func TestDiskHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newAmended(t, newLocal(t), nil)
		for number, text := range []string{"art-1 art-2", "art-1 art-2 art-3"} {
			if err := c.Publish(t.Context(), storetest.Print(number, text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Pin(t.Context(), "xt", storetest.At(1)); err != nil {
			t.Fatal(err)
		}
		thaw := freeze(c, diskPatience)
		started := time.Now()
		published, retracted := make(chan error, 1), make(chan error, 1)
		go func() { published <- c.Publish(t.Context(), storetest.Print(5, "art-1 art-2 art-4")) }()
		synctest.Wait()
		go func() { retracted <- c.Retract(t.Context(), held("art-1")) }()
		synctest.Wait()
		if shows(t, c, "art-1") || time.Since(started) > 0 {
			t.Errorf("art-1 is served after %s: %t", time.Since(started), shows(t, c, "art-1"))
		}
		if err := <-published; err != nil {
			t.Error(err)
		}
		if err := <-retracted; !errors.Is(err, edition.ErrUnsent) {
			t.Errorf("Retract: %v; want ErrUnsent", err)
		}
		if e, _ := c.Current("xt"); shows(t, c, "art-1") || e.Watermark().Before(storetest.At(5)) || !shows(t, c, "art-4") {
			t.Errorf("edition of %s is current; art-1: %t, art-4: %t", e.Watermark(), shows(t, c, "art-1"), shows(t, c, "art-4"))
		}
		for minute := range 20 {
			if err := c.Publish(t.Context(), storetest.Print(minute+10, "art-1 art-5")); err != nil {
				t.Fatal(err)
			}
			if err := c.Sync(t.Context()); !errors.Is(err, errLate) {
				t.Errorf("Sync: %v; want errLate", err)
			}
			if shows(t, c, "art-1") || !shows(t, c, "art-5") {
				t.Error("not served")
			}
		}
		if took := time.Since(started); took > 3*diskPatience {
			t.Errorf("all that took %s", took)
		}
		if ids := c.Unsent(); !slices.Equal(ids, []string{"art-1"}) {
			t.Errorf("unsent: %q", ids)
		}
		thaw()
		synctest.Wait()
		for range 2 {
			if err := c.Sync(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if ids := c.Unsent(); len(ids) > 0 {
			t.Errorf("still unsent: %q", ids)
		}
		wantStored(t, c)
	})
}

// wantStored holds that a restart finds what is served, and what is retracted.
func wantStored(t *testing.T, c *Cache) {
	t.Helper()
	again := newAmended(t, c.files, nil)
	for name, get := range map[string]func(*Cache) (*edition.Edition, bool){
		"current": func(c *Cache) (*edition.Edition, bool) { return c.Current("xt") },
		"served":  func(c *Cache) (*edition.Edition, bool) { return c.Served("xt") },
	} {
		want, _ := get(c)
		if got, ok := get(again); !ok || store.VersionOf(got) != store.VersionOf(want) || !got.Equal(want) {
			t.Errorf("%s after a restart: %v; want edition of %s", name, got, want.Watermark())
		}
	}
	if len(again.Retractions()) != len(c.Retractions()) {
		t.Errorf("retracted after a restart: %v", again.Retractions())
	}
}

// With Redis everything else goes on as ever while the disk is frozen: what others
// publish, pin and retract is followed, and they follow what this process does.
func TestDiskHangsWithRedis(t *testing.T) {
	server := redistest.Start(t)
	c := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	other := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	printed(t, c, 2)
	settle(t, c, other)
	thaw := freeze(c, time.Millisecond)
	if err := other.Publish(t.Context(), storetest.Print(3, "art-1 art-2 art-3")); err != nil {
		t.Fatal(err)
	}
	settle(t, c, other)
	if !shows(t, c, "art-3") {
		t.Error("an edition is not followed")
	}
	if err := c.Retract(t.Context(), held("art-1")); err != nil {
		t.Errorf("Retract: %v", err)
	}
	settle(t, c, other)
	if shows(t, c, "art-1") || shows(t, other, "art-1") {
		t.Error("art-1 is served")
	}
	if err := other.Retract(t.Context(), held("art-2")); err != nil {
		t.Fatal(err)
	}
	settle(t, c, other)
	if shows(t, c, "art-2") {
		t.Error("art-2 is served")
	}
	if err := c.Publish(t.Context(), storetest.Print(9, "art-1 art-9")); err != nil {
		t.Fatal(err)
	}
	settle(t, c, other)
	if !shows(t, other, "art-9") {
		t.Error("not published")
	}
	if err := c.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
		t.Error(err)
	}
	settle(t, c, other)
	wantServed(t, c, storetest.Text(2))
	wantServed(t, other, storetest.Text(2))
	thaw()
	c.local.wait()
	settle(t, c, other)
	wantStored(t, c)
}

// What others publish while Redis is being asked is followed at once, whatever the disk does:
// a process that waits for its own retractions each time would stay behind a busy station.
func TestDiskHangsAndOthersAreQuicker(t *testing.T) {
	server := redistest.Start(t)
	c := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	other := newAmended(t, newLocal(t), newRedis(t, server.Addr()))
	printed(t, c, 1)
	settle(t, c, other)
	defer freeze(c, time.Millisecond)()
	if err := other.Retract(t.Context(), held("art-1")); err != nil {
		t.Fatal(err)
	}
	if err := other.Publish(t.Context(), storetest.Print(9, "art-1 art-9")); err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(t.Context(), storetest.Print(5, "art-1 art-5")); !errors.Is(err, edition.ErrStale) {
		t.Errorf("Publish: %v; want ErrStale", err)
	}
	if !shows(t, c, "art-9") || shows(t, c, "art-1") {
		t.Errorf("art-9 is served: %t; art-1: %t", shows(t, c, "art-9"), shows(t, c, "art-1"))
	}
	if down := c.Retractions(); !down["art-1"].Down() {
		t.Errorf("retractions are %v", down)
	}
}

// A process that ends writes what its disk had not taken, and does not wait for
// one that stays frozen.
func TestDiskHangsAtClose(t *testing.T) {
	for name, back := range map[string]bool{"back": true, "frozen": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newAmended(t, newLocal(t), nil)
				printed(t, c, 1)
				thaw := freeze(c, diskPatience)
				_ = c.Retract(t.Context(), held("art-1"))
				if err := c.Publish(t.Context(), storetest.Print(2, "art-1 art-2")); err != nil {
					t.Fatal(err)
				}
				if back {
					thaw()
				}
				started := time.Now()
				c.Close()
				if took := time.Since(started); took > closeTime {
					t.Errorf("it took %s", took)
				}
				if !back {
					thaw()
					synctest.Wait()
					return
				}
				wantStored(t, c)
			})
		})
	}
}

// A disk that takes a little longer is no fault; one that stays away is logged
// once, and so is its return. Another process that does not let go of a lock is
// such a disk.
func TestDiskHangsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		local := newLocal(t)
		c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"xt"}, local, nil, redact)
		if err != nil {
			t.Fatal(err)
		}
		printed(t, c, 1)
		c.local.patience.Store(int64(diskPatience))
		follow := func(during time.Duration) {
			for until := time.Now().Add(during); time.Now().Before(until); time.Sleep(time.Second) {
				_ = c.Sync(t.Context())
			}
		}
		unlock := lock(t, local, "xt", lockName)
		started := time.Now()
		if err := c.Publish(t.Context(), storetest.Print(2, "art-2")); err != nil || time.Since(started) > diskPatience {
			t.Errorf("Publish: %v after %s", err, time.Since(started))
		}
		if !shows(t, c, "art-2") || strings.Contains(log.String(), "level=ERROR") {
			t.Errorf("not served, or told of already:\n%s", &log)
		}
		follow(diskStuck + lockTime)
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
			t.Errorf("%d errors:\n%s", n, &log)
		}
		unlock()
		follow(lockTime)
		if !strings.Contains(log.String(), "again") {
			t.Errorf("its end is not logged:\n%s", &log)
		}
		wantStored(t, c)
	})
}
