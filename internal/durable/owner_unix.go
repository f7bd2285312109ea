//go:build unix && !linux

package durable

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// identity is with whose rights files are reached: always the process's own.
type identity struct{}

func (identity) assume() (release func()) { return func() {} }

// ownerOf refuses folders of others, and those that others have marked, to root,
// who could not give up rights for one thread here.
func ownerOf(root *os.Root, path string, folder fs.FileInfo) (identity, error) {
	marker, err := root.Lstat(Marker)
	if err != nil {
		marker = folder
	}
	for _, info := range []fs.FileInfo{folder, marker} {
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 && owner.Uid != 0 {
			return identity{}, fmt.Errorf("%s belongs to the account %d: run this as that account, not as root", path, owner.Uid)
		}
	}
	return identity{}, nil
}
