//go:build linux

package cache

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"feedstation/internal/redistest"
)

// tinyDisk returns a folder on a file system of its own of that size.
func tinyDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("needs the right to mount a file system: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// A full disk is said once; serving goes on from memory, and what is current is
// stored when there is room again.
func TestCacheDiskFull(t *testing.T) {
	for name, redis := range map[string]func(t *testing.T) *Redis{
		"alone":      func(*testing.T) *Redis { return nil },
		"with redis": func(t *testing.T) *Redis { return newRedis(t, redistest.Start(t).Addr()) },
	} {
		t.Run(name, func(t *testing.T) {
			local, err := OpenLocal(tinyDisk(t, "256k"), DefaultKeep)
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), []string{"xt"}, local, redis(t), redact)
			if err != nil {
				t.Fatal(err)
			}
			printed(t, c, 2)
			if err := c.Retract(t.Context(), held("art-0")); err != nil {
				t.Fatal(err)
			}
			ballast := fill(t, local.dir)
			for i := range 3 {
				if err := c.Publish(t.Context(), text(i+3)); err != nil {
					t.Fatal(err)
				}
				_ = c.Sync(t.Context())
			}
			if err := c.Retract(t.Context(), held("art-1")); (err == nil) != (name == "with redis") {
				t.Errorf("Retract: %v; want an error where it is stored nowhere", err)
			}
			wantServed(t, c, 5, text(5))
			if n := strings.Count(log.String(), "can't be written"); n != 1 {
				t.Errorf("said %d times:\n%s", n, &log)
			}
			stored, err := local.Fetch(t.Context(), "xt", nil)
			if err != nil || !stored.Equal(text(int(stored.Number()))) {
				t.Errorf("the local copy has lost what it had: %v", err)
			}

			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := c.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if n := strings.Count(log.String(), "written again"); n != 1 {
				t.Errorf("said %d times that it works again:\n%s", n, &log)
			}
			again := newAmended(t, local, nil)
			wantCurrent(t, again, 5, text(5))
			if _, ok := again.Retractions()["art-1"]; !ok {
				t.Error("a retraction is lost")
			}
			if left, err := filepath.Glob(filepath.Join(local.dir, "xt", "*"+temporary+"*")); err != nil || len(left) > 0 {
				t.Errorf("left: %q, %v", left, err)
			}
		})
	}
}

// fill takes all room there is.
func fill(t *testing.T, dir string) (name string) {
	t.Helper()
	name = filepath.Join(dir, "ballast")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 64 << 10; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = fmt.Fprintf(f, "%*d", size, 0)
		}
	}
	return name
}
