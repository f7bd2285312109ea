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

// ownerOf refuses folders of others to root, who could not give up rights for
// one thread here.
func ownerOf(path string, folder fs.FileInfo) (identity, error) {
	if owner, ok := folder.Sys().(*syscall.Stat_t); ok && os.Geteuid() == 0 && owner.Uid != 0 {
		return identity{}, fmt.Errorf("%s belongs to the account %d: run this as that account, not as root", path, owner.Uid)
	}
	return identity{}, nil
}
