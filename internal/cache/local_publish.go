package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
)

// syncs bounds how many files are written at the same time: they wait for the
// disk, not for the processor.
const syncs = 16

// Publish implements Store. The documents are on the disk before the manifest
// that names them: whenever the process or the machine stops, one whole
// edition is there.
func (l *Local) Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error) {
	station := e.Station()
	in, unlock, err := l.lock(ctx, station)
	if err != nil {
		return nil, err
	}
	defer unlock()
	distrusted := l.distrusted(in, station)
	if distrusted {
		l.suspect(station, true)
	}
	old, err := l.stored(in, station)
	if err != nil {
		return nil, err
	}
	m := e.Manifest()
	same := old.readable && m.Watermark.Equal(old.manifest.Watermark) && digest(m) == digest(old.manifest)
	switch {
	case old.readable && !old.suspect && old.manifest.Watermark.After(e.Base()):
		return nil, fmt.Errorf("cache: %s: %w", station, edition.ErrStale)
	case same && !old.damaged && e.Number() <= old.last:
		return e.Numbered(old.last), nil
	case same && e.Number() == old.last: // is written once more
	case e.Number() <= old.last:
		e = e.Numbered(old.last + 1)
		m.Number = e.Number()
	}
	if err := noteLeft(in, e, old, old.oldest); err != nil {
		return nil, err
	}
	if err := write(ctx, in, e, m, old); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	l.suspect(station, false)
	if distrusted {
		if err := l.confirm(in, station); err != nil {
			return e, err
		}
	}
	return e, l.collect(in, m)
}

// writeManifest makes an edition the current one. Both files wait for the disk
// together, but the copy is in place only after the other: whoever finds it alone
// takes it for an edition that was published.
func writeManifest(in *durable.Folder, m edition.Manifest) error {
	text, err := seal(m)
	if err != nil {
		return err
	}
	names := []string{manifestName, numberName(m.Number)}
	drafts := make([]string, len(names))
	var writes errgroup.Group
	for i, name := range names {
		writes.Go(func() (err error) {
			drafts[i], err = in.Draft(name, text, fileMode)
			return err
		})
	}
	err = writes.Wait()
	for i, name := range names {
		if err == nil {
			err = in.Rename(drafts[i], name)
		}
		if err != nil && drafts[i] != "" {
			err = errors.Join(err, in.Remove(drafts[i]))
		}
	}
	if err != nil {
		return err
	}
	return in.Sync()
}

// stored is what a station's folder says of its current edition.
type stored struct {
	manifest edition.Manifest // the newest that can be read
	readable bool             // there is one
	suspect  bool             // documents of it are damaged
	damaged  bool             // it must be written again
	oldest   time.Time        // watermark of the oldest edition; zero: not known
	last     int64            // the highest number that is known to have been given
}

func (l *Local) stored(in *durable.Folder, station string) (s stored, err error) {
	l.mu.Lock()
	s.suspect = l.of(station).suspect
	l.mu.Unlock()
	s.damaged = s.suspect
	numbers, _, err := list(in)
	if err != nil {
		return stored{}, err
	}
	if len(numbers) > 0 {
		v, err := version(in, station, numberName(numbers[len(numbers)-1]))
		if err != nil {
			return stored{}, fmt.Errorf("cache: %w", err)
		}
		s.oldest = time.UnixMilli(v.Watermark)
	}
	m, err := manifest(in, station, manifestName)
	switch {
	case err == nil:
		s.manifest, s.readable, s.last = m, true, m.Number // a higher number was not published
		return s, nil
	case errors.Is(err, ErrNone):
		s.damaged = len(numbers) > 0 // it is gone
	case errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
		s.damaged = true
	default:
		return stored{}, fmt.Errorf("cache: %w", err)
	}
	if len(numbers) > 0 {
		s.last = numbers[0]
		if m, err := manifest(in, station, numberName(numbers[0])); err == nil {
			s.manifest, s.readable = m, true
		}
	}
	return s, nil
}

// write puts an edition in place of the stored one.
func write(ctx context.Context, in *durable.Folder, e *edition.Edition, m edition.Manifest, old stored) error {
	if err := writeObjects(ctx, in, e, old.damaged); err != nil {
		return err
	}
	if old.readable && old.manifest.Number != m.Number {
		if err := keepStored(in, old); err != nil {
			return err
		}
	}
	return writeManifest(in, m)
}

// keepStored makes the stored edition a kept one, or, where it is damaged, none.
func keepStored(in *durable.Folder, old stored) error {
	name := numberName(old.manifest.Number)
	_, err := in.Stat(name)
	switch {
	case old.suspect && err == nil:
		return in.Remove(name)
	case errors.Is(err, fs.ErrNotExist) && !old.suspect: // the process was stopped before it wrote the copy
		return writeSealed(in, name, old.manifest)
	}
	return nil
}

// writeObjects writes the documents and records that are not there yet, or all
// of them.
func writeObjects(ctx context.Context, in *durable.Folder, e *edition.Edition, all bool) error {
	var writes errgroup.Group
	writes.SetLimit(syncs)
	for d := range e.Objects() {
		name := objectName(d.Hash())
		if info, err := in.Stat(name); err == nil && info.Mode().IsRegular() && !all {
			continue
		}
		writes.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return in.Write(name, d.Pack(), fileMode)
		})
	}
	return writes.Wait()
}

// collect removes what neither the current edition nor a kept one names, of the
// files whose names are ours.
func (l *Local) collect(in *durable.Folder, m edition.Manifest) error {
	numbers, names, err := list(in)
	if err != nil {
		return err
	}
	pin, err := readPin(in)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	named := map[string]bool{}
	for _, number := range l.keptOf(numbers, m.Number, pin) {
		text, err := readSealed(in, numberName(number))
		switch {
		case errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
			continue // is of no use
		case err != nil:
			return fmt.Errorf("cache: %w", err)
		}
		named[numberName(number)] = true
		for hash := range hashesIn(text) {
			named[objectName(hash)] = true
		}
	}
	// Manifests go first: none is ever there without its documents.
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(filepath.Ext(b), filepath.Ext(a)) })
	for _, file := range names {
		if named[file] || !replaceable(file) {
			continue
		}
		if err := remove(in, file); err != nil {
			return err
		}
	}
	return nil
}

func remove(in *durable.Folder, name string) error {
	if err := in.Remove(name); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}

// keptOf returns which of the numbers, the highest first, stay beside the
// current one; its own copy, too.
func (l *Local) keptOf(numbers []int64, current int64, pin Pin) (kept []int64) {
	earlier := 0
	for _, number := range numbers {
		if number < current {
			earlier++
		}
		if number <= current && earlier <= l.keep || number == pin.Number {
			kept = append(kept, number)
		}
	}
	return kept
}

// Kept implements Store.
func (l *Local) Kept(_ context.Context, station string) ([]edition.Manifest, error) {
	in, err := l.station(station)
	if errors.Is(err, ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !l.confirmed(in, station) {
		return nil, nil
	}
	numbers, _, err := list(in)
	if err != nil {
		return nil, err
	}
	var kept []edition.Manifest
	current, err := manifest(in, station, manifestName)
	if err == nil {
		kept = append(kept, current)
		numbers = slices.DeleteFunc(numbers, func(number int64) bool { return number >= current.Number })
	}
	for _, number := range numbers {
		if m, err := manifest(in, station, numberName(number)); err == nil {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// FetchKept implements Store.
func (l *Local) FetchKept(_ context.Context, station string, number int64, known *edition.Edition) (*edition.Edition, error) {
	in, err := l.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !l.confirmed(in, station) {
		return nil, ErrNone
	}
	return fetch(in, station, numberName(number), known)
}

// Pin implements Store.
func (l *Local) Pin(ctx context.Context, station string, pin Pin, e *edition.Edition) error {
	in, unlock, err := l.lock(ctx, station)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := readPin(in)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if old.later(pin) {
		return nil
	}
	if e != nil {
		if err := writeObjects(ctx, in, e, false); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
		if err := writeSealed(in, numberName(pin.Number), e.Numbered(pin.Number).Manifest()); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	if err := writeSealed(in, pinnedName, pin); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
