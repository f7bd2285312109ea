package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"feedstation/internal/testkit/require"
)

const stranger = 65534 // nobody's, on most systems

// Root can do in a folder what its owner can, and leaves there what is the
// owner's.
func TestRootHasOwnersRights(t *testing.T) {
	require.Root(t)
	top, roots := t.TempDir(), t.TempDir()
	dir := filepath.Join(top, "cache")
	if err := errors.Join(
		os.Chmod(roots, 0o755), os.Mkdir(dir, 0o755), os.Chown(dir, stranger, stranger),
		os.WriteFile(filepath.Join(dir, "roots"), []byte("secret"), 0o600),
		os.Mkdir(filepath.Join(dir, "locked"), 0o700),
	); err != nil {
		t.Fatal(err)
	}
	f := openFolder(t, dir)
	var all sync.WaitGroup
	for range 8 { // threads have identities of their own
		all.Go(func() {
			if text, err := f.Read("roots"); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("Read = %q, %v; want no permission", text, err)
			}
			if _, err := os.ReadFile(filepath.Join(dir, "roots")); err != nil {
				t.Errorf("the process has lost its own rights: %v", err)
			}
		})
	}
	all.Wait()
	if _, err := f.Sub("locked", false); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Sub of root's own: %v", err)
	}
	sub, err := f.Sub("xt", true)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Close()
	lock, err := sub.Lock(t.Context(), "lock")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := sub.Write("a", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	deep := openFolder(t, filepath.Join(dir, "a", "b"))
	if err := deep.Write("c", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"xt", "xt/lock", "xt/a", "a", "a/b", "a/b/c"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != stranger || owner.Gid != stranger {
			t.Errorf("%s belongs to %d:%d; want %d", name, owner.Uid, owner.Gid, stranger)
		}
	}

	// The folder's owner has put a link to a folder of root's in its place.
	link := filepath.Join(top, "link")
	if err := errors.Join(os.Symlink(roots, link), os.Lchown(link, stranger, stranger)); err != nil {
		t.Fatal(err)
	}
	if err := openFolder(t, link).Write("a", nil, 0o600); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Write through a link of others: %v; want no permission", err)
	}
	if err := os.Lchown(link, 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := openFolder(t, link).Write("a", nil, 0o600); err != nil {
		t.Errorf("Write through a link of root's: %v", err)
	}
}

// In a folder of root's that a service's group may write to, what root writes is
// the service's all the same: it has marked the folder, and owns those in it.
func TestRootInFolderOfGroup(t *testing.T) {
	require.Root(t)
	marked, unmarked := t.TempDir(), t.TempDir()
	for _, dir := range []string{marked, unmarked} {
		sub := filepath.Join(dir, "xt")
		if err := errors.Join(os.Chown(dir, 0, stranger), os.Chmod(dir, 0o775), os.Mkdir(sub, 0o755), os.Chown(sub, stranger, stranger)); err != nil {
			t.Fatal(err)
		}
	}
	marker := filepath.Join(marked, Marker)
	write(t, marker, markerText)
	if err := os.Chown(marker, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		dir, sub string
		want     uint32
	}{
		{marked, "", stranger},
		{marked, "xt", stranger},
		{unmarked, "", 0},
		{unmarked, "xt", stranger},
	}
	for _, tt := range tests {
		f := openFolder(t, tt.dir)
		if tt.sub != "" {
			sub, err := f.Sub(tt.sub, false)
			if err != nil {
				t.Fatal(err)
			}
			defer sub.Close()
			f = sub
		}
		if err := f.Write("a", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(f.Path("a"))
		if err != nil {
			t.Fatal(err)
		}
		if owner := info.Sys().(*syscall.Stat_t).Uid; owner != tt.want {
			t.Errorf("%s belongs to %d; want %d", f.Path("a"), owner, tt.want)
		}
	}
}
