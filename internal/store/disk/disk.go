// Package disk keeps editions in a folder, the local copy, which several processes
// may share.
//
// It has a folder a station; every .json holds the SHA-256 of its content:
//
//	{dir}/{station}/{number}.json   manifest of the current or a kept edition
//	{dir}/{station}/manifest.json   the number and the watermark of the current one
//	{dir}/{station}/{hash}.doc      one document, packed (edition.Document.Pack)
//	{dir}/{station}/pinned.json     which kept edition is served instead of the current one
//	{dir}/{station}/left.json       which articles have left since the oldest of these editions
//	{dir}/{station}/lock            held by the process that publishes
//	{dir}/{station}/unconfirmed     nothing is served from there: what was retracted is not known
//	{dir}/{station}/.feedstation    tells that the folder is ours
//	{dir}/.feedstation              the same
//	{dir}/settings.lock             with which settings the processes that are there make editions
//	{dir}/retracted.json            the retractions of all stations
//	{dir}/retracted.json.twin       the same, for when that is damaged
//	{dir}/retracted.lock            held by the process that adds to them
package disk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Store is the local copy: a folder that several processes may share.
type Store struct {
	dir   string
	keep  int
	fault error // why the folder could not be written to when it was opened

	trusting bool // see Trusting

	opening sync.Mutex
	base    *durable.Folder

	mu    sync.Mutex
	known map[string]*known // by station
}

// known is what is remembered of a station's folder.
type known struct {
	manifest, pinned seen
	head             store.Head
	unconfirmed      bool // see distrust
}

// Open returns the local copy in a folder, which is created, and tried by
// writing to it: one that can't be written to is still read. A folder that has
// files of others is refused with a [durable.ForeignError]. Keep is how many
// editions are kept besides the current one, at least 1.
func Open(dir string, keep int) (*Store, error) {
	base, fault, err := openBase(dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &Store{dir: dir, keep: max(keep, 1), base: base, fault: fault, known: map[string]*known{}}, nil
}

// Trusting has the local copy serve its editions also where its retractions can't
// be read, so that nobody knows what they may not show. It returns the local copy,
// and is called before that is used.
func (s *Store) Trusting() *Store {
	s.trusting = true
	return s
}

// Trusts reports whether the store is Trusting.
func (s *Store) Trusts() bool { return s.trusting }

// Dir returns the folder.
func (s *Store) Dir() string { return s.dir }

// Fault returns why the folder could not be written to when it was opened.
func (s *Store) Fault() error { return s.fault }

// Agree tells other processes that use the folder with which settings this one makes
// editions, until the lock is closed, and reports whether theirs are the same.
func (s *Store) Agree(ctx context.Context, settings string) (lock *durable.Lock, agreed bool, err error) {
	base, err := s.folder()
	if err != nil {
		return nil, false, err
	}
	return base.Agree(ctx, settingsName, settings)
}

// of returns what is remembered of a station; s.mu is held.
func (s *Store) of(station string) *known {
	k, ok := s.known[station]
	if !ok {
		k = new(known)
		s.known[station] = k
	}
	return k
}

// Heads implements Store.
func (s *Store) Heads(_ context.Context, stations []string) ([]store.Head, error) {
	heads := make([]store.Head, len(stations))
	for i, station := range stations {
		head, err := s.head(station)
		if err != nil {
			head = store.Head{Err: fmt.Errorf("cache: %w", err)}
		}
		heads[i] = head
	}
	return heads, nil
}

// head reads a file only when it is another one than last time.
func (s *Store) head(station string) (store.Head, error) {
	in, err := s.station(station)
	if errors.Is(err, store.ErrNone) {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.known, station)
		return store.Head{}, nil
	}
	if err != nil {
		return store.Head{}, err
	}
	defer in.Close()
	if !s.confirmed(in, station) {
		return store.Head{Unconfirmed: true}, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.of(station)
	now, changed, err := k.manifest.look(in, manifestName)
	if err != nil {
		return store.Head{}, err
	}
	if changed {
		if k.head.Version, err = version(in, station, manifestName); err != nil {
			return store.Head{}, err
		}
		k.manifest = now
	}
	now, changed, err = k.pinned.look(in, pinnedName)
	if err != nil {
		return store.Head{}, err
	}
	if changed {
		if k.head.Pin, err = readPin(in); err != nil {
			return store.Head{}, err
		}
		k.pinned = now
	}
	return k.head, nil
}

// version returns that of a manifest, or of the pointer to one, also where only
// another version of the program can read the rest. A damaged one is as good as none.
func version(in *durable.Folder, station, name string) (store.Version, error) {
	text, err := readSealed(in, name)
	switch {
	case err == nil:
	case isAbsent(err):
		return store.Version{}, nil
	default:
		return store.Version{}, err
	}
	var head pointer
	if json.Unmarshal(text, &head) != nil || head.Station != station {
		return store.Version{}, nil
	}
	return store.Version{Number: head.Number, Watermark: head.Watermark.UnixMilli()}, nil
}

// isAbsent reports whether an error is that of what is not there, or is as good as
// that: it can't be read.
func isAbsent(err error) bool {
	return errors.Is(err, store.ErrNone) || errors.Is(err, edition.ErrDamaged) || errors.Is(err, store.ErrForeign)
}

// Fetch implements Store. Where the current edition is damaged it is removed, and the
// newest one is returned that is whole; from then on there is no current one, so that
// whoever has one publishes it again.
func (s *Store) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	in, err := s.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !s.confirmed(in, station) {
		return nil, store.ErrNone
	}
	v, err := version(in, station, manifestName)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if e, err := fetch(in, station, numberName(v.Number), known); err == nil || !isAbsent(err) {
		return e, err
	}
	numbers, _, err := list(in)
	if err != nil {
		return nil, err
	}
	err = store.ErrNone
	for i, number := range numbers {
		e, fault := fetch(in, station, numberName(number), known)
		if fault == nil {
			_ = s.remove(ctx, station, numbers[:i]) // where that fails it is served all the same
			return e, nil
		}
		if !isAbsent(fault) {
			return nil, fault
		}
		if i == 0 {
			err = fault
		}
	}
	_ = s.remove(ctx, station, numbers)
	return nil, err
}

// remove removes editions, with what is damaged of them, and the pointer; of their
// manifests the names stay until the next publication, which counts on from there.
// What other versions of the program have made stays.
func (s *Store) remove(ctx context.Context, station string, numbers []int64) error {
	in, unlock, err := s.lock(ctx, station)
	if err != nil {
		return err
	}
	defer unlock()
	faults := []error{in.Remove(manifestName)}
	for _, number := range numbers {
		m, err := manifest(in, station, numberName(number))
		if errors.Is(err, store.ErrForeign) {
			continue
		}
		for hash, entry := range store.Objects(m) {
			data, err := in.Read(objectName(hash))
			if err == nil {
				_, err = edition.Unpack(entry, data)
			}
			if err != nil {
				faults = append(faults, in.Remove(objectName(hash)))
			}
		}
		faults = append(faults, in.Write(numberName(number), nil, fileMode))
	}
	return errors.Join(faults...)
}

func fetch(in *durable.Folder, station, name string, known *edition.Edition) (*edition.Edition, error) {
	m, err := manifest(in, station, name)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	e, err := open(in, m, known)
	if err != nil {
		return nil, fmt.Errorf("cache: %s: %w", in.Path(name), err)
	}
	return e, nil
}

// open returns the edition of a manifest.
func open(in *durable.Folder, m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	return m.Edition(known, func(hash edition.Hash) ([]byte, error) {
		data, err := in.Read(objectName(hash))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, durable.ErrNotOurs) {
			return nil, &edition.DamagedError{Hash: hash}
		}
		return data, err
	})
}

// list returns the numbers in the names of manifests, the highest first, and
// the names of all files.
func list(in *durable.Folder) (numbers []int64, names []string, err error) {
	files, err := in.Entries()
	if err != nil {
		return nil, nil, fmt.Errorf("cache: %w", err)
	}
	for _, file := range files {
		names = append(names, file.Name())
		if number, ok := numberIn(file.Name()); ok {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers, names, nil
}

func manifest(in *durable.Folder, station, name string) (edition.Manifest, error) {
	text, err := readSealed(in, name)
	if err != nil {
		return edition.Manifest{}, err
	}
	m, err := store.ParseManifest(station, text)
	if err != nil {
		return edition.Manifest{}, fmt.Errorf("%s: %w", in.Path(name), err)
	}
	return m, nil
}

func readPin(in *durable.Folder) (pin store.Pin, err error) {
	text, err := readSealed(in, pinnedName)
	switch {
	case errors.Is(err, store.ErrNone), errors.Is(err, edition.ErrDamaged), errors.Is(err, store.ErrForeign):
		return store.Pin{}, nil
	case err != nil:
		return store.Pin{}, err
	}
	if err := json.Unmarshal(text, &pin); err != nil {
		return store.Pin{}, fmt.Errorf("%s: %w", in.Path(pinnedName), err)
	}
	return pin, nil
}
