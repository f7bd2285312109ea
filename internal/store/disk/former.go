package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// TakeOver gives a station the editions of another one, which has its former id, and
// what is pinned there, unless it has some. The folder of the former id stays, see
// [Store.RemoveFormer]. It reports whether there was something.
func (s *Store) TakeOver(ctx context.Context, former, station string) (taken bool, err error) {
	from, err := s.station(former)
	if errors.Is(err, store.ErrNone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer from.Close()
	to, unlock, err := s.lock(ctx, station)
	if err != nil {
		return false, err
	}
	defer unlock()
	old, err := stored(to, station)
	if err != nil || old.Format != 0 || !s.confirmed(from, former) || s.distrusted(to, station) {
		return false, err
	}
	theirs, err := stored(from, former)
	if err != nil || theirs.Format == 0 {
		return false, err
	}
	marks, _, err := list(from)
	if err != nil {
		return false, err
	}
	for _, mark := range slices.Backward(published(theirs, marks)) {
		m, err := manifest(from, former, manifestName(mark))
		switch {
		case isAbsent(err):
			continue
		case err != nil:
			return false, fmt.Errorf("cache: %w", err)
		}
		if err = errors.Join(ctx.Err(), copyEdition(from, to, m, station)); err != nil {
			return false, fmt.Errorf("cache: %w", err)
		}
	}
	if err := s.takePin(from, to, station); err != nil {
		return false, fmt.Errorf("cache: %w", err)
	}
	m := theirs.Manifest
	m.Station = station
	e, err := s.open(to, m, nil)
	if err != nil {
		return false, err
	}
	return true, writeSealed(to, currentName, pointer{Station: station, Watermark: m.Watermark, Digest: e.Digest()})
}

// takePin copies what is pinned, and which articles have left.
func (s *Store) takePin(from, to *durable.Folder, station string) error {
	p, err := readPin(from)
	if err == nil && p.Manifest != nil {
		p.Manifest.Station = station
		err = copyObjects(from, to, *p.Manifest)
	}
	if err == nil && p.Number == 0 && !p.At.IsZero() {
		err = writeSealed(to, pinnedName, p)
	}
	if err != nil {
		return err
	}
	left, err := readLeft(from)
	if err != nil || len(left) == 0 {
		return err
	}
	return writeSealed(to, leftName, left)
}

// copyEdition copies what a manifest names, and then that.
func copyEdition(from, to *durable.Folder, m edition.Manifest, station string) error {
	if err := copyObjects(from, to, m); err != nil {
		return err
	}
	m.Station = station
	return to.Write(manifestName(m.Watermark.UnixMilli()), sealed(m), fileMode)
}

// copyObjects copies what a manifest names. What is not there is built again.
func copyObjects(from, to *durable.Folder, m edition.Manifest) error {
	var hashes []edition.Hash
	for _, v := range m.Volumes {
		hashes = append(hashes, v.Name)
	}
	if err := readVolumes(from, &m, nil); err != nil {
		return err
	}
	for entry := range m.Entries() {
		hashes = append(hashes, entry.Hash)
	}
	var copying errgroup.Group
	copying.SetLimit(syncs)
	for _, hash := range hashes {
		name := objectName(hash)
		if _, err := to.Stat(name); err == nil {
			continue
		}
		copying.Go(func() error {
			packed, err := from.Read(name)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil {
				return err
			}
			return to.Write(name, packed, fileMode)
		})
	}
	return copying.Wait()
}

// RemoveFormer removes the folder of a former id of a station, once the station has had
// one of its own for so long: until then processes with the configuration of before may
// use it. It reports whether it is gone.
func (s *Store) RemoveFormer(ctx context.Context, former, station string, after time.Duration) (gone bool, err error) {
	in, err := s.station(former)
	if errors.Is(err, store.ErrNone) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if err := in.Close(); err != nil {
		return false, err
	}
	own, err := s.station(station)
	if err != nil {
		return false, err
	}
	defer own.Close()
	p, err := readPointer(own, station)
	if err != nil || p.Watermark.IsZero() {
		return false, err
	}
	made, err := own.Stat(durable.Marker)
	if err != nil || time.Since(made.ModTime()) < after {
		return false, err
	}
	in, unlock, err := s.lock(ctx, former)
	if err != nil {
		return false, err
	}
	_, names, err := list(in)
	for _, name := range names {
		if err == nil && inStation(name) {
			err = in.Remove(name)
		}
	}
	unlock()
	if err != nil {
		return false, fmt.Errorf("cache: %w", err)
	}
	base, err := s.folder()
	if err != nil {
		return false, err
	}
	return true, remove(base, former) // where others have files in it, it stays
}
