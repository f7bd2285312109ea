package cache

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	"feedstation/internal/testkit/redistest"
)

// The version before numbered its editions. What it left is in testdata: of xt four
// editions, in the last of which up-1 is taken down, and of cs two, the first of them
// pinned.

// formerFolder returns the local copy that the version before left.
func formerFolder(t *testing.T) (dir string) {
	t.Helper()
	file, err := os.Open("testdata/former.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for archive := tar.NewReader(unzipped); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return filepath.Join(dir, "cache")
		}
		if err == nil && entry.Typeflag == tar.TypeDir {
			err = os.MkdirAll(filepath.Join(dir, entry.Name), 0o755)
		} else if err == nil {
			var text []byte
			if text, err = io.ReadAll(archive); err == nil {
				err = os.WriteFile(filepath.Join(dir, entry.Name), text, 0o600)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// formerRedis returns a Redis with the keys that the version before left.
func formerRedis(t *testing.T) *redistest.Server {
	t.Helper()
	text, err := os.ReadFile("testdata/former.redis.json")
	if err != nil {
		t.Fatal(err)
	}
	var commands [][]string
	if err := json.Unmarshal(text, &commands); err != nil {
		t.Fatal(err)
	}
	server := redistest.Start(t)
	for _, command := range commands {
		var args []any
		for _, word := range command {
			text, err := base64.StdEncoding.DecodeString(word)
			if err != nil {
				t.Fatal(err)
			}
			args = append(args, string(text))
		}
		server.Do(args...)
	}
	return server
}

func openFormer(t *testing.T, dir string, shared *redis.Store) *Cache {
	t.Helper()
	files, err := disk.Open(dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt", "cs"}, files, shared, redact)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wantFormer holds that a cache serves what the version before served: without a gap,
// with its pin and its take-down, and to be built anew.
func wantFormer(t *testing.T, c *Cache) {
	t.Helper()
	xt, ok := c.Served("xt")
	if !ok || shows(t, c, "up-1") || !shows(t, c, "up-2") || xt.Build() != "" {
		t.Fatalf("xt serves %v", xt)
	}
	cs, ok := c.Served("cs")
	if _, current := c.Current("cs"); !ok || !current {
		t.Fatal("cs has no edition")
	}
	if feed, _ := cs.Document("/rss.xml"); feed == nil || feed.Items() != 1 {
		t.Errorf("cs serves another edition than the pinned one: %s", cs.Watermark())
	}
	if !c.Retractions()["up-1"].Down() {
		t.Error("the take-down is lost")
	}
	kept, err := c.Kept(t.Context(), "xt")
	if err != nil || len(kept) != 4 || !kept[0].Current || kept[3].Watermark.Year() != 2026 {
		t.Errorf("kept: %v, %v", kept, err)
	}
}

func TestUpgrade(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) (dir string, shared *redis.Store){
		"local copy": func(t *testing.T) (string, *redis.Store) { return formerFolder(t), nil },
		"redis":      func(t *testing.T) (string, *redis.Store) { return t.TempDir(), newRedis(t, formerRedis(t).Addr()) },
		"both":       func(t *testing.T) (string, *redis.Store) { return formerFolder(t), newRedis(t, formerRedis(t).Addr()) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, shared := open(t)
			c := openFormer(t, dir, shared)
			for range 3 {
				if err := c.Sync(t.Context()); err != nil {
					t.Error(err)
				}
				wantFormer(t, c)
			}
			c.collect(t.Context())
			again := openFormer(t, dir, shared)
			wantFormer(t, again)

			// An edition of before can be pinned, and shows nothing that was taken down.
			kept, err := again.Kept(t.Context(), "xt")
			if err != nil {
				t.Fatal(err)
			}
			if err := again.Pin(t.Context(), "xt", kept[1].Watermark); err != nil || shows(t, again, "up-1") || !shows(t, again, "up-2") {
				t.Errorf("pinned: %v", err)
			}
			if err := again.Unpin(t.Context(), "xt"); err != nil {
				t.Fatal(err)
			}

			// Then each is built anew.
			if err := c.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, station := range []string{"xt", "cs"} {
				before, _ := c.Current(station)
				documents := map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/xml", []byte("anew"), time.Now())}
				next := edition.New(station, time.Now(), "new", documents).Following(before)
				if err := c.Publish(t.Context(), next); err != nil {
					t.Fatal(err)
				}
				if _, err := os.Stat(filepath.Join(dir, station, "manifest.json")); !errors.Is(err, os.ErrNotExist) {
					t.Errorf("the version before finds %s, which is older: %v", "manifest.json", err)
				}
			}
			c = openFormer(t, dir, nil)
			if !shows(t, c, "anew") || !c.Retractions()["up-1"].Down() {
				t.Error("not served after a restart")
			}
		})
	}
}

// The version before is started again, publishes, and is replaced: what it has published
// is served. In Redis it finds the watermark as a number, and goes on above it.
func TestRollBack(t *testing.T) {
	dir := formerFolder(t)
	c := openFormer(t, dir, nil)
	before, _ := c.Current("xt")
	if err := c.Publish(t.Context(), before.Succeeding()); err != nil {
		t.Fatal(err)
	}
	for number, name := range map[int]string{5: "xt/5.json", 0: "xt/manifest.json"} {
		m := map[string]any{"station": "xt", "number": 5, "watermark": before.Watermark().Add(time.Hour)}
		if number > 0 {
			text, err := json.Marshal(before.Manifest())
			if err == nil {
				err = json.Unmarshal(text, &m)
			}
			if err != nil {
				t.Fatal(err)
			}
			m["number"], m["build"], m["watermark"] = number, "former", before.Watermark().Add(time.Hour)
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if number > 0 { // the order of the version before
			text = fmt.Appendf(nil, `{"format":4,%s`, text[1:])
		}
		if err := writeFile(filepath.Join(dir, name), fmt.Appendf(nil, `{"sha256":"%x","content":%s}`+"\n", sha256.Sum256(text), text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	for _, c := range []*Cache{c, openFormer(t, dir, nil)} {
		if e, _ := c.Current("xt"); !e.Watermark().Equal(before.Watermark().Add(time.Hour)) || e.Build() != "" || shows(t, c, "up-1") {
			t.Errorf("the edition of %s is served", e.Watermark())
		}
	}

	server := redistest.Start(t)
	shared := newRedis(t, server.Addr())
	if err := shared.Publish(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprint(before.Watermark().UnixMilli())
	for _, field := range []string{"number", "watermark"} {
		if got := server.Do("HGET", stationKey("xt", "m"), field); got != want {
			t.Errorf("%s is %v, want %s", field, got, want)
		}
	}
}

// The version before is started again and removes the documents that it does not
// name: then its own edition is served, whole, until it is built anew.
func TestRollBackCollects(t *testing.T) {
	dir := formerFolder(t)
	pointer, err := os.ReadFile(filepath.Join(dir, "xt", "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	c := openFormer(t, dir, nil)
	before, _ := c.Current("xt")
	added := edition.NewDocument("text/xml", []byte("anew"), time.Now())
	documents := maps.Collect(before.All())
	documents["/rss.xml"] = added
	next := edition.New("xt", time.Now(), "new", documents).WithContents(maps.Collect(before.AllContents())).Following(before)
	if err := c.Publish(t.Context(), next); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(writeFile(filepath.Join(dir, "xt", "manifest.json"), pointer), os.Remove(filepath.Join(dir, "xt", objectName(added.Hash())))); err != nil {
		t.Fatal(err)
	}
	c = openFormer(t, dir, nil)
	if e, _ := c.Current("xt"); !e.Watermark().Equal(before.Watermark()) || shows(t, c, "up-1") || !shows(t, c, "up-2") {
		t.Errorf("the edition of %s is served", e.Watermark())
	}
	if err := c.Publish(t.Context(), next.Following(before)); err != nil || !shows(t, openFormer(t, dir, nil), "anew") {
		t.Errorf("built anew: %v", err)
	}
}
