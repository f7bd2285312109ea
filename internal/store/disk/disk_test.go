package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

func objectsIn(t *testing.T, l *Store) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(l.dir, "xt", "*"+objectSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestCollects(t *testing.T) {
	l := newStore(t)
	for i := range 2 * store.DefaultKeep {
		storetest.Publish(t, l, storetest.Print(i, fmt.Sprint("text ", i)))
	}
	if _, err := l.Collect(t.Context(), "xt"); err != nil {
		t.Fatal(err)
	}
	const each = 5 + 2 // documents, and lists of the archives of a feed
	if names := objectsIn(t, l); len(names) != (1+store.DefaultKeep)*each {
		t.Errorf("%d objects; want those of the current edition and the kept ones", len(names))
	}
	left, _ := filepath.Glob(filepath.Join(l.dir, "xt", "*.tmp-*"))
	if len(left) > 0 {
		t.Errorf("temporary files left: %q", left)
	}
}

func TestDamage(t *testing.T) {
	flip := func(t *testing.T, name string) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, damage := range map[string]func(*testing.T, *Store){
		"truncated manifest": func(t *testing.T, l *Store) {
			os.Truncate(l.path("xt", currentName), 10)
			os.Truncate(l.path("xt", manifestName(storetest.Noon.UnixMilli())), 10)
		},
		"flipped bit in a manifest": func(t *testing.T, l *Store) {
			flip(t, l.path("xt", currentName))
			flip(t, l.path("xt", manifestName(storetest.Noon.UnixMilli())))
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newStore(t)
			e := storetest.Publish(t, l, storetest.Print(0, "one"))
			damage(t, l)
			if _, err := l.Fetch(t.Context(), "xt", nil); !errors.Is(err, edition.ErrDamaged) {
				t.Fatalf("Fetch: %v; want ErrDamaged", err)
			}
			// The same edition again mends it.
			storetest.Publish(t, l, e)
			if _, err := l.Fetch(t.Context(), "xt", nil); err != nil {
				t.Errorf("after publishing again: %v", err)
			}
		})
	}
}

func TestOpenUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "cache"), store.Keep{}); err == nil || !strings.HasPrefix(err.Error(), "cache: ") {
		t.Errorf("err = %v", err)
	}
}

// Two processes may share the folder: whoever publishes or collects, one whole edition
// is there at any moment, and watermarks rise.
func TestShared(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	const each = 20
	for writer := range 2 {
		s, err := Open(dir, store.Keep{})
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for i := range each {
				e := storetest.Print(2*i+writer, fmt.Sprint(writer, " ", i))
				if err := s.Publish(t.Context(), e); err != nil && !errors.Is(err, edition.ErrStale) {
					t.Error(err)
				}
				if _, err := s.Collect(t.Context(), "xt"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	reader, err := Open(dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	var last store.Version
	for end := storetest.At(2*each - 1).UnixMilli(); last.Watermark < end && !t.Failed(); {
		heads, err := reader.Heads(t.Context(), []string{"xt"})
		if err != nil || last.Later(heads[0].Version) {
			t.Errorf("%v after %v, %v", heads, last, err)
		}
		last = heads[0].Version
	}
	wg.Wait()
	if _, err := reader.Fetch(t.Context(), "xt", nil); err != nil {
		t.Error(err)
	}
}

// Where the current edition is damaged, the one before is served.
func TestPrevious(t *testing.T) {
	l := newStore(t)
	first := storetest.Publish(t, l, storetest.Print(0, "one"))
	second := storetest.Publish(t, l, storetest.Print(1, "two"))
	if err := os.Remove(l.path("xt", manifestName(second.Watermark().UnixMilli()))); err != nil {
		t.Fatal(err)
	}
	got, err := l.Fetch(t.Context(), "xt", nil)
	if err != nil || !got.Equal(first) {
		t.Errorf("Fetch: %v; want the edition before", err)
	}
	storetest.Publish(t, l, second)
	if got, err = l.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(second) {
		t.Errorf("after publishing again: %v", err)
	}
}

// A kept edition is opened by its manifest, without a look at each of its documents: one
// that is lost costs itself, where to fetch the edition, to serve it, fails.
func TestOpenKept(t *testing.T) {
	l := newStore(t)
	first := storetest.Publish(t, l, storetest.Print(0, "one"))
	storetest.Publish(t, l, storetest.Print(1, "two"))
	kept, err := l.Kept(t.Context(), "xt")
	if err != nil || len(kept) != 2 {
		t.Fatalf("%d kept, %v", len(kept), err)
	}
	if e, err := l.OpenKept(kept[1], nil); err != nil || !e.Equal(first) {
		t.Errorf("OpenKept: %v", err)
	}
	if err := os.Remove(l.path("xt", objectName(kept[1].Documents["/rss.xml"].Hash))); err != nil {
		t.Fatal(err)
	}
	e, err := l.OpenKept(kept[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, damaged := range map[string]bool{"/rss.xml": true, "/sitemap.xml": false} {
		d, _ := e.Document(path)
		if _, err := d.Body(); errors.Is(err, edition.ErrDamaged) != damaged || (err != nil) != damaged {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := l.FetchKept(t.Context(), "xt", first.Watermark(), nil); !errors.Is(err, edition.ErrDamaged) {
		t.Errorf("FetchKept: %v; want ErrDamaged", err)
	}
}
