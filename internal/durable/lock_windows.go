package durable

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// noWait is for systems that have pipes in folders.
const noWait = 0

// lockFile locks a file for one process, or shared, and does not wait.
func lockFile(file *os.File, exclusive bool) error {
	// The byte that is locked lies behind what is written: locked ones can't be read.
	handle, whole := windows.Handle(file.Fd()), &windows.Overlapped{OffsetHigh: 1}
	_ = windows.UnlockFileEx(handle, 0, 1, 0, whole) // one kind of lock is not changed into the other
	flags := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if exclusive {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(handle, flags, 0, 1, 0, whole)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	if err != nil {
		return &os.PathError{Op: "lock", Path: file.Name(), Err: err}
	}
	return nil
}
