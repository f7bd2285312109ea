// Package disk keeps editions in a folder, the local copy, which several processes
// may share.
//
// It has a folder a station; every .json holds the SHA-256 of its content:
//
//	{dir}/{station}/{watermark}.json  manifest of the current or a kept edition: 20261128T174003.123Z.json
//	{dir}/{station}/current.json      the watermark and the digest of the current one
//	{dir}/{station}/{hash}.doc        one document, packed (edition.Document.Pack), or a list of archives (edition.Volume)
//	{dir}/{station}/pinned.json       which edition is served instead of the current one, and its manifest
//	{dir}/{station}/left.json         which articles have left since the oldest of these editions
//	{dir}/{station}/lock              held by the process that publishes, or collects
//	{dir}/{station}/unconfirmed       nothing is served from there: what was retracted is not known
//	{dir}/{station}/.feedstation      tells that the folder is ours
//	{dir}/.feedstation                the same
//	{dir}/settings.lock               with which settings the processes that are there make editions
//	{dir}/.acme                       certificates and their keys, of package autocert
//	{dir}/.statistics                 who has asked, of package statistics
//	{dir}/retracted.json              the retractions of all stations
//	{dir}/retracted.json.twin         the same, for when that is damaged
//	{dir}/retracted.lock              held by the process that adds to them
//	{dir}/exports.json                where the documents were also written as files
//	{dir}/exports.lock                held by the process that writes there
//
// A station takes over the folders of its former ids, see [Store.Formerly].
//
// The version before numbered its editions: {number}.json, and manifest.json in the
// place of current.json. They are read, and go with the next ones.
package disk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Store is the local copy: a folder that several processes may share.
type Store struct {
	dir   string
	keep  store.Keep
	fault error // why the folder could not be written to when it was opened

	trusting bool                               // see Trusting
	former   map[string][]string                // see Formerly
	rest     func(station string) *edition.Rest // see Resting
	compared Compared                           // see Comparing; nil: nothing is known

	opening sync.Mutex
	base    *durable.Folder

	mu    sync.Mutex
	known map[string]*known // by station
}

// known is what is remembered of a station's folder.
type known struct {
	current, former, pinned seen
	manifest                seen   // of the current edition
	name                    string // of that file; empty: there is none
	head                    store.Head
	unconfirmed             bool // see Distrust
}

// Open returns the local copy in a folder, which is created, and tried by
// writing to it: one that can't be written to is still read. A folder that has
// files of others is refused with a [durable.ForeignError].
func Open(dir string, keep store.Keep) (*Store, error) {
	base, fault, err := openBase(dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	s := &Store{dir: dir, keep: keep, base: base, fault: fault, known: map[string]*known{}}
	s.rest = s.unheld
	return s, nil
}

// Resting has the documents of the editions that are fetched be at rest there. It is
// called before the local copy is used; without it they are read each time.
func (s *Store) Resting(rest func(station string) *edition.Rest) { s.rest = rest }

// Compared returns the articles of the edition of a version that a later one of its station
// does not have, where that is known.
type Compared func(station string, before store.Version, after *edition.Edition) (left []edition.Article, ok bool)

// Comparing has the local copy ask what has left, before it compares editions itself. It
// is called before the local copy is used.
func (s *Store) Comparing(compared Compared) { s.compared = compared }

// Trusting has the local copy serve its editions also where its retractions can't
// be read, so that nobody knows what they may not show. It returns the local copy,
// and is called before that is used.
func (s *Store) Trusting() *Store {
	s.trusting = true
	return s
}

// Formerly has stations take over what there is of their former ids, by station. It
// returns the local copy, and is called before that is used.
func (s *Store) Formerly(ids map[string][]string) *Store {
	s.former = ids
	return s
}

// Former returns the former ids of a station.
func (s *Store) Former(station string) []string { return s.former[station] }

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

// isAbsent reports whether an error is that of what is not there, or can't be read,
// which is the same.
func isAbsent(err error) bool {
	return errors.Is(err, store.ErrNone) || errors.Is(err, edition.ErrDamaged) || errors.Is(err, store.ErrForeign)
}

// Fetch implements store.Store. It reads the manifest alone, see [Store.Resting]. Where
// that of the current edition is damaged it is removed, and the newest one is returned
// whose manifest is not; from then on there is no current one, so that a process that
// has one publishes it again.
func (s *Store) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	in, err := s.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !s.confirmed(in, station) {
		return nil, store.ErrNone
	}
	p, err := readPointer(in, station)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	marks, _, err := list(in)
	if err != nil {
		return nil, err
	}
	opens := []opening{s.open}
	if _, former := in.Stat(formerName); former == nil {
		// The version before was the last: it has removed the documents that no
		// edition of its own names.
		opens = []opening{s.openWhole, s.open}
	}
	opens = append(opens, s.openReadable)
	for i, open := range opens {
		e, later, fault := newest(in, station, p, marks, known, open)
		if fault == nil {
			if i == len(opens)-1 {
				later = marks
			}
			if later != nil {
				_ = s.remove(ctx, station, later) // where that fails it is served all the same
			}
			return e, nil
		}
		if err = fault; !isAbsent(err) {
			return nil, err
		}
	}
	_ = s.remove(ctx, station, marks)
	return nil, err
}

// opening returns the edition of a manifest.
type opening func(in *durable.Folder, m edition.Manifest, known *edition.Edition) (*edition.Edition, error)

// newest returns the edition that a pointer names or, where that can't be opened, the
// newest one that can, with the watermarks of the later ones.
func newest(in *durable.Folder, station string, p pointer, marks []int64, known *edition.Edition, open opening) (e *edition.Edition, later []int64, err error) {
	if e, err = fetch(in, station, p.name(), known, open); err == nil || !isAbsent(err) {
		return e, nil, err
	}
	err = store.ErrNone
	for i, mark := range marks {
		e, fault := fetch(in, station, manifestName(mark), known, open)
		if fault == nil || !isAbsent(fault) {
			return e, marks[:i], fault
		}
		if i == 0 {
			err = fault
		}
	}
	return nil, nil, err
}

// remove removes editions, and the pointer. What other versions of the program have
// made stays.
func (s *Store) remove(ctx context.Context, station string, marks []int64) error {
	in, unlock, err := s.lock(ctx, station)
	if err != nil {
		return err
	}
	defer unlock()
	faults := []error{in.Remove(currentName), in.Remove(formerName)}
	for _, mark := range marks {
		if _, err := manifest(in, station, manifestName(mark)); errors.Is(err, store.ErrForeign) {
			continue
		}
		faults = append(faults, in.Remove(manifestName(mark)))
	}
	return errors.Join(faults...)
}

func fetch(in *durable.Folder, station, name string, known *edition.Edition, open opening) (*edition.Edition, error) {
	m, err := manifest(in, station, name)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return open(in, m, known)
}

// openWhole returns the edition of a manifest, of which nobody could build again what is
// missing.
func (s *Store) openWhole(in *durable.Folder, m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	if err := readVolumes(in, &m, known); err != nil {
		return nil, fmt.Errorf("cache: %s: %w", m.Station, err)
	}
	for entry := range m.Entries() {
		info, err := in.Stat(objectName(entry.Hash))
		if err != nil || !info.Mode().IsRegular() || entry.Gzip != 0 && info.Size() != entry.Packed() {
			return nil, fmt.Errorf("cache: %s: %w", m.Station, &edition.DamagedError{Hash: entry.Hash})
		}
	}
	return s.open(in, m, known)
}

// open returns the edition of a manifest.
func (s *Store) open(in *durable.Folder, m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	return s.openWith(readVolumes, in, m, known)
}

// openReadable returns the edition of a manifest as far as its volumes can be read.
func (s *Store) openReadable(in *durable.Folder, m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	return s.openWith(readable, in, m, known)
}

func (s *Store) openWith(read func(*durable.Folder, *edition.Manifest, *edition.Edition) error, in *durable.Folder, m edition.Manifest, known *edition.Edition) (e *edition.Edition, err error) {
	if err = read(in, &m, known); err == nil {
		e, err = m.Edition(known, s.rest(m.Station).Open)
	}
	if err != nil {
		return nil, fmt.Errorf("cache: %s: %w", in.Path(manifestName(m.Watermark.UnixMilli())), err)
	}
	return e, nil
}

// list returns the watermarks in the names of manifests, the latest first, and the
// names of all files. The numbers of the version before come after them.
func list(in *durable.Folder) (marks []int64, names []string, err error) {
	files, err := in.Entries()
	if err != nil {
		return nil, nil, fmt.Errorf("cache: %w", err)
	}
	for _, file := range files {
		names = append(names, file.Name())
		if mark, ok := markIn(file.Name()); ok {
			marks = append(marks, mark)
		}
	}
	slices.Sort(marks)
	slices.Reverse(marks)
	return marks, names, nil
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
