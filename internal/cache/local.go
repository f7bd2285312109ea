package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"feedstation/internal/edition"
)

const (
	manifestName   = "manifest.json"
	pinnedName     = "pinned.json"
	lockName       = "lock"
	objectSuffix   = ".doc"
	manifestSuffix = ".json"
)

// lockPoll is how often a lock that another process holds is tried again.
const lockPoll = 10 * time.Millisecond

// Local is the local copy: a folder that several processes may share.
type Local struct {
	dir  string
	keep int

	mu    sync.Mutex
	known map[string]*known // by station
}

// known is what is remembered of a station's folder.
type known struct {
	manifest, pinned seen
	head             Head
	suspect          bool    // the current edition was found damaged
	ledger           *ledger // nil: the folder has to be read
}

// OpenLocal returns the local copy in a folder, which is created and tried by
// writing to it: a folder that can't be written to is found at the start. Keep
// is how many editions are kept besides the current one, at least 1.
func OpenLocal(dir string, keep int) (*Local, error) {
	if err := makeFolder(dir); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return nil, fmt.Errorf("cache: the folder %s can't be written to: %w", dir, err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &Local{dir: dir, keep: max(keep, 1), known: map[string]*known{}}, nil
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
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.of(station)
	now, changed, err := k.manifest.look(l.path(station, manifestName))
	if err != nil {
		return Head{}, err
	}
	if changed {
		if k.head.Version, err = l.version(station); err != nil {
			return Head{}, err
		}
		k.manifest = now
	}
	now, changed, err = k.pinned.look(l.path(station, pinnedName))
	if err != nil {
		return Head{}, err
	}
	if changed {
		if k.head.Pin, err = l.readPin(station); err != nil {
			return Head{}, err
		}
		k.pinned = now
	}
	return k.head, nil
}

// version returns that of the current edition, also where only another version
// of the program can read it. A damaged manifest is as good as none: it is
// replaced.
func (l *Local) version(station string) (Version, error) {
	text, err := readSealed(l.path(station, manifestName))
	switch {
	case err == nil:
	case errors.Is(err, ErrNone), errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
		return Version{}, nil
	default:
		return Version{}, err
	}
	var head struct {
		Station   string
		Number    int64
		Watermark time.Time
	}
	if json.Unmarshal(text, &head) != nil || head.Station != station {
		return Version{}, nil
	}
	return Version{head.Number, head.Watermark.UnixMilli()}, nil
}

// Fetch implements Store. Where the current edition is damaged it returns the
// newest one that is not.
func (l *Local) Fetch(_ context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	e, err := l.fetch(station, manifestName, known)
	if !errors.Is(err, edition.ErrDamaged) && !errors.Is(err, errForeign) && !errors.Is(err, ErrNone) {
		return e, err
	}
	numbers, _, listErr := l.list(station)
	if listErr != nil || len(numbers) == 0 && errors.Is(err, ErrNone) {
		return nil, errors.Join(err, listErr)
	}
	l.mu.Lock()
	l.of(station).suspect = true
	l.mu.Unlock()
	for _, number := range numbers {
		if kept, keptErr := l.fetch(station, numberName(number), known); keptErr == nil {
			return kept, nil
		}
	}
	return nil, err
}

func (l *Local) fetch(station, name string, known *edition.Edition) (*edition.Edition, error) {
	m, err := l.manifest(station, name)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	e, err := m.Edition(known, func(hash edition.Hash) ([]byte, error) {
		data, err := os.ReadFile(l.path(station, objectName(hash)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &edition.DamagedError{Hash: hash}
		}
		return data, err
	})
	if err != nil {
		return nil, fmt.Errorf("cache: %s: %w", l.path(station, name), err)
	}
	return e, nil
}

// list returns the numbers in the names of manifests, the highest first, and
// the names of all files.
func (l *Local) list(station string) (numbers []int64, names []string, err error) {
	files, err := os.ReadDir(l.folder(station))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("cache: %w", err)
	}
	for _, file := range files {
		names = append(names, file.Name())
		if digits, ok := strings.CutSuffix(file.Name(), manifestSuffix); ok {
			if number, err := strconv.ParseInt(digits, 10, 64); err == nil {
				numbers = append(numbers, number)
			}
		}
	}
	slices.Sort(numbers)
	slices.Reverse(numbers)
	return numbers, names, nil
}

func (l *Local) manifest(station, name string) (edition.Manifest, error) {
	text, err := readSealed(l.path(station, name))
	if err != nil {
		return edition.Manifest{}, err
	}
	m, err := parseManifest(text)
	if err == nil {
		err = ofStation(m, station)
	}
	if err != nil {
		return edition.Manifest{}, fmt.Errorf("%s: %w", l.path(station, name), err)
	}
	return m, nil
}

// lock waits until no other process publishes the station.
func (l *Local) lock(ctx context.Context, station string) (*flock.Flock, error) {
	if err := makeFolder(l.folder(station)); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return lockFile(ctx, l.path(station, lockName))
}

// lockTime is how long a lock is waited for: longer than whoever writes holds it,
// but not for ever, as a process that was stopped does.
const lockTime = 10 * time.Second

func lockFile(ctx context.Context, name string) (*flock.Flock, error) {
	if f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil { // else it is there, or flock tells why not
		toOwner(filepath.Dir(name), f.Chown)
		_ = f.Close()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, lockTime, errors.New("another process does not let go of it"))
	defer cancel()
	lock := flock.New(name)
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return nil, fmt.Errorf("cache: %s: %w", name, errors.Join(err, lock.Close()))
	}
	return lock, nil
}

func (l *Local) readPin(station string) (pin Pin, err error) {
	text, err := readSealed(l.path(station, pinnedName))
	switch {
	case errors.Is(err, ErrNone), errors.Is(err, edition.ErrDamaged), errors.Is(err, errForeign):
		return Pin{}, nil
	case err != nil:
		return Pin{}, err
	}
	if err := json.Unmarshal(text, &pin); err != nil {
		return Pin{}, fmt.Errorf("%s: %w", l.path(station, pinnedName), err)
	}
	return pin, nil
}

func (l *Local) folder(station string) string { return filepath.Join(l.dir, station) }

func (l *Local) path(station, name string) string {
	return filepath.Join(l.folder(station), name)
}

func objectName(hash edition.Hash) string { return hash.String() + objectSuffix }

func numberName(number int64) string { return strconv.FormatInt(number, 10) + manifestSuffix }
