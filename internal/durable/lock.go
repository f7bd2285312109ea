package durable

import (
	"context"
	"errors"
	"os"
	"time"
)

// lockPoll is how often a lock that another process holds is tried again.
const lockPoll = 10 * time.Millisecond

// Lock is a lock that processes share. It ends with the process.
type Lock struct{ file *os.File }

// Lock waits until no other process holds the lock of a file, which is made.
func (f *Folder) Lock(ctx context.Context, name string) (*Lock, error) {
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		lock, err := f.tryLock(name)
		if !errors.Is(err, errLocked) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// errLocked is what a lock meets that another process holds.
var errLocked = errors.New("locked by another process")

// lockMode is the mode of the files of locks.
const lockMode = 0o600

func (f *Folder) tryLock(name string) (*Lock, error) {
	defer f.owner.assume()()
	file, err := f.open(name, os.O_RDWR|os.O_CREATE, lockMode)
	if err != nil {
		return nil, err
	}
	if err = lockFile(file, true); err == nil {
		err = f.holds(name, file)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Lock{file}, nil
}

// holds fails if a file is not that of the name: it was removed, and the next
// process would lock another one.
func (f *Folder) holds(name string, file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if entry, err := f.root.Lstat(name); err != nil || !os.SameFile(info, entry) {
		return errLocked
	}
	return nil
}

// Close gives the lock back.
func (l *Lock) Close() error { return l.file.Close() }

// Agree has all processes that are in the folder say the same: the first writes
// a text into a file, and holds a lock that it shares with those after it until
// it is closed. It reports whether the text of those that are there is another.
func (f *Folder) Agree(ctx context.Context, name, text string) (lock *Lock, agreed bool, err error) {
	defer f.owner.assume()()
	file, err := f.open(name, os.O_RDWR|os.O_CREATE, lockMode)
	if err != nil {
		return nil, false, err
	}
	if err = lockFile(file, true); err == nil {
		_, err = file.WriteAt([]byte(text), 0)
		err = errors.Join(err, file.Truncate(int64(len(text))))
	}
	for err == nil || errors.Is(err, errLocked) {
		if err = lockFile(file, false); !errors.Is(err, errLocked) { // the first is still writing
			break
		}
		select {
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-time.After(lockPoll):
		}
	}
	if err != nil {
		return nil, false, errors.Join(err, file.Close())
	}
	there := make([]byte, len(text)+1)
	n, _ := file.ReadAt(there, 0)
	return &Lock{file}, string(there[:n]) == text, nil
}

// LockFile locks a file, which is made, and does not wait; held: by another process.
func LockFile(name string) (lock *Lock, held bool, err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, lockMode)
	if err != nil {
		return nil, false, err
	}
	if err := lockFile(file, true); err != nil {
		if errors.Is(err, errLocked) {
			return nil, true, file.Close()
		}
		return nil, false, errors.Join(err, file.Close())
	}
	return &Lock{file}, false, nil
}
