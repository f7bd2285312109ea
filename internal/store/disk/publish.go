package disk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// syncs bounds how many files are written at the same time: they wait for the
// disk, not for the processor.
const syncs = 16

// Publish implements Store. The documents are on the disk before the manifest that
// names them, and that before the pointer: whenever the process or the machine stops,
// one whole edition is there.
func (s *Store) Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error) {
	station := e.Station()
	in, unlock, err := s.lock(ctx, station)
	if err != nil {
		return nil, err
	}
	defer unlock()
	distrusted := s.distrusted(in, station)
	old, err := stored(in, station)
	if err != nil {
		return nil, err
	}
	m := e.Manifest()
	switch last := old.last(); {
	case old.Format != 0 && !distrusted && old.Watermark.After(e.Base()):
		return nil, fmt.Errorf("cache: %s: %w", station, edition.ErrStale)
	case old.Format != 0 && !distrusted && e.Number() <= last && m.Watermark.Equal(old.Watermark) && store.Digest(m) == store.Digest(old.Manifest):
		return e.Numbered(last), nil
	case e.Number() <= last:
		e = e.Numbered(last + 1)
		m.Number = e.Number()
	}
	if err := noteLeft(in, e, old); err != nil {
		return nil, err
	}
	if err := writeObjects(ctx, in, e); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if err := in.Write(numberName(m.Number), sealed(m), fileMode); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if err := writeSealed(in, manifestName, pointer{m.Station, m.Number, m.Watermark}); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if distrusted {
		if err := s.confirm(in, station); err != nil {
			return e, err
		}
	}
	return e, s.collect(in, m)
}

// pointer is what manifestName holds of the current edition. It begins as a manifest
// does, which the version before has there.
type pointer struct {
	Station   string    `json:"station"`
	Number    int64     `json:"number"`
	Watermark time.Time `json:"watermark"`
}

// stock is what a station's folder has.
type stock struct {
	edition.Manifest         // of the current edition; zero: there is none that can be read
	numbers          []int64 // of all manifests, the highest first
	oldest           time.Time
}

// last returns the highest number that is known to have been given.
func (s stock) last() int64 {
	if s.Number == 0 && len(s.numbers) > 0 {
		return s.numbers[0]
	}
	return s.Number // a higher one was not published
}

func stored(in *durable.Folder, station string) (s stock, err error) {
	if s.numbers, _, err = list(in); err != nil {
		return s, err
	}
	if len(s.numbers) > 0 {
		v, err := version(in, station, numberName(s.numbers[len(s.numbers)-1]))
		if err != nil {
			return s, fmt.Errorf("cache: %w", err)
		}
		s.oldest = time.UnixMilli(v.Watermark)
	}
	v, err := version(in, station, manifestName)
	if err == nil {
		s.Manifest, err = manifest(in, station, numberName(v.Number))
	}
	if err != nil && !isAbsent(err) {
		return s, fmt.Errorf("cache: %w", err)
	}
	return s, nil
}

// writeObjects writes the documents and contents that are not there yet.
func writeObjects(ctx context.Context, in *durable.Folder, e *edition.Edition) error {
	var writes errgroup.Group
	writes.SetLimit(syncs)
	for d := range e.Objects() {
		name := objectName(d.Hash())
		if info, err := in.Stat(name); err == nil && info.Mode().IsRegular() {
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
func (s *Store) collect(in *durable.Folder, m edition.Manifest) error {
	numbers, names, err := list(in)
	if err != nil {
		return err
	}
	pin, err := readPin(in)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	named := map[string]bool{}
	for _, number := range s.keptOf(numbers, m.Number, pin) {
		text, err := readSealed(in, numberName(number))
		switch {
		case errors.Is(err, edition.ErrDamaged), errors.Is(err, store.ErrForeign):
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
func (s *Store) keptOf(numbers []int64, current int64, pin store.Pin) (kept []int64) {
	earlier := 0
	for _, number := range numbers {
		if number < current {
			earlier++
		}
		if number <= current && earlier <= s.keep || number == pin.Number {
			kept = append(kept, number)
		}
	}
	return kept
}

// Kept implements Store.
func (s *Store) Kept(_ context.Context, station string) ([]edition.Manifest, error) {
	in, err := s.station(station)
	if errors.Is(err, store.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !s.confirmed(in, station) {
		return nil, nil
	}
	old, err := stored(in, station)
	if err != nil {
		return nil, err
	}
	var kept []edition.Manifest
	for _, number := range old.numbers {
		if number > old.last() {
			continue // was not published
		}
		if m, err := manifest(in, station, numberName(number)); err == nil {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// FetchKept implements Store.
func (s *Store) FetchKept(_ context.Context, station string, number int64, known *edition.Edition) (*edition.Edition, error) {
	in, err := s.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !s.confirmed(in, station) {
		return nil, store.ErrNone
	}
	return fetch(in, station, numberName(number), known)
}

// Pin implements Store.
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
	if old.Later(pin) {
		return nil
	}
	if e != nil {
		if err := writeObjects(ctx, in, e); err != nil {
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
