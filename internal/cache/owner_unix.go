//go:build unix

package cache

import (
	"os"
	"syscall"
)

// toOwner gives what root has just made in a folder to the folder's owner, with
// what changes it: a service under another account has to read and write what
// `sudo feedstation retract` leaves there. Where root may not give it away, it
// stays root's.
func toOwner(folder string, chown func(uid, gid int) error) {
	if os.Geteuid() != 0 {
		return
	}
	info, err := os.Stat(folder)
	if err != nil {
		return
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && owner.Uid != 0 {
		_ = chown(int(owner.Uid), int(owner.Gid))
	}
}
