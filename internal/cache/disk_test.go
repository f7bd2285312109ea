//go:build linux

package cache

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
	"feedstation/internal/testkit/require"
)

// A full disk is said once; serving goes on from memory, and what is current is
// stored when there is room again.
func TestCacheDiskFull(t *testing.T) {
	for name, redis := range map[string]func(t *testing.T) *redis.Store{
		"alone":      func(*testing.T) *redis.Store { return nil },
		"with redis": func(t *testing.T) *redis.Store { return newRedis(t, redistest.Start(t).Addr()) },
	} {
		t.Run(name, func(t *testing.T) {
			local, err := disk.Open(require.Mount(t, "size=256k"), store.Keep{})
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
			ballast := fill(t, local.Dir())
			for i := range 3 {
				if err := c.Publish(t.Context(), storetest.Text(i+3)); err != nil {
					t.Fatal(err)
				}
				_ = c.Sync(t.Context())
			}
			if err := c.Retract(t.Context(), held("art-1")); (err == nil) != (name == "with redis") {
				t.Errorf("Retract: %v; want an error where it is stored nowhere", err)
			}
			wantServed(t, c, storetest.Text(5))
			if n := strings.Count(log.String(), "not writable"); n != 1 {
				t.Errorf("said %d times:\n%s", n, &log)
			}
			stored, err := local.Fetch(t.Context(), "xt", nil)
			if err != nil || !stored.Equal(storetest.Text(int(stored.Watermark().Sub(storetest.Noon)/time.Minute))) {
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
			if n := strings.Count(log.String(), "writable again"); n != 1 {
				t.Errorf("said %d times that it works again:\n%s", n, &log)
			}
			again := newAmended(t, local, nil)
			wantCurrent(t, again, storetest.Text(5))
			if _, ok := again.Retractions()["art-1"]; !ok {
				t.Error("a retraction is lost")
			}
			if left, err := filepath.Glob(filepath.Join(local.Dir(), "xt", "*.tmp-*")); err != nil || len(left) > 0 {
				t.Errorf("left: %q, %v", left, err)
			}
		})
	}
}

// What root writes beside a service of another account, as `sudo feedstation
// retract` does, belongs to the owner of the folder, who has to read and write it.
func TestLocalBelongsToFolder(t *testing.T) {
	require.Root(t)
	const uid, gid = 65534, 65534
	dir, before := filepath.Join(t.TempDir(), "cache"), filepath.Join(t.TempDir(), "others")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(before, nil, 0o600), os.Chown(dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	owner := func(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }
	for _, folder := range []string{dir, filepath.Join(dir, "var", "cache")} { // there, and not yet
		local, err := disk.Open(folder, store.Keep{})
		if err != nil {
			t.Fatal(err)
		}
		c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
		printed(t, c, 2)
		if err := errors.Join(c.Retract(t.Context(), held("art-1")), c.Pin(t.Context(), "xt", storetest.At(1))); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Type() == fs.ModeSymlink {
			return err
		}
		seen++
		info, err := entry.Info()
		if err == nil && owner(info) != uid {
			t.Errorf("%s belongs to %d; want %d", name, owner(info), uid)
		}
		return err
	})
	if err != nil || seen < 20 {
		t.Errorf("%d files and folders: %v", seen, err)
	}

	// The account has laid links to what is root's.
	local, err := disk.Open(dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	c := newCache(t, slog.New(slog.DiscardHandler), local, nil)
	others := filepath.Dir(before)
	for name, target := range map[string]string{retractedName: before, retractedLockName: filepath.Join(others, "new"), "xt": others} {
		if err := errors.Join(os.RemoveAll(filepath.Join(dir, name)), os.Symlink(target, filepath.Join(dir, name))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(c.Retract(t.Context(), held("art-2")), c.Pin(t.Context(), "xt", storetest.At(1))); err == nil {
		t.Error("written through links")
	}
	_ = c.Publish(t.Context(), storetest.Text(9))
	if left := storetest.Tree(t, others); len(left) != 1 || left["others"] != "" {
		t.Errorf("root's folder has %v", left)
	}
	info, err := os.Stat(before)
	if err != nil {
		t.Fatal(err)
	}
	if owner(info) != 0 {
		t.Errorf("the target of a link belongs to %d; want root", owner(info))
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
