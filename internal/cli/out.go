package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"feedstation/internal/cache"
	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// listName is the file in which a station's folder keeps the names of what was
// written into it: what is gone from the edition goes from the folder, and
// nothing else does. It has a name before there is a file of that name.
const listName = ".feedstation-files"

// exportMode is the mode of exported files: they are public.
const exportMode = 0o644

// writeEditions writes the documents that are served of the stations as files,
// and empties the folders of those that publish no more.
func writeEditions(dir string, n *network.Network, editions *cache.Cache) error {
	out, err := durable.Open(dir)
	if err != nil {
		return fmt.Errorf("build: --out: %w", err)
	}
	defer out.Close()
	var faults []error
	for _, s := range n.Stations {
		if e, ok := editions.Served(s.ID); ok && s.Publishes() {
			faults = append(faults, writeEdition(out, s.ID, e))
		}
	}
	entries, err := out.Entries()
	faults = append(faults, err)
	for _, entry := range entries {
		if s, ok := n.Station(entry.Name()); !entry.IsDir() || ok && s.Publishes() {
			continue
		}
		faults = append(faults, emptyFolder(out, entry.Name()))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("build: --out: %w", err)
	}
	return nil
}

func writeEdition(out *durable.Folder, station string, e *edition.Edition) error {
	folder, err := out.Sub(station, true)
	if err != nil {
		return err
	}
	x := &export{folder: folder}
	defer x.close()
	names := map[string]bool{}
	for p := range e.All() {
		name := strings.TrimPrefix(p, "/")
		names[name], names[name+network.GzipSuffix] = true, true
	}
	old, err := x.list()
	if err != nil {
		return err
	}
	both := map[string]bool{}
	for _, name := range old {
		both[name] = true
	}
	if err := x.foreign(names, both); err != nil {
		return err
	}
	maps.Copy(both, names)
	if err := errors.Join(x.writeList(both), folder.Sync()); err != nil {
		return err
	}
	if err := x.removeDrafts(both); err != nil {
		return err
	}
	for p, d := range e.All() {
		name := strings.TrimPrefix(p, "/")
		for name, d := range map[string]*edition.Document{name: d, name + network.GzipSuffix: d.Twin()} {
			body, err := d.Body()
			if err == nil {
				err = x.write(name, body)
			}
			if err != nil {
				return err
			}
		}
	}
	for name := range both {
		if !names[name] {
			if err := x.remove(name); err != nil {
				return err
			}
		}
	}
	return x.writeList(names)
}

// emptyFolder removes what was once written into a folder, and the folder if
// there is nothing else in it.
func emptyFolder(out *durable.Folder, name string) error {
	folder, err := out.Sub(name, false)
	if errors.Is(err, fs.ErrPermission) {
		return nil // is not ours
	}
	if err != nil {
		return err
	}
	x := &export{folder: folder}
	defer x.close()
	if _, err := folder.Stat(listName); errors.Is(err, fs.ErrNotExist) {
		return nil // is not ours
	}
	old, err := x.list()
	if err != nil {
		return err
	}
	ours := map[string]bool{}
	for _, name := range old {
		ours[name] = true
	}
	if err := x.removeDrafts(ours); err != nil {
		return err
	}
	for _, name := range append(old, listName) {
		if err := x.remove(name); err != nil {
			return err
		}
	}
	_ = out.Remove(name) // where it is empty
	return nil
}

// export is a station's folder that is being written.
type export struct {
	folder *durable.Folder
	subs   map[string]*durable.Folder // those in it that are open, by name
}

func (x *export) close() {
	for _, sub := range x.subs {
		_ = sub.Close()
	}
	_ = x.folder.Close()
}

// at returns the folder of a file and the file's name there. Documents are at
// most one folder deep.
func (x *export) at(name string, create bool) (folder *durable.Folder, base string, err error) {
	dir, base := path.Split(name)
	if dir == "" {
		return x.folder, base, nil
	}
	dir = strings.TrimSuffix(dir, "/")
	if sub, ok := x.subs[dir]; ok {
		return sub, base, nil
	}
	sub, err := x.folder.Sub(dir, create)
	if err != nil {
		return nil, "", err
	}
	if x.subs == nil {
		x.subs = map[string]*durable.Folder{}
	}
	x.subs[dir] = sub
	return sub, base, nil
}

// foreign fails where a file that is to be written is there, but not one of ours:
// the folder may be that of a web server, with a robots.txt of its own.
func (x *export) foreign(names, ours map[string]bool) error {
	var foreign []string
	for name := range names {
		if ours[name] {
			continue
		}
		folder, base, err := x.at(name, false)
		if err == nil {
			_, err = folder.Stat(base)
		}
		switch {
		case err == nil:
			foreign = append(foreign, name)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	if foreign == nil {
		return nil
	}
	slices.Sort(foreign)
	return fmt.Errorf("%s has files that feedstation did not write (%s): move them away, or choose another folder",
		x.folder.Path(""), strings.Join(foreign, ", "))
}

// write replaces a file as a whole, if it is another one: a server may be reading
// the folder.
func (x *export) write(name string, data []byte) error {
	folder, base, err := x.at(name, true)
	if err != nil {
		return err
	}
	if there, err := folder.Read(base); err == nil && bytes.Equal(there, data) {
		return nil
	}
	return folder.WriteLater(base, data, exportMode)
}

// remove removes a file, and the folder that it leaves empty.
func (x *export) remove(name string) error {
	folder, base, err := x.at(name, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = folder.Remove(base)
	}
	if err != nil {
		return err
	}
	if dir := path.Dir(name); dir != "." {
		if x.folder.Remove(dir) == nil { // only an empty one is
			delete(x.subs, dir)
			return folder.Close()
		}
	}
	return nil
}

// removeDrafts removes what an export that was killed was writing.
func (x *export) removeDrafts(names map[string]bool) error {
	dirs := map[string]bool{"": true}
	for name := range names {
		dir, _ := path.Split(name)
		dirs[dir] = true
	}
	for dir := range dirs {
		folder, _, err := x.at(dir+"x", false)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		entries, err := folder.Entries()
		if err != nil {
			return err
		}
		for _, entry := range entries {
			of, ok := durable.DraftOf(entry.Name())
			if !ok || !names[dir+of] && dir+of != listName {
				continue
			}
			if err := folder.Remove(entry.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

// list returns the names of what was written before.
func (x *export) list() (names []string, err error) {
	text, err := x.folder.Read(listName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for name := range strings.Lines(string(text)) {
		if name = strings.TrimSuffix(name, "\n"); fs.ValidPath(name) && strings.Count(name, "/") <= 1 {
			names = append(names, name)
		}
	}
	return names, nil
}

func (x *export) writeList(names map[string]bool) error {
	text := strings.Join(slices.Sorted(maps.Keys(names)), "\n") + "\n"
	return x.folder.Write(listName, []byte(text), exportMode)
}
