//go:build unix

package content_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"feedstation/internal/content"
)

// A new store, with SQLite's files beside it, is not for all accounts of the
// machine to read; one that is there keeps its mode.
func TestOpenPrivate(t *testing.T) {
	old := syscall.Umask(0o022)
	defer syscall.Umask(old)
	dir := t.TempDir()
	want := func(file string, mode os.FileMode) {
		t.Helper()
		s, err := content.Open(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if _, err := s.Empty(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{file, file + "-wal", file + "-shm"} {
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != mode {
				t.Errorf("%s has mode %o, want %o", name, got, mode)
			}
		}
	}
	file := filepath.Join(dir, "content.db")
	want(file, 0o640)
	if err := os.Chmod(file, 0o664); err != nil {
		t.Fatal(err)
	}
	want(file, 0o664)
}
