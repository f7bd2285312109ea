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
	marks, names, err := list(from)
	if err != nil {
		return false, err
	}
	if err := copyFiles(ctx, from, to, names); err != nil {
		return false, fmt.Errorf("cache: %w", err)
	}
	for _, mark := range slices.Backward(published(theirs, marks)) {
		m, err := manifest(from, former, manifestName(mark))
		if isAbsent(err) {
			continue
		}
		if m.Station = station; err == nil {
			err = to.Write(manifestName(m.Watermark.UnixMilli()), sealed(m), fileMode)
		}
		if err != nil {
			return false, fmt.Errorf("cache: %w", err)
		}
	}
	if err := takePin(from, to, station); err != nil {
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

// copyFiles copies what editions name, and which articles have left.
func copyFiles(ctx context.Context, from, to *durable.Folder, names []string) error {
	copying, ctx := errgroup.WithContext(ctx)
	copying.SetLimit(syncs)
	for _, name := range names {
		if !isObject(name) && name != leftName {
			continue
		}
		copying.Go(func() error {
			data, err := from.Read(name)
			if errors.Is(err, fs.ErrNotExist) { // a process has collected it
				return nil
			}
			if err = errors.Join(ctx.Err(), err); err != nil {
				return err
			}
			return to.Write(name, data, fileMode)
		})
	}
	return copying.Wait()
}

// takePin copies what is pinned.
func takePin(from, to *durable.Folder, station string) error {
	p, err := readPin(from)
	if err != nil || p.Number != 0 || p.At.IsZero() {
		return err
	}
	if p.Manifest != nil {
		p.Manifest.Station = station
	}
	return writeSealed(to, pinnedName, p)
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
