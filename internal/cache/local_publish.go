package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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
	lock, err := l.lock(ctx, station)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	if book := l.takeLedger(station); book != nil {
		return l.publishKnown(ctx, e, book)
	}
	old, err := l.stored(station)
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
	if err := l.write(ctx, e, m, old); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	l.mu.Lock()
	l.of(station).suspect = false
	l.mu.Unlock()
	book, err := l.collect(m)
	if err != nil {
		return e, err
	}
	return e, l.keepLedger(station, book)
}

// publishKnown is Publish where the folder is as this process left it.
func (l *Local) publishKnown(ctx context.Context, e *edition.Edition, book *ledger) (*edition.Edition, error) {
	m := e.Manifest()
	sum := digest(m)
	switch {
	case book.version.Watermark > e.Base().UnixMilli():
		return nil, errors.Join(fmt.Errorf("cache: %s: %w", m.Station, edition.ErrStale), l.keepLedger(m.Station, book))
	case e.Number() <= book.version.Number && sum == book.digest:
		return e.Numbered(book.version.Number), l.keepLedger(m.Station, book)
	case e.Number() <= book.version.Number:
		e = e.Numbered(book.version.Number + 1)
		m.Number = e.Number()
	}
	if err := l.writeObjects(ctx, e, false); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if err := l.writeManifest(m); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	book.enter(m, sum)
	return e, errors.Join(l.collectKnown(m.Station, book), l.keepLedger(m.Station, book))
}

// writeManifest makes an edition the current one. Both files wait for the disk
// together, but the copy is in place only after the other: whoever finds it alone
// takes it for an edition that was published.
func (l *Local) writeManifest(m edition.Manifest) error {
	text, err := seal(m)
	if err != nil {
		return err
	}
	names := []string{l.path(m.Station, manifestName), l.path(m.Station, numberName(m.Number))}
	drafts := make([]string, len(names))
	var writes errgroup.Group
	for i, name := range names {
		writes.Go(func() (err error) {
			drafts[i], err = draftFile(name, text)
			return err
		})
	}
	err = writes.Wait()
	for i, name := range names {
		if err == nil {
			err = os.Rename(drafts[i], name)
		}
		if err != nil && drafts[i] != "" {
			err = errors.Join(err, os.Remove(drafts[i]))
		}
	}
	if err != nil {
		return err
	}
	return syncFolder(l.folder(m.Station))
}

// stored is what a station's folder says of its current edition.
type stored struct {
	manifest edition.Manifest // the newest that can be read
	readable bool             // there is one
	suspect  bool             // documents of it are damaged
	damaged  bool             // it must be written again
	last     int64            // the highest number that is known to have been given
}

func (l *Local) stored(station string) (s stored, err error) {
	l.mu.Lock()
	s.suspect = l.of(station).suspect
	l.mu.Unlock()
	s.damaged = s.suspect
	numbers, _, err := l.list(station)
	if err != nil {
		return stored{}, err
	}
	m, err := l.manifest(station, manifestName)
	switch {
	case err == nil:
		return stored{m, true, s.suspect, s.damaged, m.Number}, nil // a higher number was not published
	case errors.Is(err, ErrNone):
		s.damaged = len(numbers) > 0 // it is gone
	case errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
		s.damaged = true
	default:
		return stored{}, fmt.Errorf("cache: %w", err)
	}
	if len(numbers) > 0 {
		s.last = numbers[0]
		if m, err := l.manifest(station, numberName(numbers[0])); err == nil {
			s.manifest, s.readable = m, true
		}
	}
	return s, nil
}

// write puts an edition in place of the stored one.
func (l *Local) write(ctx context.Context, e *edition.Edition, m edition.Manifest, old stored) error {
	if err := l.writeObjects(ctx, e, old.damaged); err != nil {
		return err
	}
	if old.readable && old.manifest.Number != m.Number {
		if err := l.keepStored(old); err != nil {
			return err
		}
	}
	return l.writeManifest(m)
}

// keepStored makes the stored edition a kept one, or, where it is damaged, none.
func (l *Local) keepStored(old stored) error {
	name := l.path(old.manifest.Station, numberName(old.manifest.Number))
	_, err := os.Stat(name)
	switch {
	case old.suspect && err == nil:
		return os.Remove(name)
	case errors.Is(err, fs.ErrNotExist) && !old.suspect: // the process was stopped before it wrote the copy
		return writeSealed(name, old.manifest)
	}
	return nil
}

// writeObjects writes the documents and records that are not there yet, or all
// of them.
func (l *Local) writeObjects(ctx context.Context, e *edition.Edition, all bool) error {
	var writes errgroup.Group
	writes.SetLimit(syncs)
	for d := range e.Objects() {
		name := l.path(e.Station(), objectName(d.Hash()))
		if _, err := os.Stat(name); err == nil && !all {
			continue
		}
		writes.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return writeFile(name, d.Pack())
		})
	}
	return writes.Wait()
}

// collect removes what neither the current edition nor a kept one names, and
// returns the ledger of what is left.
func (l *Local) collect(m edition.Manifest) (*ledger, error) {
	station := m.Station
	numbers, names, err := l.list(station)
	if err != nil {
		return nil, err
	}
	book := &ledger{newest: map[edition.Hash]int64{}}
	if book.pin, err = l.readPin(station); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	named := map[string]bool{pinnedName: true, lockName: true, manifestName: true}
	for _, number := range l.keptOf(numbers, m.Number, book.pin) {
		text, err := readSealed(l.path(station, numberName(number)))
		switch {
		case errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
			continue // is of no use
		case err != nil:
			return nil, fmt.Errorf("cache: %w", err)
		}
		named[numberName(number)] = true
		stays := number
		if number == book.pin.Number {
			stays = math.MaxInt64
		}
		if number != m.Number {
			book.numbers = append(book.numbers, number)
		}
		for hash := range hashesIn(text) {
			named[objectName(hash)] = true
			book.newest[hash] = max(book.newest[hash], stays)
		}
	}
	book.enter(m, digest(m))
	for hash := range book.newest {
		named[objectName(hash)] = true
	}
	// Manifests go first: none is ever there without its documents.
	slices.SortStableFunc(names, func(a, b string) int { return strings.Compare(filepath.Ext(b), filepath.Ext(a)) })
	for _, file := range names {
		if named[file] {
			continue
		}
		if err := l.remove(station, file); err != nil {
			return nil, err
		}
	}
	return book, nil
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
	numbers, _, err := l.list(station)
	if err != nil {
		return nil, err
	}
	var kept []edition.Manifest
	current, err := l.manifest(station, manifestName)
	if err == nil {
		kept = append(kept, current)
		numbers = slices.DeleteFunc(numbers, func(number int64) bool { return number >= current.Number })
	}
	for _, number := range numbers {
		if m, err := l.manifest(station, numberName(number)); err == nil {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// FetchKept implements Store.
func (l *Local) FetchKept(_ context.Context, station string, number int64, known *edition.Edition) (*edition.Edition, error) {
	return l.fetch(station, numberName(number), known)
}

// Pin implements Store.
func (l *Local) Pin(ctx context.Context, station string, pin Pin, e *edition.Edition) error {
	lock, err := l.lock(ctx, station)
	if err != nil {
		return err
	}
	defer lock.Close()
	old, err := l.readPin(station)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if old.later(pin) {
		return nil
	}
	if e != nil {
		if err := l.writeObjects(ctx, e, false); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
		if err := writeSealed(l.path(station, numberName(pin.Number)), e.Numbered(pin.Number).Manifest()); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	if err := writeSealed(l.path(station, pinnedName), pin); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
