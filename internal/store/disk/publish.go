package disk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// syncs bounds how many files are written at the same time: they wait for the
// disk, not for the processor.
const syncs = 16

// Publish implements store.Store. The documents are on the disk before the manifest
// that names them, and that before the pointer: whenever the process or the machine
// stops, one whole edition is there.
func (s *Store) Publish(ctx context.Context, e *edition.Edition) error {
	station := e.Station()
	in, unlock, err := s.lock(ctx, station)
	if err != nil {
		return err
	}
	defer unlock()
	distrusted := s.distrusted(in, station)
	old, err := stored(in, station)
	if err != nil {
		return err
	}
	if old.Format != 0 && !distrusted {
		theirs, mine := old.current.version(), store.VersionOf(e)
		switch {
		case theirs != mine && old.Watermark.After(e.Base()), theirs.Watermark == mine.Watermark && theirs.Later(mine):
			return fmt.Errorf("cache: %s: %w", station, edition.ErrStale)
		case theirs == mine:
			return nil
		}
	}
	if err := s.noteLeft(in, e, old); err != nil {
		return err
	}
	m := e.Manifest()
	if err := writeObjects(ctx, in, m.Objects(e, &old.Manifest)); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := in.Write(manifestName(e.Watermark().UnixMilli()), sealed(m), fileMode); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := writeSealed(in, currentName, pointer{Station: station, Watermark: e.Watermark(), Digest: e.Digest()}); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := remove(in, formerName); err != nil {
		return err
	}
	if distrusted {
		return s.confirm(in, station)
	}
	return nil
}

// stock is what a station's folder has.
type stock struct {
	edition.Manifest         // of the current edition; zero: there is none that can be read
	current          pointer // to it
}

func stored(in *durable.Folder, station string) (s stock, err error) {
	if s.current, err = readPointer(in, station); err == nil {
		s.Manifest, err = manifest(in, station, s.current.name())
	}
	if err != nil && !isAbsent(err) {
		return s, fmt.Errorf("cache: %w", err)
	}
	return s, nil
}

// writeObjects writes the objects that are not there yet. The error is
// edition.ErrDamaged where some are lost, after all have been looked at.
func writeObjects(ctx context.Context, in *durable.Folder, objects iter.Seq[edition.Object]) error {
	var writes errgroup.Group
	writes.SetLimit(syncs)
	var lost atomic.Pointer[error]
	for d := range objects {
		name := objectName(d.Hash())
		if info, err := in.Stat(name); err == nil && info.Mode().IsRegular() && !d.Lost() {
			continue
		}
		writes.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			packed, err := d.Pack()
			if err != nil {
				lost.Store(&err)
				return nil
			}
			return in.Write(name, packed, fileMode)
		})
	}
	if err := writes.Wait(); err != nil {
		return err
	}
	if err := lost.Load(); err != nil {
		return *err
	}
	return nil
}

// Collect removes what neither the current edition, nor a kept one, nor the pinned one
// names, of the files whose names are ours, and returns how many bytes the others have.
// A process that is killed meanwhile leaves some of it.
func (s *Store) Collect(ctx context.Context, station string) (left int64, err error) {
	in, unlock, err := s.lock(ctx, station)
	if err != nil {
		return 0, err
	}
	defer unlock()
	old, err := stored(in, station)
	if err != nil {
		return 0, err
	}
	marks, names, err := list(in)
	if err != nil {
		return 0, err
	}
	named, err := s.named(in, published(old, marks))
	if err != nil {
		return 0, fmt.Errorf("cache: %w", err)
	}
	// Manifests go first: none is ever there without its documents.
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(filepath.Ext(b), filepath.Ext(a)) })
	for _, file := range names {
		if !named[file] && replaceable(file) {
			if err := remove(in, file); err != nil {
				return 0, err
			}
			continue
		}
		info, err := in.Stat(file)
		if err != nil {
			return 0, fmt.Errorf("cache: %w", err)
		}
		left += info.Size()
	}
	return left, nil
}

// named returns the names of the manifests that stay of those that are kept, and of what
// they name.
func (s *Store) named(in *durable.Folder, kept []int64) (map[string]bool, error) {
	named := map[string]bool{}
	pin, err := readSealed(in, pinnedName)
	if err != nil && !isAbsent(err) {
		return nil, err
	}
	texts := [][]byte{pin}
	p, err := readPin(in)
	if err != nil {
		return nil, err
	}
	surplus := s.keep.Surplus(kept)
	for _, mark := range kept {
		if slices.Contains(surplus, mark) && mark != p.Number {
			continue
		}
		text, err := readSealed(in, manifestName(mark))
		if isAbsent(err) {
			continue // is of no use
		}
		if err != nil {
			return nil, err
		}
		named[manifestName(mark)] = true
		texts = append(texts, text)
	}
	for _, text := range texts {
		for hash := range hashesIn(text, "hash") {
			named[objectName(hash)] = true
		}
		for name := range hashesIn(text, "volume") {
			if err := nameVolume(in, name, named); err != nil {
				return nil, err
			}
		}
	}
	return named, nil
}

// published returns which of the watermarks have been published: a process may have been
// killed before that.
func published(old stock, marks []int64) []int64 {
	if old.Format == 0 {
		return marks
	}
	current, _ := markIn(old.current.name())
	return slices.DeleteFunc(marks, func(mark int64) bool { return mark > current })
}

func remove(in *durable.Folder, name string) error {
	if err := in.Remove(name); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// Kept implements store.Store.
func (s *Store) Kept(_ context.Context, station string) ([]edition.Manifest, error) {
	in, err := s.station(station)
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	marks, err := s.kept(in, station)
	if err != nil {
		return nil, err
	}
	var kept []edition.Manifest
	for _, mark := range marks {
		if m, err := manifest(in, station, manifestName(mark)); err == nil {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// kept returns the watermarks of the editions that are kept.
func (s *Store) kept(in *durable.Folder, station string) (marks []int64, err error) {
	if !s.confirmed(in, station) {
		return nil, nil
	}
	old, err := stored(in, station)
	if err != nil {
		return nil, err
	}
	if marks, _, err = list(in); err != nil {
		return nil, err
	}
	return published(old, marks), nil
}

// FetchKept implements store.Store.
func (s *Store) FetchKept(_ context.Context, station string, watermark time.Time, known *edition.Edition) (*edition.Edition, error) {
	in, err := s.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	marks, err := s.kept(in, station)
	if err != nil {
		return nil, err
	}
	for _, mark := range marks {
		if mark >= numbers && mark != watermark.UnixMilli() { // a number does not say it
			continue
		}
		if m, err := manifest(in, station, manifestName(mark)); err == nil && m.Watermark.Equal(watermark) {
			return s.openWhole(in, m, known)
		}
	}
	return nil, store.ErrNone
}

// OpenKept returns the edition of a manifest that Kept returned: what it lacks shows when
// that is read.
func (s *Store) OpenKept(m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	in, err := s.station(m.Station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return s.open(in, m, known)
}

// Pin implements store.Store.
func (s *Store) Pin(ctx context.Context, station string, pin store.Pin, e *edition.Edition) error {
	in, unlock, err := s.lock(ctx, station)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := readPin(in)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if old.pin().Later(pin) {
		return nil
	}
	next := pinned{At: pin.At, Watermark: pin.Watermark}
	if e != nil {
		m := e.Manifest()
		if err := writeObjects(ctx, in, m.Objects(e, &edition.Manifest{})); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
		next.Manifest = &m
	}
	if err := writeSealed(in, pinnedName, next); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
