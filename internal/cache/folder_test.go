package cache

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/durable"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/storetest"
)

// One station's folder is another's, or a link: it is left alone and said, and
// the others go on.
func TestCacheStationFolderOfOthers(t *testing.T) {
	for name, lay := range map[string]func(t *testing.T, dir, outside string){
		"a site": func(t *testing.T, dir, _ string) { storetest.Plant(t, dir, "www/index.html", "www/1.json") },
		"a link": func(t *testing.T, dir, outside string) {
			if err := os.Symlink(outside, filepath.Join(dir, "www")); err != nil {
				t.Fatal(err)
			}
		},
		"a link to a station": func(t *testing.T, dir, _ string) {
			if err := os.Symlink("xt", filepath.Join(dir, "www")); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			outside := t.TempDir()
			storetest.Plant(t, outside, "shadow", "1.json")
			local := newLocal(t)
			storetest.Publish(t, local, storetest.Text(1))
			lay(t, local.Dir(), outside)
			before := storetest.Tree(t, filepath.Join(local.Dir(), "www")+"/")
			var log bytes.Buffer
			c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"www", "xt"}, local, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(log.String(), "local copy not used"); n != 1 || !strings.Contains(log.String(), "station=www") {
				t.Errorf("said %d times:\n%s", n, &log)
			}
			if err := c.Publish(t.Context(), editionOf("www")); err != nil {
				t.Error(err)
			}
			if err := c.Publish(t.Context(), storetest.Text(2)); err != nil {
				t.Fatal(err)
			}
			_ = c.Sync(t.Context())
			if e, ok := c.Served("www"); !ok || e.Len() == 0 {
				t.Error("www is not served from memory")
			}
			if all := c.Conditions(); len(all) != 2 || all[0].Station != "www" || all[1].Station != "www" {
				t.Errorf("conditions: %v", all)
			}
			wantCurrent(t, newCache(t, slog.New(slog.DiscardHandler), local, nil), storetest.Text(2))
			if after := storetest.Tree(t, filepath.Join(local.Dir(), "www")+"/"); name != "a link to a station" && !maps.Equal(before, after) {
				t.Errorf("left are %v of %v", after, before)
			}
			if left := storetest.Tree(t, outside); len(left) != 2 {
				t.Errorf("outside are %v", left)
			}
		})
	}
}

// A folder of the former version, which had no markers, is taken over.
func TestLocalAdoptsFormerVersion(t *testing.T) {
	local := newLocal(t)
	c := newAmended(t, local, nil)
	printed(t, c, 3)
	if err := errors.Join(c.Retract(t.Context(), held("art-1")), c.Pin(t.Context(), "xt", storetest.At(2))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{durable.Marker, "xt/" + durable.Marker} {
		if err := os.Remove(filepath.Join(local.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Plant(t, local.Dir(), ".probe-123", "retracted.json.tmp-1", "xt/"+strings.Repeat("a", 64)+".tmp-1")
	if err := errors.Join(os.Mkdir(filepath.Join(local.Dir(), "lost+found"), 0o700), os.Mkdir(filepath.Join(local.Dir(), "cs"), 0o755)); err != nil {
		t.Fatal(err)
	}
	again, err := disk.Open(local.Dir(), store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	c = newAmended(t, again, nil)
	wantServed(t, c, storetest.Text(2))
	if err := c.Publish(t.Context(), storetest.Text(4)); err != nil {
		t.Fatal(err)
	}
	files := storetest.Tree(t, local.Dir())
	for _, name := range []string{durable.Marker, "xt/" + durable.Marker} {
		if _, ok := files[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
}

// The folder is removed under the process: all of it is written anew, the
// take-downs too.
func TestLocalRemovedUnderProcess(t *testing.T) {
	for name, remove := range map[string]func(dir string) error{
		"the folder":        os.RemoveAll,
		"what is in it":     removeIn,
		"the take-downs":    func(dir string) error { return removeFiles(dir, retractedName, retractedName+twinSuffix) },
		"one of two files":  func(dir string) error { return removeFiles(dir, retractedName) },
		"the other of them": func(dir string) error { return removeFiles(dir, retractedName+twinSuffix) },
		"an emptied file":   func(dir string) error { return os.Truncate(filepath.Join(dir, retractedName), 0) },
		"a restored older one": func(dir string) error {
			text := fmt.Appendf(nil, `{"sha256":"%x","content":[]}`+"\n", sha256.Sum256([]byte("[]")))
			return errors.Join(os.WriteFile(filepath.Join(dir, retractedName), text, 0o600), os.WriteFile(filepath.Join(dir, retractedName+twinSuffix), text, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			local := newLocal(t)
			c := newAmended(t, local, nil)
			if err := errors.Join(c.Publish(t.Context(), storetest.Print(0, "art-1 art-2")), c.Retract(t.Context(), held("art-1"))); err != nil {
				t.Fatal(err)
			}
			if err := remove(local.Dir()); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := c.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
			files := storetest.Tree(t, local.Dir())
			if a, b := files[retractedName], files[retractedName+twinSuffix]; a == "" || b == "" {
				t.Errorf("files: %q, %q; want both", a, b)
			}
			again, err := disk.Open(local.Dir(), store.Keep{})
			if err != nil {
				t.Fatal(err)
			}
			restarted := newAmended(t, again, nil)
			if _, ok := restarted.Retractions()["art-1"]; !ok || shows(t, restarted, "art-1") || !shows(t, restarted, "art-2") {
				t.Error("the take-down is lost")
			}
		})
	}
}

func removeIn(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}

func removeFiles(dir string, names ...string) (err error) {
	for _, name := range names {
		err = errors.Join(err, os.Remove(filepath.Join(dir, name)))
	}
	return err
}

// One of the two files of take-downs is lost while nobody runs: the other is read.
func TestRetractionsSurviveLossOfOneFile(t *testing.T) {
	for _, name := range []string{retractedName, retractedName + twinSuffix} {
		local := newLocal(t)
		if err := newAmended(t, local, nil).Retract(t.Context(), held("art-1")); err != nil {
			t.Fatal(err)
		}
		if err := removeFiles(local.Dir(), name); err != nil {
			t.Fatal(err)
		}
		c := newAmended(t, local, nil)
		if len(c.Retractions()) != 1 {
			t.Errorf("without %s: left are %v", name, c.Retractions())
		}
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if files := storetest.Tree(t, local.Dir()); files[retractedName] == "" || !slices.Equal([]byte(files[retractedName]), []byte(files[retractedName+twinSuffix])) {
			t.Errorf("without %s: not written again", name)
		}
	}
}
