//go:build unix

package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

func openFolder(t *testing.T, path string) *Folder {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func wantFile(t *testing.T, name, want string) {
	t.Helper()
	if text, err := os.ReadFile(name); err != nil || string(text) != want {
		t.Errorf("%s is %q, %v; want %q", name, text, err, want)
	}
}

func TestFolderWrites(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var", "cache")
	sub, err := openFolder(t, dir).Sub("xt", true)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	for _, text := range []string{"one", "two"} {
		if err := sub.Write("a.json", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		wantFile(t, filepath.Join(dir, "xt", "a.json"), text)
	}
	if entries, err := sub.Entries(); err != nil || len(entries) != 1 {
		t.Errorf("the folder has %v, %v; want one file", entries, err)
	}
	if err := errors.Join(sub.Remove("a.json"), sub.Remove("a.json")); err != nil {
		t.Error(err)
	}
}

// Whatever lies in a folder, nothing outside of it is read, written or waited for.
func TestFolderFollowsNoLinks(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret"), "secret")
	write(t, filepath.Join(dir, "inside"), "inside")
	links := map[string]string{
		"file": filepath.Join(outside, "secret"), "near": "inside", "dangling": filepath.Join(outside, "new"), "up": "../" + filepath.Base(outside) + "/secret",
		"folder": outside, "own": ".",
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFolder(t, dir)
	for _, name := range []string{"file", "near", "dangling", "up", "folder", "own", "pipe"} {
		if text, err := f.Read(name); err == nil {
			t.Errorf("Read(%s) = %q", name, text)
		}
		if lock, err := f.tryLock(name); err == nil {
			t.Errorf("Lock(%s): %v", name, lock)
		}
		if lock, _, err := f.Agree(t.Context(), name, "text"); err == nil {
			t.Errorf("Agree(%s): %v", name, lock)
		}
		for _, create := range []bool{false, true} {
			if sub, err := f.Sub(name, create); !errors.Is(err, ErrNotOurs) {
				t.Errorf("Sub(%s) = %v, %v; want ErrNotOurs", name, sub, err)
			}
		}
	}
	wantFile(t, filepath.Join(outside, "secret"), "secret")
	wantFile(t, filepath.Join(dir, "inside"), "inside")
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("outside are %v, %v", entries, err)
	}
	// What is replaced is the link.
	if err := f.Write("file", []byte("ours"), 0o600); err != nil {
		t.Error(err)
	}
	wantFile(t, filepath.Join(outside, "secret"), "secret")
	wantFile(t, filepath.Join(dir, "file"), "ours")
}

// A folder that is removed, or replaced by a link, is not in place, and nothing
// is written into what is there instead.
func TestFolderReplaced(t *testing.T) {
	dir, other := filepath.Join(t.TempDir(), "cache"), t.TempDir()
	f := openFolder(t, dir)
	if !f.InPlace() {
		t.Error("not in place")
	}
	if err := errors.Join(os.Rename(dir, dir+"2"), os.Symlink(other, dir)); err != nil {
		t.Fatal(err)
	}
	if f.InPlace() {
		t.Error("in place behind a link to another")
	}
	if err := f.Write("a", nil, 0o600); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(other); err != nil || len(entries) != 0 {
		t.Errorf("the other has %v, %v", entries, err)
	}
}

func TestDraftOf(t *testing.T) {
	for name, want := range map[string]string{
		"a.json.tmp-123": "a.json", "a.tmp-ABC234": "a", "a.tmp-": "a", "a.tmp-x": "", ".tmp-1": "", "a.tmp": "", "a": "", "a.tmp-1.html": "",
	} {
		if of, ok := DraftOf(name); of != want || ok != (want != "") {
			t.Errorf("DraftOf(%s) = %q, %t; want %q", name, of, ok, want)
		}
	}
}

func TestClaim(t *testing.T) {
	ours := func(e fs.DirEntry) bool { return e.Name() == "ours" }
	tests := []struct {
		name  string
		files []string
		want  []string // foreign names
	}{
		{"empty", nil, nil},
		{"of a version without a marker", []string{"ours"}, nil},
		{"of others", []string{"index.html", "a", "b", "c"}, []string{"a", "b", "c", "index.html"}},
		{"mixed", []string{"ours", "index.html"}, []string{"index.html"}},
		{"marked, with files of others", []string{Marker, "index.html"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range tt.files {
				write(t, filepath.Join(dir, name), name)
			}
			err := openFolder(t, dir).Claim(ours)
			foreign, ok := errors.AsType[*ForeignError](err)
			if ok != (tt.want != nil) || ok && !slices.Equal(foreign.Names, tt.want) {
				t.Errorf("Claim: %v; want foreign %q", err, tt.want)
			}
			if _, err := os.Stat(filepath.Join(dir, Marker)); (err == nil) != (tt.want == nil) {
				t.Errorf("the marker: %v", err)
			}
		})
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	a, b := openFolder(t, dir), openFolder(t, dir)
	lock, err := a.Lock(t.Context(), "lock")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.tryLock("lock"); !errors.Is(err, errLocked) {
		t.Errorf("locked twice: %v", err)
	}
	lock.Close()
	if lock, err = b.tryLock("lock"); err != nil {
		t.Fatal(err)
	}
	lock.Close()
}

func TestAgree(t *testing.T) {
	dir := t.TempDir()
	agree := func(text string, want bool) *Lock {
		t.Helper()
		lock, agreed, err := openFolder(t, dir).Agree(t.Context(), "settings", text)
		if err != nil || agreed != want {
			t.Fatalf("Agree(%s) = %t, %v; want %t", text, agreed, err, want)
		}
		return lock
	}
	one := agree("one", true)
	again := agree("one", true)
	one.Close()
	other := agree("another", false)
	longer := agree("one and more", false)
	again.Close()
	other.Close()
	longer.Close()
	agree("another", true).Close() // nobody is there any more
}
