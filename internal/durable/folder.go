// Package durable is folders that belong to the program, on a disk that others
// write to as well.
//
// A [Folder] holds the folder itself, not its name ([os.Root]): whatever is put
// in its place or into it meanwhile, nothing outside of it is read, written or
// removed. Links are not followed, and only plain files are opened. A file is
// replaced as a whole or not at all.
//
// Names are those of entries of the folder, without a slash: a folder below it
// is opened with [Folder.Sub].
//
// On Linux a process of root works with the rights of the folder's owner, so
// that it can do nothing there that the owner could not, and what it writes is
// the owner's. The owner of a folder of root's that others may write to is that
// of its [Marker].
package durable

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrNotOurs is what a link meets, and what is neither a file nor a folder where
// that was expected.
var ErrNotOurs = errors.New("a link, or no plain file or folder")

// folderMode is the mode of folders that are made.
const folderMode = 0o755

// Folder is an open folder. It is safe for concurrent use until it is closed.
type Folder struct {
	root  *os.Root
	path  string
	info  fs.FileInfo
	owner identity
}

// Open opens a folder, which is made, with those above it, if it is not there.
// Unlike in the folder itself links on the way to it are followed: they are the
// operator's.
func Open(path string) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if errors.Is(err, fs.ErrNotExist) && path != filepath.Dir(path) {
		above, err := Open(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		defer above.Close()
		return above.Sub(filepath.Base(path), true)
	}
	if err != nil {
		return nil, err
	}
	return newFolder(root, path, identity{})
}

// newFolder returns an open folder, in which root has the owner's rights: those
// of the folder above, or where that is root's, of its own.
func newFolder(root *os.Root, path string, owner identity) (*Folder, error) {
	info, err := root.Stat(".")
	if err == nil && owner == (identity{}) {
		owner, err = ownerOf(root, path, info)
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &Folder{root, path, info, owner}, nil
}

func syncFolder(folder *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Sub opens a folder in the folder. It is fs.ErrNotExist where there is none and
// it is not to be made.
func (f *Folder) Sub(name string, create bool) (*Folder, error) {
	defer f.owner.assume()()
	if create {
		switch err := f.root.Mkdir(name, folderMode); {
		case err == nil:
			if err := syncFolder(f.root.Open(".")); err != nil {
				return nil, err
			}
		case !errors.Is(err, fs.ErrExist):
			return nil, err
		}
	}
	entry, err := f.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !entry.IsDir() {
		return nil, f.notOurs(name)
	}
	root, err := f.root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	sub, err := newFolder(root, f.Path(name), f.owner)
	if err == nil && !os.SameFile(entry, sub.info) { // a link by now
		return nil, errors.Join(f.notOurs(name), sub.Close())
	}
	return sub, err
}

func (f *Folder) notOurs(name string) error {
	return fmt.Errorf("%s: %w", f.Path(name), ErrNotOurs)
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Path returns the path of an entry, for people.
func (f *Folder) Path(name string) string { return filepath.Join(f.path, name) }

// InPlace reports whether the folder is still what its path names: it may have
// been removed, or another one mounted over it.
func (f *Folder) InPlace() bool {
	info, err := os.Stat(f.path)
	return err == nil && os.SameFile(f.info, info)
}

// Entries returns what is in the folder, in no order.
func (f *Folder) Entries() ([]fs.DirEntry, error) {
	defer f.owner.assume()()
	open, err := f.root.Open(".")
	if err != nil {
		return nil, err
	}
	entries, err := open.ReadDir(-1)
	return entries, errors.Join(err, open.Close())
}

// Stat returns what is known of an entry; a link is not followed.
func (f *Folder) Stat(name string) (fs.FileInfo, error) {
	defer f.owner.assume()()
	return f.root.Lstat(name)
}

// open opens a plain file. A pipe is not waited for, and a link is not followed.
func (f *Folder) open(name string, flag int, mode fs.FileMode) (*os.File, error) {
	file, err := f.root.OpenFile(name, flag|noWait, mode)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		var entry fs.FileInfo
		entry, err = f.root.Lstat(name)
		if err == nil && (!info.Mode().IsRegular() || entry.Mode()&fs.ModeSymlink != 0) {
			err = f.notOurs(name)
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Read returns the content of a file.
func (f *Folder) Read(name string) ([]byte, error) {
	defer f.owner.assume()()
	file, err := f.open(name, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

// Write puts a whole file in place or none. What is in it is on the disk then; the
// name is after Sync.
func (f *Folder) Write(name string, data []byte, mode fs.FileMode) error {
	draft, err := f.Draft(name, data, mode)
	if err != nil {
		return err
	}
	return f.replace(name, draft)
}

// WriteDated is Write of a file that was modified at a moment, which does not wait
// for the disk: after a loss of power the file may be empty.
func (f *Folder) WriteDated(name string, data []byte, mode fs.FileMode, modified time.Time) error {
	draft, err := f.draft(name, data, mode, false)
	if err != nil {
		return err
	}
	if err := f.date(draft, modified); err != nil {
		return errors.Join(err, f.Remove(draft))
	}
	return f.replace(name, draft)
}

// date says of a draft, whose name nobody knows, when it was modified.
func (f *Folder) date(draft string, modified time.Time) error {
	defer f.owner.assume()()
	return f.root.Chtimes(draft, time.Time{}, modified)
}

// replace puts a draft in place.
func (f *Folder) replace(name, draft string) error {
	if err := f.Rename(draft, name); err != nil {
		return errors.Join(err, f.Remove(draft))
	}
	return nil
}

// drafted is in the names of files that are being written, before a random text.
const drafted = ".tmp-"

// DraftOf returns for which file a file is a draft, if it is one.
func DraftOf(name string) (of string, ok bool) {
	at := strings.LastIndex(name, drafted)
	if at <= 0 || strings.ContainsFunc(name[at+len(drafted):], func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) {
		return "", false
	}
	return name[:at], true
}

// Draft writes a file under a name of its own, which it returns, beside the one
// that it is to have. It is on the disk then.
func (f *Folder) Draft(name string, data []byte, mode fs.FileMode) (draft string, err error) {
	return f.draft(name, data, mode, true)
}

func (f *Folder) draft(name string, data []byte, mode fs.FileMode, wait bool) (draft string, err error) {
	defer f.owner.assume()()
	draft = name + drafted + rand.Text()[:12]
	file, err := f.root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	if err == nil && wait {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, f.root.Remove(draft))
	}
	return draft, nil
}

// Rename gives a file another name in the folder.
func (f *Folder) Rename(from, to string) error {
	defer f.owner.assume()()
	return f.root.Rename(from, to)
}

// Remove removes a file, or a folder that is empty. One that is not there is no
// error.
func (f *Folder) Remove(name string) error {
	defer f.owner.assume()()
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sync waits until what was renamed or removed is so on the disk.
func (f *Folder) Sync() error {
	defer f.owner.assume()()
	return syncFolder(f.root.Open("."))
}

// Within reaches files with the rights that the folder's own are reached with, for what
// opens them by their paths.
func (f *Folder) Within(do func() error) error {
	defer f.owner.assume()()
	return do()
}
