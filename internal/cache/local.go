package cache

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
)

// Local is the local copy: a folder that several processes may share.
type Local struct {
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
	head             Head
	unconfirmed      bool // see distrust
}

// OpenLocal returns the local copy in a folder, which is created, and tried by
// writing to it: one that can't be written to is still read. A folder that has
// files of others is refused with a [durable.ForeignError]. Keep is how many
// editions are kept besides the current one, at least 1.
func OpenLocal(dir string, keep int) (*Local, error) {
	base, fault, err := openBase(dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &Local{dir: dir, keep: max(keep, 1), base: base, fault: fault, known: map[string]*known{}}, nil
}

// Trusting has the local copy serve its editions also where its retractions can't
// be read, so that nobody knows what they may not show. It returns the local copy,
// and is called before that is used.
func (l *Local) Trusting() *Local {
	l.trusting = true
	return l
}

// of returns what is remembered of a station; l.mu is held.
func (l *Local) of(station string) *known {
	k, ok := l.known[station]
	if !ok {
		k = new(known)
		l.known[station] = k
	}
	return k
}

// Heads implements Store.
func (l *Local) Heads(_ context.Context, stations []string) ([]Head, error) {
	heads := make([]Head, len(stations))
	for i, station := range stations {
		head, err := l.head(station)
		if err != nil {
			head = Head{Err: fmt.Errorf("cache: %w", err)}
		}
		heads[i] = head
	}
	return heads, nil
}

// head reads a file only when it is another one than last time.
func (l *Local) head(station string) (Head, error) {
	in, err := l.station(station)
	if errors.Is(err, ErrNone) {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.known, station)
		return Head{}, nil
	}
	if err != nil {
		return Head{}, err
	}
	defer in.Close()
	if !l.confirmed(in, station) {
		return Head{Unconfirmed: true}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.of(station)
	now, changed, err := k.manifest.look(in, manifestName)
	if err != nil {
		return Head{}, err
	}
	if changed {
		if k.head.Version, err = version(in, station, manifestName); err != nil {
			return Head{}, err
		}
		k.manifest = now
	}
	now, changed, err = k.pinned.look(in, pinnedName)
	if err != nil {
		return Head{}, err
	}
	if changed {
		if k.head.Pin, err = readPin(in); err != nil {
			return Head{}, err
		}
		k.pinned = now
	}
	return k.head, nil
}

// version returns that of a manifest, or of the pointer to one, also where only
// another version of the program can read the rest. A damaged one is as good as none.
func version(in *durable.Folder, station, name string) (Version, error) {
	text, err := readSealed(in, name)
	switch {
	case err == nil:
	case isAbsent(err):
		return Version{}, nil
	default:
		return Version{}, err
	}
	var head pointer
	if json.Unmarshal(text, &head) != nil || head.Station != station {
		return Version{}, nil
	}
	return Version{head.Number, head.Watermark.UnixMilli()}, nil
}

// isAbsent reports whether an error is that of what is not there, or is as good as
// that: it can't be read.
func isAbsent(err error) bool {
	return errors.Is(err, ErrNone) || errors.Is(err, edition.ErrDamaged) || errors.Is(err, errForeign)
}

// Fetch implements Store. Where the current edition is damaged it is removed, and the
// newest one is returned that is whole; from then on there is no current one, so that
// whoever has one publishes it again.
func (l *Local) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	in, err := l.station(station)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if !l.confirmed(in, station) {
		return nil, ErrNone
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
	err = ErrNone
	for i, number := range numbers {
		e, fault := fetch(in, station, numberName(number), known)
		if fault == nil {
			_ = l.remove(ctx, station, numbers[:i]) // where that fails it is served all the same
			return e, nil
		}
		if !isAbsent(fault) {
			return nil, fault
		}
		if i == 0 {
			err = fault
		}
	}
	_ = l.remove(ctx, station, numbers)
	return nil, err
}

// remove removes editions, with what is damaged of them, and the pointer. What other
// versions of the program have made stays.
func (l *Local) remove(ctx context.Context, station string, numbers []int64) error {
	in, unlock, err := l.lock(ctx, station)
	if err != nil {
		return err
	}
	defer unlock()
	faults := []error{in.Remove(manifestName)}
	for _, number := range numbers {
		m, err := manifest(in, station, numberName(number))
		if errors.Is(err, errForeign) {
			continue
		}
		for hash, entry := range objectsOf(m) {
			data, err := in.Read(objectName(hash))
			if err == nil {
				_, err = edition.Unpack(entry, data)
			}
			if err != nil {
				faults = append(faults, in.Remove(objectName(hash)))
			}
		}
		faults = append(faults, in.Remove(numberName(number)))
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
	m, err := parseManifest(text)
	if err == nil {
		err = ofStation(m, station)
	}
	if err != nil {
		return edition.Manifest{}, fmt.Errorf("%s: %w", in.Path(name), err)
	}
	return m, nil
}

func readPin(in *durable.Folder) (pin Pin, err error) {
	text, err := readSealed(in, pinnedName)
	switch {
	case errors.Is(err, ErrNone), errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
		return Pin{}, nil
	case err != nil:
		return Pin{}, err
	}
	if err := json.Unmarshal(text, &pin); err != nil {
		return Pin{}, fmt.Errorf("%s: %w", in.Path(pinnedName), err)
	}
	return pin, nil
}
