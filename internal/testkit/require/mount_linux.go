package require

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Mount returns a folder on a file system of its own, in memory, with the options
// of tmpfs(5), such as "size=256k", until the test ends. Where it may not be
// mounted the test is skipped, or fails with FEEDSTATION_REQUIRE=all.
func Mount(t testing.TB, options string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		lack(t, "needs the right to mount a file system: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// ReadOnly has a file system that Mount has mounted take no writes, or take them
// again.
func ReadOnly(t testing.TB, dir string, is bool) {
	t.Helper()
	flags := uintptr(syscall.MS_REMOUNT)
	if is {
		flags |= syscall.MS_RDONLY
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, ""); err != nil {
		t.Fatal(err)
	}
}

// Overlay returns a folder that has the files of another one, and whose changes are kept in
// memory until the test ends. Where it may not be mounted the test is skipped, or fails
// with FEEDSTATION_REQUIRE=all.
func Overlay(t testing.TB, lower string) (dir string) {
	t.Helper()
	memory := Mount(t, "mode=755")
	dir, upper, work := filepath.Join(memory, "all"), filepath.Join(memory, "upper"), filepath.Join(memory, "work")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Mkdir(upper, 0o755), os.Mkdir(work, 0o755)); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("overlay", dir, "overlay", 0, "lowerdir="+lower+",upperdir="+upper+",workdir="+work); err != nil {
		lack(t, "needs the right to mount a file system over another one: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
