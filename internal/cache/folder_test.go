package cache

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"feedstation/internal/durable"
)

// tree returns what is in a folder, with the content of files.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		found[strings.TrimPrefix(name, dir+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func plant(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte("others'"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

// A folder that has files of others is refused, and they stay, also where they
// have names like ours.
func TestLocalRefusesFolderOfOthers(t *testing.T) {
	tests := []struct {
		name  string
		files []string
	}{
		{"a system's", []string{"lib/apt/list", "log/syslog", "www/index.html"}},
		{"a site beside", []string{"xt/index.html"}},
		{"a site with a web manifest", []string{"xt/manifest.json", "xt/404.json"}},
		{"a site in an edition's folder", []string{"xt/lock", "xt/1.json", "xt/index.html"}},
		{"folders in a station's", []string{"xt/lock", "xt/assets/1.json"}},
		{"the content store's", []string{"content.db", "content.db-wal"}},
		{"hidden files", []string{".git/config"}},
		{"numbers that are no editions'", []string{"xt/lock", "xt/007.json", "xt/-1.json", "xt/0.json"}},
		{"documents of others", []string{"xt/lock", "xt/letter.doc", "xt/" + strings.Repeat("A", 64) + ".doc"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			plant(t, dir, tt.files...)
			before := tree(t, dir)
			if _, err := OpenLocal(dir, DefaultKeep); err == nil {
				t.Error("accepted")
			} else if foreign, ok := errors.AsType[*durable.ForeignError](err); !ok || !strings.Contains(err.Error(), foreign.Names[0]) || !strings.Contains(err.Error(), durable.Marker) {
				t.Errorf("err = %v; want what was found and what to do", err)
			}
			if after := tree(t, dir); !equalTrees(before, after) {
				t.Errorf("left are %v of %v", after, before)
			}
		})
	}
}

func equalTrees(before, after map[string]string) bool {
	for name, text := range before {
		if after[name] != text {
			return false
		}
	}
	return true
}

// What others put into our folders stays there, however many editions come.
func TestLocalKeepsFilesOfOthers(t *testing.T) {
	local := newLocal(t)
	publish(t, local, text(1))
	names := []string{"index.html", "notes.json", "letter.doc", "007.json", "1.json.bak", ".nfs0001", "photo.tmp-1", "assets/1.json"}
	plant(t, filepath.Join(local.dir, "xt"), names...)
	plant(t, local.dir, "README", "zz/index.html")
	before := tree(t, local.dir)
	again, err := OpenLocal(local.dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		publish(t, again, text(i+2))
	}
	after := tree(t, local.dir)
	for name, text := range before {
		if text == "others'" && after[name] != text {
			t.Errorf("%s is gone", name)
		}
	}
	if _, ok := after["xt/1.json"]; ok {
		t.Error("an edition is kept for ever")
	}
}

// A folder that another has made where a station's is to be is not taken for ours,
// even where all names in it are of our form.
func TestLocalStationOfOthers(t *testing.T) {
	local := newLocal(t)
	folder := filepath.Join(local.dir, "xt")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	plant(t, folder, "2024.json", "2025.json")
	before := tree(t, folder)
	for range 2 {
		_, err := local.Publish(t.Context(), text(1))
		if foreign, ok := errors.AsType[*durable.ForeignError](err); !ok || len(foreign.Names) != 2 {
			t.Errorf("Publish: %v; want both files named", err)
		}
	}
	if after := tree(t, folder); !maps.Equal(before, after) {
		t.Errorf("left are %v of %v", after, before)
	}
	// Where a process was stopped before it could mark the folder, it is ours.
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	plant(t, folder, durable.Marker+".tmp-AB2")
	publish(t, local, text(1))
}

// A draft that a process left when it was killed goes with the next edition that
// is not the process's own.
func TestLocalRemovesDrafts(t *testing.T) {
	local := newLocal(t)
	publish(t, local, text(1))
	hash := strings.Repeat("a", 64)
	drafts := []string{hash + ".doc.tmp-AB2", hash + ".tmp-123", "manifest.json.tmp-1", "7.json.tmp-1", "pinned.json.tmp-1"}
	plant(t, filepath.Join(local.dir, "xt"), drafts...)
	again, err := OpenLocal(local.dir, DefaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	publish(t, again, text(2))
	for name := range tree(t, local.dir) {
		if strings.Contains(name, ".tmp-") {
			t.Errorf("left: %s", name)
		}
	}
}

// One station's folder is another's, or a link: it is left alone and said, and
// the others go on.
func TestCacheStationFolderOfOthers(t *testing.T) {
	for name, lay := range map[string]func(t *testing.T, dir, outside string){
		"a site": func(t *testing.T, dir, _ string) { plant(t, dir, "www/index.html", "www/1.json") },
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
			plant(t, outside, "shadow", "1.json")
			local := newLocal(t)
			publish(t, local, text(1))
			lay(t, local.dir, outside)
			before := tree(t, filepath.Join(local.dir, "www")+"/")
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
			if err := c.Publish(t.Context(), text(2)); err != nil {
				t.Fatal(err)
			}
			_ = c.Sync(t.Context())
			if e, ok := c.Served("www"); !ok || e.Len() == 0 {
				t.Error("www is not served from memory")
			}
			if all := c.Conditions(); len(all) != 2 || all[0].Station != "www" || all[1].Station != "www" {
				t.Errorf("conditions: %v", all)
			}
			wantCurrent(t, newCache(t, slog.New(slog.DiscardHandler), local, nil), 2, text(2))
			if after := tree(t, filepath.Join(local.dir, "www")+"/"); name != "a link to a station" && !equalTrees(before, after) {
				t.Errorf("left are %v of %v", after, before)
			}
			if left := tree(t, outside); len(left) != 2 {
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
	if err := errors.Join(c.Retract(t.Context(), held("art-1")), c.Pin(t.Context(), "xt", 2)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{durable.Marker, "xt/" + durable.Marker} {
		if err := os.Remove(filepath.Join(local.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	plant(t, local.dir, ".probe-123", "retracted.json.tmp-1", "xt/"+strings.Repeat("a", 64)+".tmp-1")
	if err := errors.Join(os.Mkdir(filepath.Join(local.dir, "lost+found"), 0o700), os.Mkdir(filepath.Join(local.dir, "cs"), 0o755)); err != nil {
		t.Fatal(err)
	}
	again, err := OpenLocal(local.dir, DefaultKeep)
	if err != nil {
		t.Fatal(err)
	}
	c = newAmended(t, again, nil)
	wantServed(t, c, 2, text(2))
	if err := c.Publish(t.Context(), text(4)); err != nil {
		t.Fatal(err)
	}
	files := tree(t, local.dir)
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
			text := sealed([]string{})
			return errors.Join(os.WriteFile(filepath.Join(dir, retractedName), text, 0o600), os.WriteFile(filepath.Join(dir, retractedName+twinSuffix), text, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			local := newLocal(t)
			c := newAmended(t, local, nil)
			if err := errors.Join(c.Publish(t.Context(), print(1, 0, "art-1 art-2")), c.Retract(t.Context(), held("art-1"))); err != nil {
				t.Fatal(err)
			}
			if err := remove(local.dir); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if err := c.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
			files := tree(t, local.dir)
			if a, b := files[retractedName], files[retractedName+twinSuffix]; a == "" || b == "" {
				t.Errorf("files: %q, %q; want both", a, b)
			}
			again, err := OpenLocal(local.dir, DefaultKeep)
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
	for _, name := range copyNames() {
		local := newLocal(t)
		if err := newAmended(t, local, nil).Retract(t.Context(), held("art-1")); err != nil {
			t.Fatal(err)
		}
		if err := removeFiles(local.dir, name); err != nil {
			t.Fatal(err)
		}
		c := newAmended(t, local, nil)
		if len(c.Retractions()) != 1 {
			t.Errorf("without %s: left are %v", name, c.Retractions())
		}
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
		if files := tree(t, local.dir); files[retractedName] == "" || !slices.Equal([]byte(files[retractedName]), []byte(files[retractedName+twinSuffix])) {
			t.Errorf("without %s: not written again", name)
		}
	}
}
