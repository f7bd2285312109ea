package disk

import (
	"errors"
	"io/fs"
	"slices"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
)

// readVolumes reads what the volumes of a manifest name. The error is a
// edition.DamagedError where one is not there.
func readVolumes(in *durable.Folder, m *edition.Manifest, known *edition.Edition) error {
	return m.ReadVolumes(known, func(names []edition.Hash) (map[edition.Hash][]byte, error) {
		packed := map[edition.Hash][]byte{}
		for _, name := range names {
			var err error
			packed[name], err = in.Read(objectName(name))
			if errors.Is(err, fs.ErrNotExist) {
				return nil, &edition.DamagedError{Hash: name}
			}
			if err != nil {
				return nil, err
			}
		}
		return packed, nil
	})
}

// readable is readVolumes without those that can't be read, as of a disk that has lost
// some: they cost an edition their archives. It is built anew then, and one elsewhere that
// has them goes before it.
func readable(in *durable.Folder, m *edition.Manifest, known *edition.Edition) error {
	for {
		err := readVolumes(in, m, known)
		damaged, ok := errors.AsType[*edition.DamagedError](err)
		if !ok {
			return err
		}
		if err := in.Remove(objectName(damaged.Hash)); err != nil { // or it would be taken for the volume
			return err
		}
		m.Volumes = slices.DeleteFunc(m.Volumes, func(v edition.Volume) bool { return v.Name == damaged.Hash })
		m.Build, m.Watermark = "", m.Watermark.Add(-time.Millisecond)
	}
}

// nameVolume adds the names of a volume and of what it names, if it can be read.
func nameVolume(in *durable.Folder, name edition.Hash, named map[string]bool) error {
	if named[objectName(name)] {
		return nil
	}
	m := edition.Manifest{Volumes: []edition.Volume{{Name: name}}}
	if err := readVolumes(in, &m, nil); err != nil {
		if isAbsent(err) {
			return nil // is of no use
		}
		return err
	}
	named[objectName(name)] = true
	for entry := range m.Entries() {
		named[objectName(entry.Hash)] = true
	}
	return nil
}
