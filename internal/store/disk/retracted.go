package disk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Names in the local copy's folder.
const (
	retractedName     = "retracted.json"
	retractedLockName = "retracted.lock"
	twinSuffix        = ".twin" // of a file without which nothing says what it said
)

// Copies are the two files of retractions as they were read.
type Copies [2]seen

func copyNames() [2]string { return [2]string{retractedName, retractedName + twinSuffix} }

// look returns what is known of the files now and whether one is another than
// before.
func (s Copies) look(base *durable.Folder) (now Copies, changed bool, err error) {
	for i, name := range copyNames() {
		one, other, err := s[i].look(base, name)
		if err != nil {
			return s, false, err
		}
		now[i], changed = one, changed || other
	}
	return now, changed, nil
}

// incomplete reports whether a file is not there.
func (s Copies) incomplete() bool { return s[0].info == nil || s[1].info == nil }

// readRetracted returns the retractions of the local copy: those of both files, as
// a process may have been stopped between writing them. Whole reports whether
// both are there. The error is edition.ErrDamaged where there are files, but
// none that is as it was written.
func readRetracted(base *durable.Folder) (all []edition.Retraction, whole bool, err error) {
	var faults []error
	there := 0
	for _, name := range copyNames() {
		var one []edition.Retraction
		text, err := readSealed(base, name)
		if err == nil {
			err = json.Unmarshal(text, &one)
		}
		switch {
		case err == nil:
			there++
			all = append(all, one...)
		case !errors.Is(err, store.ErrNone):
			faults = append(faults, fmt.Errorf("cache: %w", err))
		}
	}
	if there == 0 {
		return nil, false, errors.Join(faults...)
	}
	return all, there == len(Copies{}), nil
}

// Retracted is what is found of the retractions in the local copy.
type Retracted struct {
	Seen        Copies
	Read        bool // the files are others than before, or are missed
	Whole       bool // both are there
	Retractions []edition.Retraction
}

// LookRetracted reads the retractions of the local copy, if their files are others
// than before or, where they are missed, one is not there. The error may be
// edition.ErrDamaged.
func (s *Store) LookRetracted(before Copies, missed bool) (file Retracted, err error) {
	base, err := s.folder()
	if err != nil {
		return file, err
	}
	file.Seen, file.Read, err = before.look(base)
	file.Read = file.Read || missed && file.Seen.incomplete()
	if err == nil && file.Read {
		file.Retractions, file.Whole, err = readRetracted(base)
	}
	return file, err
}

// AddRetracted adds retractions to those of the local copy. It fails where that
// can't be written to, also if it has them.
func (s *Store) AddRetracted(ctx context.Context, more edition.Retractions) error {
	base, err := s.folder()
	if err != nil {
		return err
	}
	lock, err := lockFile(ctx, base, retractedLockName)
	if err != nil {
		return err
	}
	defer lock.Close()
	there, whole, err := readRetracted(base)
	if err != nil && !errors.Is(err, edition.ErrDamaged) {
		return err
	}
	known, _ := edition.Retractions(nil).With(there...)
	all, changed := known.With(slices.Collect(maps.Values(more))...)
	if whole && !changed { // it has all of them, also when what was learned is older
		return writable(base)
	}
	for _, name := range []string{retractedName + twinSuffix, retractedName} {
		if err := writeSealed(base, name, slices.Collect(maps.Values(all))); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}

// unconfirmedName is a file in the folder of a station whose editions are not
// served from there: what was retracted is not known.
const unconfirmedName = "unconfirmed"

// Distrust has nothing of some stations served from the local copy until another
// edition is published there, nor taken over from their former ids. That holds in this process also where it can't be
// noted in the folder.
func (s *Store) Distrust(ctx context.Context, stations []string) error {
	all := slices.Clone(stations)
	for _, station := range stations {
		all = append(all, s.former[station]...)
	}
	var faults []error
	for _, station := range all {
		if head, err := s.head(station); err == nil && head == (store.Head{}) {
			continue // has nothing
		}
		s.mu.Lock()
		s.of(station).unconfirmed = true
		s.mu.Unlock()
		in, unlock, err := s.lock(ctx, station)
		if err == nil {
			err = errors.Join(in.Write(unconfirmedName, nil, fileMode), in.Sync())
			unlock()
		}
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// confirmed reports whether the editions of a station may be served from its
// folder.
func (s *Store) confirmed(in *durable.Folder, station string) bool {
	return s.trusting || !s.distrusted(in, station)
}

func (s *Store) distrusted(in *durable.Folder, station string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := in.Stat(unconfirmedName)
	return err == nil || s.of(station).unconfirmed
}

// confirm ends what Distrust has begun.
func (s *Store) confirm(in *durable.Folder, station string) error {
	s.mu.Lock()
	s.of(station).unconfirmed = false
	s.mu.Unlock()
	return remove(in, unconfirmedName)
}
