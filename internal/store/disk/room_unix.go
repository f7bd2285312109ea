//go:build unix

package disk

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// look returns what there is in a folder.
func look(dir string) (r Room) {
	if err := unix.Access(dir, unix.W_OK|unix.X_OK); err != nil {
		r.Fault = fmt.Errorf("%s: %w", dir, err)
	}
	var system unix.Statfs_t
	if err := unix.Statfs(dir, &system); err != nil {
		return r
	}
	r.Bytes, r.Files = uint64(system.Bavail)*uint64(system.Bsize), uint64(system.Ffree) //nolint:unconvert // of other types on other systems
	if r.Fault == nil && (r.Bytes == 0 || system.Files > 0 && system.Ffree == 0) {
		r.Fault = fmt.Errorf("%s: %w", dir, syscall.ENOSPC)
	}
	return r
}
