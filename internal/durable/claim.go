package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Marker is the file that a folder of ours carries.
const Marker = ".feedstation"

const markerText = "This folder belongs to feedstation, which writes and removes files here.\n"

// ForeignError is met by a folder that has files of others and no Marker.
type ForeignError struct {
	Path  string
	Names []string // in alphabetical order
}

// namesShown is how many names an error has.
const namesShown = 3

func (e *ForeignError) Error() string {
	shown := e.Names
	more := ""
	if len(shown) > namesShown {
		shown, more = shown[:namesShown], fmt.Sprintf(" and %d more", len(shown)-namesShown)
	}
	return fmt.Sprintf("the folder %s has files that are not feedstation's (%s%s): choose an empty one, or, if all there is feedstation's, create the file %s",
		e.Path, strings.Join(shown, ", "), more, filepath.Join(e.Path, Marker))
}

// Ours reports whether the folder carries the Marker. Without it, it may be one
// of a version that had none, or empty: the error is a [ForeignError] if it has
// an entry that is not ours.
func (f *Folder) Ours(ours func(fs.DirEntry) bool) (marked bool, err error) {
	if marked, err := f.marked(); marked || err != nil {
		return marked, err
	}
	entries, err := f.Entries()
	if err != nil {
		return false, err
	}
	var foreign []string
	for _, entry := range entries {
		if !ours(entry) {
			foreign = append(foreign, entry.Name())
		}
	}
	if foreign == nil {
		return false, nil
	}
	if marked, err := f.marked(); marked || err != nil { // another process has made it meanwhile
		return marked, err
	}
	slices.Sort(foreign)
	return false, &ForeignError{f.path, foreign}
}

func (f *Folder) marked() (bool, error) {
	info, err := f.Stat(Marker)
	switch {
	case err == nil && info.Mode().IsRegular():
		return true, nil
	case err == nil:
		return false, f.notOurs(Marker)
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	return false, nil
}

// Claim puts the Marker into a folder that is ours; see Ours. It is written in place,
// since it counts by being there: a draft could be removed by another process that has
// the folder already.
func (f *Folder) Claim(ours func(fs.DirEntry) bool) error {
	marked, err := f.Ours(ours)
	if err != nil || marked {
		return err
	}
	defer f.owner.assume()()
	file, err := f.open(Marker, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(markerText)
	return errors.Join(err, file.Sync(), file.Close())
}
