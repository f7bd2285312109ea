package export

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"feedstation/internal/durable"
)

// exportMode is the mode of exported files: they are public.
const exportMode = 0o644

// folder is a folder of folders of stations.
type folder struct{ *durable.Folder }

func openFolder(dir string) (*folder, error) {
	out, err := durable.Open(dir)
	if err != nil {
		return nil, err
	}
	return &folder{out}, nil
}

func (out *folder) close() { _ = out.Close() }

func (out *folder) stations(context.Context) (found []string, err error) {
	entries, err := out.Entries()
	for _, entry := range entries {
		if entry.IsDir() {
			found = append(found, entry.Name())
		}
	}
	return found, err
}

func (out *folder) station(_ context.Context, id string, create bool) (place, error) {
	sub, err := out.Sub(id, create)
	if err == nil && !create {
		if _, err = sub.Stat(listName); err != nil {
			err = errors.Join(err, sub.Close())
		}
	}
	if !create && (errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)) {
		return nil, errNotOurs
	}
	if err != nil {
		return nil, err
	}
	return &stationFolder{folder: sub, subs: map[string]*durable.Folder{}}, nil
}

func (out *folder) leave(id string) { _ = out.Remove(id) } // only an empty one is

// stationFolder is a station's folder that is being written.
type stationFolder struct {
	folder *durable.Folder
	subs   map[string]*durable.Folder // those in it that are open, by name
}

func (s *stationFolder) where() string { return s.folder.Path("") }

func (s *stationFolder) close() {
	for _, sub := range s.subs {
		_ = sub.Close()
	}
	_ = s.folder.Close()
}

// validName reports whether a name can be one of ours: documents are at most three
// folders deep, which are archives of a channel.
func validName(name string) bool { return fs.ValidPath(name) && strings.Count(name, "/") <= 3 }

// at returns the folder of a file and the file's name there.
func (s *stationFolder) at(name string, create bool) (in *durable.Folder, base string, err error) {
	dir, base := path.Split(name)
	if dir == "" {
		return s.folder, base, nil
	}
	dir = strings.TrimSuffix(dir, "/")
	if sub, ok := s.subs[dir]; ok {
		return sub, base, nil
	}
	if len(s.subs) >= maxOpen {
		for _, sub := range s.subs {
			_ = sub.Close() // nothing was written through it that is not there
		}
		clear(s.subs)
	}
	sub, err := s.sub(dir, create)
	if err != nil {
		return nil, "", err
	}
	s.subs[dir] = sub
	return sub, base, nil
}

// maxOpen bounds how many folders are open: each archive has one.
const maxOpen = 64

// sub opens a folder below the station's.
func (s *stationFolder) sub(dir string, create bool) (*durable.Folder, error) {
	in := s.folder
	names := strings.Split(dir, "/")
	for i, name := range names {
		next, err := in.Sub(name, create)
		if i > 0 {
			err = errors.Join(err, in.Close())
		}
		if err != nil {
			return nil, err
		}
		in = next
	}
	return in, nil
}

func (s *stationFolder) list(context.Context) ([]byte, error) {
	text, err := s.folder.Read(listName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func (s *stationFolder) keep(_ context.Context, list []byte) error {
	return errors.Join(s.folder.Write(listName, list, exportMode), s.folder.Sync())
}

func (s *stationFolder) unlist(context.Context) error { return s.folder.Remove(listName) }

func (s *stationFolder) holds(name string) (bool, error) {
	in, base, err := s.at(name, false)
	if err == nil {
		_, err = in.Stat(base)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (s *stationFolder) intact(f file, sum string) bool {
	in, base, err := s.at(f.name, false)
	if err != nil {
		return false
	}
	info, err := in.Stat(base)
	if err != nil || !info.ModTime().Equal(f.modified) {
		return false
	}
	body, err := in.Read(base)
	return err == nil && sumOf(body) == sum
}

// write replaces a file as a whole: a server may be reading the folder.
func (s *stationFolder) write(_ context.Context, f file, body []byte) error {
	in, base, err := s.at(f.name, true)
	if err != nil {
		return err
	}
	return in.WriteDated(base, body, exportMode, f.modified)
}

// remove removes a file, and the folders that it leaves empty, also those that were made
// for one that was never written.
func (s *stationFolder) remove(_ context.Context, name string) error {
	in, base, err := s.at(name, false)
	if err == nil {
		err = in.Remove(base)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "." && s.folder.Remove(dir) == nil; dir = path.Dir(dir) { // only an empty one is
		if in, open := s.subs[dir]; open {
			delete(s.subs, dir)
			if err := in.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// tidy removes drafts.
func (s *stationFolder) tidy(names map[string]bool) error {
	dirs := map[string]bool{"": true}
	for name := range names {
		dir, _ := path.Split(name)
		dirs[dir] = true
	}
	for dir := range dirs {
		in, _, err := s.at(dir+"x", false)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		entries, err := in.Entries()
		if err != nil {
			return err
		}
		for _, entry := range entries {
			of, ok := durable.DraftOf(entry.Name())
			if !ok || !names[dir+of] && dir+of != listName {
				continue
			}
			if err := in.Remove(entry.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}
