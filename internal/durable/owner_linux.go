package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// identity is with whose rights files are reached; zero: the process's own.
type identity struct{ uid, gid int }

// assume has this goroutine reach files with another's rights until release is
// called. Threads have that of their own (setfsuid(2)): the other goroutines
// keep the process's. Where the process may not change it, it stays as it is.
func (id identity) assume() (release func()) {
	if id.uid == 0 {
		return func() {}
	}
	runtime.LockOSThread()
	gid, _ := unix.SetfsgidRetGid(id.gid)
	uid, _ := unix.SetfsuidRetUid(id.uid)
	return func() {
		_, _ = unix.SetfsuidRetUid(uid)
		_, _ = unix.SetfsgidRetGid(gid)
		runtime.UnlockOSThread()
	}
}

// ownerOf returns with whose rights root works in a folder: its owner's. Where
// that is root, it is the one who has marked the folder, as a service does in one
// that its group may write to; or, where a link leads there that is another's,
// that one, who has chosen the folder.
func ownerOf(root *os.Root, path string, folder fs.FileInfo) (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	if owner := identityOf(folder); owner.uid != 0 {
		return owner, nil
	}
	switch marker, err := root.Lstat(Marker); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return identity{}, err
	case identityOf(marker).uid != 0:
		return identityOf(marker), nil
	}
	at := "/"
	for name := range strings.SplitSeq(path, "/") {
		at = filepath.Join(at, name)
		info, err := os.Lstat(at)
		if err != nil {
			return identity{}, err
		}
		if owner := identityOf(info); owner.uid != 0 && info.Mode()&fs.ModeSymlink != 0 {
			return owner, nil
		}
	}
	return identity{}, nil
}

func identityOf(info fs.FileInfo) identity {
	owner := info.Sys().(*syscall.Stat_t)
	return identity{int(owner.Uid), int(owner.Gid)}
}
