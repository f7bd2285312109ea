package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/redistest"
)

// unreadable returns which documents of an edition can't be read, contents with a
// word before.
func unreadable(e *edition.Edition) (paths []string) {
	for path, d := range e.All() {
		if _, err := d.Body(); err != nil {
			paths = append(paths, path)
		}
	}
	for path, d := range e.AllContents() {
		if _, err := d.Body(); err != nil {
			paths = append(paths, "contents "+path)
		}
	}
	return paths
}

// paper returns an edition of a feed and a month.
func paper(at time.Time) *edition.Edition {
	listing := storetest.Listing("xt", at, "art-1", "art-2")
	documents := maps.Collect(listing.All())
	documents["/rss.xml"] = edition.NewDocument("application/rss+xml", []byte("<rss>art-1 art-2</rss>"), at)
	return edition.New("xt", at, "build", documents).WithContents(maps.Collect(listing.AllContents()))
}

func current(t *testing.T, c *Cache) *edition.Edition {
	t.Helper()
	e, ok := c.Current("xt")
	if !ok {
		t.Fatal("no edition")
	}
	return e
}

// rebuilt gives lost documents the bytes that a build would make.
func rebuilt(t *testing.T, e, of *edition.Edition) {
	t.Helper()
	for path, d := range e.Lost() {
		was, ok := of.Document(path)
		if !ok || was.Hash() != d.Hash() {
			was, _ = of.Contents(path)
		}
		body := doctest.Body(t, was)
		render := func(time.Time) ([]byte, error) { return body, nil }
		if _, err := (edition.Revision{MediaType: d.MediaType(), Render: render, Items: d.Items(), Headers: d.Headers()}).Revise(d); err != nil {
			t.Fatal(err)
		}
		if !d.Restored() { // one that was joined
			edition.Revision{Items: d.Items(), Headers: d.Headers()}.ReviseContent(edition.NewContents(body), d)
		}
	}
}

// TestRestartReadsManifests holds that a start reads no document, and each when it is
// asked for, once.
func TestRestartReadsManifests(t *testing.T) {
	files := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	for i := range 3 {
		if err := c.Publish(t.Context(), paper(storetest.Noon.Add(time.Duration(i)*time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	want := current(t, c)
	objects, err := filepath.Glob(path(files, "xt", "*.doc"))
	if err != nil || len(objects) == 0 {
		t.Fatal(objects, err)
	}
	hidden := path(files, "xt", "hidden")
	if err := os.Mkdir(hidden, 0o700); err != nil {
		t.Fatal(err)
	}
	move := func(from, to string) {
		for _, name := range objects {
			if err := os.Rename(filepath.Join(from, filepath.Base(name)), filepath.Join(to, filepath.Base(name))); err != nil {
				t.Fatal(err)
			}
		}
	}
	folder := filepath.Dir(hidden)
	move(folder, hidden)
	again := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	e := current(t, again)
	if !e.Equal(want) || again.desks["xt"].rest.TakeLost() {
		t.Error("another edition, or something was read")
	}
	move(hidden, folder)
	if paths := unreadable(e); len(paths) > 0 {
		t.Errorf("not readable: %q", paths)
	}
	move(folder, hidden)
	if paths := unreadable(e); len(paths) > 0 {
		t.Errorf("read again: %q", paths)
	}
}

// TestDamagedObject holds for each kind of object that its damage costs that document
// alone, is said once, and is over once the document has been built again, without
// another edition; with Redis without a build.
func TestDamagedObject(t *testing.T) {
	for _, shared := range []bool{false, true} {
		for _, what := range []string{"/rss.xml", "/sitemaps/2026-03.xml", "contents /sitemaps/2026-03.xml"} {
			t.Run(fmt.Sprintf("%s, redis %t", what, shared), func(t *testing.T) {
				files := newLocal(t)
				server := redistest.Start(t)
				var log strings.Builder
				open := func() *Cache {
					logger := slog.New(slog.NewTextHandler(&log, nil))
					if !shared {
						return newCache(t, logger, files, nil)
					}
					return newCache(t, logger, files, newRedis(t, server.Addr()))
				}
				c := open()
				whole := paper(storetest.Noon)
				if err := c.Publish(t.Context(), whole); err != nil {
					t.Fatal(err)
				}
				c = open()
				if err := c.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
				e := current(t, c)
				name, contents := strings.CutPrefix(what, "contents ")
				d, ok := e.Document(name)
				if contents {
					d, ok = e.Contents(name)
				}
				if !ok {
					t.Fatalf("no %s", what)
				}
				truncate(t, path(files, "xt", objectName(d.Hash())))
				if paths := unreadable(e); len(paths) != 1 || paths[0] != what {
					t.Fatalf("not readable: %q", paths)
				}
				for range 2 {
					if err := c.Sync(t.Context()); errors.Is(err, edition.ErrDamaged) == shared {
						t.Errorf("Sync: %v", err)
					}
				}
				if !shared {
					if paths := unreadable(current(t, c)); len(paths) != 1 || len(c.Conditions()) != 1 || strings.Count(log.String(), localDamaged.Began) != 1 {
						t.Errorf("not readable: %q; %v\n%s", paths, c.Conditions(), &log)
					}
					rebuilt(t, e, whole)
					if paths := unreadable(e); len(paths) > 0 {
						t.Errorf("built again, not readable: %q", paths)
					}
				}
				if err := c.Sync(t.Context()); err != nil || d.Lost() || len(c.Conditions()) > 0 {
					t.Errorf("not mended: %v, %v", err, c.Conditions())
				}
				if now := current(t, c); !now.Watermark().Equal(e.Watermark()) || len(unreadable(now)) > 0 {
					t.Errorf("edition of %v", now.Watermark())
				}
				if paths := unreadable(current(t, open())); len(paths) > 0 {
					t.Errorf("after a restart not readable: %q", paths)
				}
			})
		}
	}
}

// TestFolderRemoved holds that a process whose local copy is removed serves what it has
// in memory, and has the copy whole again once the rest has been built.
func TestFolderRemoved(t *testing.T) {
	files := newLocal(t)
	whole := paper(storetest.Noon)
	if err := newCache(t, slog.New(slog.DiscardHandler), files, nil).Publish(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	c := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	e := current(t, c)
	feed, _ := e.Document("/rss.xml")
	doctest.Body(t, feed)
	if err := os.RemoveAll(files.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := c.Sync(t.Context()); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("Sync: %v", err)
	}
	doctest.Body(t, feed)
	if paths := unreadable(e); len(paths) == 0 || c.conditions.Has(localUnwritable) {
		t.Errorf("not readable: %q; %v", paths, c.Conditions())
	}
	rebuilt(t, e, whole)
	for range 2 {
		if err := c.Sync(t.Context()); err != nil && !errors.Is(err, edition.ErrDamaged) {
			t.Fatal(err)
		}
	}
	if paths := unreadable(e); len(paths) > 0 || len(c.Conditions()) > 0 {
		t.Errorf("not readable: %q; %v", paths, c.Conditions())
	}
	again := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	if paths := unreadable(current(t, again)); len(paths) > 0 || !current(t, again).Equal(whole) {
		t.Errorf("after a restart not readable: %q", paths)
	}
}

// TestManifestMended holds that a manifest that is damaged or removed under the
// process is written again: the next start must have what is served now.
func TestManifestMended(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"damaged": func(file string) error { return writeFile(file, []byte("{")) },
		"empty":   func(file string) error { return writeFile(file, nil) },
		"removed": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			files := newLocal(t)
			c := newCache(t, slog.New(slog.DiscardHandler), files, nil)
			whole := paper(storetest.Noon)
			if err := c.Publish(t.Context(), whole); err != nil {
				t.Fatal(err)
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			found, err := filepath.Glob(filepath.Join(files.Dir(), "xt", "2*Z.json"))
			if err != nil || len(found) != 1 {
				t.Fatalf("manifests %q, %v", found, err)
			}
			if err := spoil(found[0]); err != nil {
				t.Fatal(err)
			}
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			again := newCache(t, slog.New(slog.DiscardHandler), files, nil)
			if e := current(t, again); !e.Equal(whole) || !e.Watermark().Equal(current(t, c).Watermark()) {
				t.Errorf("after a restart the edition of %s", e.Watermark())
			}
		})
	}
}

// TestUnwritableKeepsBodies holds that documents that can't be written stay in memory,
// and leave it when they have been.
func TestUnwritableKeepsBodies(t *testing.T) {
	files := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	lose(t, files)
	whole := paper(storetest.Noon)
	if err := c.Publish(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	d, _ := current(t, c).Document("/sitemaps/2026-03.xml")
	if paths := unreadable(current(t, c)); len(paths) > 0 {
		t.Errorf("not readable: %q", paths)
	}
	if used := c.ring.Used(); used != 0 {
		t.Errorf("%d bytes may leave memory", used)
	}
	if err := os.Remove(files.Dir()); err != nil {
		t.Fatal(err)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if used := c.ring.Used(); used == 0 {
		t.Error("nothing may leave memory")
	}
	doctest.Body(t, d)
}

// stalled is a disk that does not answer when a document is read.
type stalled struct {
	*disk.Store
	hangs   atomic.Bool
	waiting atomic.Int64
	back    chan struct{}
}

func (s *stalled) ReadObject(station string, hash edition.Hash) ([]byte, error) {
	if s.hangs.Load() {
		s.waiting.Add(1)
		<-s.back
		s.waiting.Add(-1)
	}
	return s.Store.ReadObject(station, hash)
}

// TestStalledDisk holds that a disk that does not answer costs a request a second, and
// then none, that few calls wait for it whatever is asked, that what is in memory is
// served, and that all is as before when the disk is back.
func TestStalledDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := newLocal(t)
		whole := paper(storetest.Noon)
		if err := newCache(t, slog.New(slog.DiscardHandler), files, nil).Publish(t.Context(), whole); err != nil {
			t.Fatal(err)
		}
		c := newCache(t, slog.New(slog.DiscardHandler), files, nil)
		hung := &stalled{Store: files, back: make(chan struct{})}
		c.local.files = hung
		c.local.patience.Store(int64(diskPatience))
		e := current(t, c)
		feed, _ := e.Document("/rss.xml")
		doctest.Body(t, feed)
		hung.hangs.Store(true)
		month, _ := e.Document("/sitemaps/2026-03.xml")
		started := time.Now()
		var requests sync.WaitGroup
		for range 200 {
			requests.Go(func() {
				if _, err := month.Body(); !errors.Is(err, errLate) {
					t.Errorf("Body: %v", err)
				}
			})
		}
		requests.Wait()
		if took := time.Since(started); took > 2*diskPatience {
			t.Errorf("requests took %v", took)
		}
		if n := hung.waiting.Load(); n == 0 || n > readers {
			t.Errorf("%d calls wait for the disk", n)
		}
		started = time.Now()
		if _, err := month.Body(); !errors.Is(err, errLate) || time.Since(started) > 0 {
			t.Errorf("Body: %v after %v", err, time.Since(started))
		}
		doctest.Body(t, feed)
		if month.Lost() {
			t.Error("it is taken for lost")
		}
		hung.hangs.Store(false)
		close(hung.back)
		synctest.Wait()
		doctest.Body(t, month)
	})
}

// TestFollowerWritesWhatItFetches holds that what comes from Redis is at rest at once,
// and stays in memory where it can't be.
func TestFollowerWritesWhatItFetches(t *testing.T) {
	server := redistest.Start(t)
	whole := paper(storetest.Noon)
	if err := newRedis(t, server.Addr()).Publish(context.WithoutCancel(t.Context()), whole); err != nil {
		t.Fatal(err)
	}
	for _, writable := range []bool{true, false} {
		files := newLocal(t)
		c := newCache(t, slog.New(slog.DiscardHandler), files, newRedis(t, server.Addr()))
		if !writable {
			lose(t, files)
		}
		e, err := c.redis.Fetch(t.Context(), "xt", nil)
		if err != nil || !e.Equal(whole) {
			t.Fatal(err)
		}
		objects, _ := filepath.Glob(path(files, "xt", "*.doc"))
		if (len(objects) > 0) != writable || (c.ring.Used() > 0) != writable {
			t.Errorf("writable %t: %d objects, %d bytes in the ring", writable, len(objects), c.ring.Used())
		}
		if paths := unreadable(e); len(paths) > 0 {
			t.Errorf("not readable: %q", paths)
		}
	}
}

// TestPinnedDamaged holds that the current edition is served while the pinned one, which
// nobody builds again, has damaged documents.
func TestPinnedDamaged(t *testing.T) {
	files := newLocal(t)
	c := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	printed(t, c, 3)
	if err := c.Pin(t.Context(), "xt", storetest.At(2)); err != nil {
		t.Fatal(err)
	}
	again := newCache(t, slog.New(slog.DiscardHandler), files, nil)
	wantServed(t, again, storetest.Text(2))
	pinned, _ := again.Served("xt")
	d, _ := pinned.Document("/rss.xml")
	name := path(files, "xt", objectName(d.Hash()))
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	truncate(t, name)
	if _, err := d.Body(); !errors.Is(err, edition.ErrDamaged) {
		t.Fatal(err)
	}
	for range 2 {
		if err := again.Sync(t.Context()); !errors.Is(err, edition.ErrDamaged) {
			t.Errorf("Sync: %v", err)
		}
		wantServed(t, again, storetest.Text(3))
	}
	if err := writeFile(name, good); err != nil {
		t.Fatal(err)
	}
	doctest.Body(t, d)
	if err := again.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	wantServed(t, again, storetest.Text(2))
}
