package cache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/edition"
)

const (
	manifestName = "manifest.json"
	previousName = "previous.json"
	lockName     = "lock"
	objectSuffix = ".doc"
)

// syncs bounds how many files are written at the same time: they wait for the
// disk, not for the processor.
const syncs = 16

// lockPoll is how often a lock that another process holds is tried again.
const lockPoll = 10 * time.Millisecond

// Local is the local copy: a folder that several processes may share.
type Local struct {
	dir string

	mu      sync.Mutex
	seen    map[string]seen // by station: spares Heads the reading
	suspect map[string]bool // by station: objects were found damaged
}

type seen struct {
	info fs.FileInfo
	head Head
}

// OpenLocal returns the local copy in a folder, which is created and tried by
// writing to it: a folder that can't be written to is found at the start.
func OpenLocal(dir string) (*Local, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return nil, fmt.Errorf("cache: the folder %s can't be written to: %w", dir, err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	return &Local{dir: dir, seen: map[string]seen{}, suspect: map[string]bool{}}, nil
}

// Heads implements Store.
func (l *Local) Heads(_ context.Context, stations []string) ([]Head, error) {
	heads := make([]Head, len(stations))
	for i, station := range stations {
		head, err := l.head(station)
		if err != nil {
			return nil, fmt.Errorf("cache: %w", err)
		}
		heads[i] = head
	}
	return heads, nil
}

// head reads the manifest only when the file is another one than last time.
func (l *Local) head(station string) (Head, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	info, err := os.Stat(l.path(station, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return Head{}, nil
	}
	if err != nil {
		return Head{}, err
	}
	last := l.seen[station]
	if last.info != nil && os.SameFile(last.info, info) && last.info.ModTime().Equal(info.ModTime()) {
		return last.head, nil
	}
	m, err := l.manifest(station, manifestName)
	if err != nil && !errors.Is(err, edition.ErrDamaged) { // a damaged one is as good as none: it is replaced
		return Head{}, err
	}
	var head Head
	if err == nil {
		head = Head{m.Number, m.Watermark.UnixMilli()}
	}
	l.seen[station] = seen{info, head}
	return head, nil
}

// Fetch implements Store. Where the current edition is damaged it returns the
// one before.
func (l *Local) Fetch(_ context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	e, err := l.fetch(station, manifestName, known)
	if errors.Is(err, edition.ErrDamaged) {
		l.mu.Lock()
		l.suspect[station] = true
		l.mu.Unlock()
		if previous, earlier := l.fetch(station, previousName, known); earlier == nil {
			return previous, nil
		}
	}
	return e, err
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

// Publish implements Store. The documents are on the disk before the manifest
// that names them: whenever the process or the machine stops, one whole
// edition is there.
func (l *Local) Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error) {
	station := e.Station()
	if err := os.MkdirAll(filepath.Join(l.dir, station), 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	lock := flock.New(l.path(station, lockName))
	if _, err := lock.TryLockContext(ctx, lockPoll); err != nil {
		return nil, fmt.Errorf("cache: %s: %w", lock.Path(), err)
	}
	defer lock.Close()

	old, err := l.manifest(station, manifestName)
	replaces := err == nil
	switch {
	case replaces && old.Watermark.After(e.Base()):
		return nil, fmt.Errorf("cache: %s: %w", station, edition.ErrStale)
	case replaces && e.Number() <= old.Number:
		e = e.Numbered(old.Number + 1)
	}
	l.mu.Lock()
	suspect := l.suspect[station]
	l.mu.Unlock()
	if err := l.writeObjects(ctx, e, suspect); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if replaces {
		if err := l.writeManifest(previousName, old); err != nil {
			return nil, fmt.Errorf("cache: %w", err)
		}
	}
	m := e.Manifest()
	if err := l.writeManifest(manifestName, m); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	l.mu.Lock()
	delete(l.suspect, station)
	l.mu.Unlock()
	return e, l.collect(station, m, old)
}

func (l *Local) writeManifest(name string, m edition.Manifest) error {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	if err := writeFile(l.path(m.Station, name), text); err != nil {
		return err
	}
	return syncFolder(filepath.Join(l.dir, m.Station))
}

// writeObjects writes the documents that are not there yet, or all of them.
func (l *Local) writeObjects(ctx context.Context, e *edition.Edition, all bool) error {
	var writes errgroup.Group
	writes.SetLimit(syncs)
	for d := range e.Objects() {
		writes.Go(func() error {
			name := l.path(e.Station(), objectName(d.Hash()))
			if _, err := os.Stat(name); err == nil && !all {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			return writeFile(name, d.Pack())
		})
	}
	return writes.Wait()
}

// collect removes what neither the current nor the previous edition names.
func (l *Local) collect(station string, kept ...edition.Manifest) error {
	named := map[string]bool{manifestName: true, previousName: true, lockName: true}
	for _, m := range kept {
		for _, entries := range []map[string]edition.Entry{m.Documents, m.Records} {
			for _, entry := range entries {
				named[objectName(entry.Hash)] = true
			}
		}
	}
	files, err := os.ReadDir(filepath.Join(l.dir, station))
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	for _, file := range files {
		if named[file.Name()] {
			continue
		}
		if err := os.Remove(l.path(station, file.Name())); err != nil {
			return fmt.Errorf("cache: %w", err)
		}
	}
	return nil
}

func (l *Local) manifest(station, name string) (edition.Manifest, error) {
	data, err := os.ReadFile(l.path(station, name))
	if errors.Is(err, fs.ErrNotExist) {
		return edition.Manifest{}, ErrNone
	}
	if err != nil {
		return edition.Manifest{}, err
	}
	m, err := edition.ParseManifest(data)
	if err != nil {
		return edition.Manifest{}, fmt.Errorf("%s: %w", l.path(station, name), err)
	}
	return m, nil
}

func (l *Local) path(station, name string) string {
	return filepath.Join(l.dir, station, name)
}

func objectName(hash edition.Hash) string { return hash.String() + objectSuffix }

// writeFile puts a whole file in place or none: under a temporary name, synced,
// renamed.
func writeFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), strings.TrimSuffix(filepath.Base(name), objectSuffix)+".tmp-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
