package disk

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"feedstation/internal/durable"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
)

// A folder that has files of others is refused, and they stay, also where they
// have names like ours.
func TestRefusesFolderOfOthers(t *testing.T) {
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
			storetest.Plant(t, dir, tt.files...)
			before := storetest.Tree(t, dir)
			if _, err := Open(dir, store.Keep{}); err == nil {
				t.Error("accepted")
			} else if foreign, ok := errors.AsType[*durable.ForeignError](err); !ok || !strings.Contains(err.Error(), foreign.Names[0]) || !strings.Contains(err.Error(), durable.Marker) {
				t.Errorf("err = %v; want what was found and what to do", err)
			}
			if after := storetest.Tree(t, dir); !equalTrees(before, after) {
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
func TestKeepsFilesOfOthers(t *testing.T) {
	local := newStore(t)
	storetest.Publish(t, local, storetest.Text(1))
	names := []string{"index.html", "notes.json", "letter.doc", "007.json", "1.json.bak", ".nfs0001", "photo.tmp-1", "assets/1.json"}
	storetest.Plant(t, filepath.Join(local.dir, "xt"), names...)
	storetest.Plant(t, local.dir, "README", "zz/index.html")
	before := storetest.Tree(t, local.dir)
	again, err := Open(local.dir, store.Keep{Editions: 1, For: -1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		storetest.Publish(t, again, storetest.Text(i+2))
	}
	if _, err := again.Collect(t.Context(), "xt"); err != nil {
		t.Fatal(err)
	}
	after := storetest.Tree(t, local.dir)
	for name, text := range before {
		if text == "others'" && after[name] != text {
			t.Errorf("%s is gone", name)
		}
	}
	if _, ok := after["xt/"+manifestName(storetest.At(1).UnixMilli())]; ok {
		t.Error("an edition is kept for ever")
	}
}

// A folder that another has made where a station's is to be is not taken for ours,
// even where all names in it are of our form.
func TestStationOfOthers(t *testing.T) {
	local := newStore(t)
	folder := filepath.Join(local.dir, "xt")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	storetest.Plant(t, folder, "2024.json", "2025.json")
	before := storetest.Tree(t, folder)
	for range 2 {
		err := local.Publish(t.Context(), storetest.Text(1))
		if foreign, ok := errors.AsType[*durable.ForeignError](err); !ok || len(foreign.Names) != 2 {
			t.Errorf("Publish: %v; want both files named", err)
		}
	}
	if after := storetest.Tree(t, folder); !maps.Equal(before, after) {
		t.Errorf("left are %v of %v", after, before)
	}
	// Where a process was stopped before it could mark the folder, it is ours.
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	storetest.Plant(t, folder, durable.Marker+".tmp-AB2")
	storetest.Publish(t, local, storetest.Text(1))
}

// A draft that a process left when it was killed goes when
// somebody collects.
func TestRemovesDrafts(t *testing.T) {
	local := newStore(t)
	storetest.Publish(t, local, storetest.Text(1))
	hash := strings.Repeat("a", 64)
	drafts := []string{hash + ".doc.tmp-AB2", hash + ".tmp-123", "manifest.json.tmp-1", "7.json.tmp-1", "20261128T174003.123Z.json.tmp-1", "pinned.json.tmp-1"}
	storetest.Plant(t, filepath.Join(local.dir, "xt"), drafts...)
	again, err := Open(local.dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Collect(t.Context(), "xt"); err != nil {
		t.Fatal(err)
	}
	for name := range storetest.Tree(t, local.dir) {
		if strings.Contains(name, ".tmp-") {
			t.Errorf("left: %s", name)
		}
	}
}
