package disk

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/durable"
	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Names in the folder of a station.
const (
	currentName    = "current.json"
	formerName     = "manifest.json" // in its place, of the version before
	pinnedName     = "pinned.json"
	lockName       = "lock"
	objectSuffix   = ".doc"
	manifestSuffix = ".json"
)

// settingsName is the file in the folder of all stations with the settings of the
// processes that make editions there. No station can have that id.
const settingsName = "settings.lock"

// Names in the folder of all stations that its user has: the places where the
// documents are also written as files, and the lock of who writes there.
const (
	ExportsName     = "exports.json"
	ExportsLockName = "exports.lock"
)

// ACMEName is the folder, beside those of the stations, of the certificates that an
// authority has given, and of their keys. No station can have that id.
const ACMEName = ".acme"

// StatisticsName is the folder of what package statistics counts.
const StatisticsName = ".statistics"

// SubscriptionsName is the folder of the subscriptions that package websub has taken.
const SubscriptionsName = ".websub"

func objectName(hash edition.Hash) string { return hash.String() + objectSuffix }

// markLayout is how a watermark is written in the name of a manifest.
const markLayout = "20060102T150405.000Z"

// numbers is what the numbers of the version before are less than, and watermarks in
// Unix milliseconds are not.
const numbers = 1e10

// manifestName returns the name of an edition's manifest, by its watermark, or its
// number.
func manifestName(mark int64) string {
	if mark < numbers {
		return numberName(mark)
	}
	return time.UnixMilli(mark).UTC().Format(markLayout) + manifestSuffix
}

func numberName(number int64) string { return strconv.FormatInt(number, 10) + manifestSuffix }

// markIn returns the watermark in the name of an edition's manifest, in Unix
// milliseconds, or the number.
func markIn(name string) (mark int64, ok bool) {
	text := strings.TrimSuffix(name, manifestSuffix)
	mark, err := strconv.ParseInt(text, 10, 64)
	if at, notTime := time.Parse(markLayout, text); notTime == nil {
		mark, err = at.UnixMilli(), nil
	}
	return mark, err == nil && mark > 0 && name == manifestName(mark)
}

func isObject(name string) bool {
	var hash edition.Hash
	text, ok := strings.CutSuffix(name, objectSuffix)
	return ok && hash.UnmarshalText([]byte(text)) == nil && name == objectName(hash)
}

// isDraft reports whether a file is a draft of one whose name is ours. The
// former version left the suffix of documents out.
func isDraft(name string, ours func(string) bool) bool {
	of, ok := durable.DraftOf(name)
	return ok && (ours(of) || ours(of+objectSuffix))
}

// replaceable reports whether a file of a station's folder may be removed when no
// edition names it: no other is, whatever lies there.
func replaceable(name string) bool {
	_, manifest := markIn(name)
	return manifest || isObject(name) || isDraft(name, inStation)
}

// inStation reports whether a name is one of those in the folder of a station.
func inStation(name string) bool {
	switch name {
	case durable.Marker, currentName, formerName, pinnedName, leftName, lockName, unconfirmedName:
		return true
	}
	return replaceable(name)
}

// ownStation returns whether an entry of a station's folder is ours. Every version
// has begun with the lock: without it even a name of ours, 2024.json, is another's.
func ownStation(in *durable.Folder) func(fs.DirEntry) bool {
	_, err := in.Stat(lockName)
	return func(entry fs.DirEntry) bool {
		name := entry.Name()
		return entry.Type().IsRegular() && (err == nil && inStation(name) || isDraft(name, inStation))
	}
}

// inBase reports whether a name is one of those of the files in the local copy's
// folder.
func inBase(name string) bool {
	switch name {
	case durable.Marker, retractedName, retractedName + twinSuffix, retractedLockName, settingsName, ExportsName, ExportsLockName:
		return true
	}
	return isDraft(name, inBase)
}

// ownBase returns whether an entry of the local copy's folder is ours: a file, or
// the folder of a station.
func ownBase(base *durable.Folder) func(fs.DirEntry) bool {
	return func(entry fs.DirEntry) bool {
		name := entry.Name()
		switch {
		case entry.Type().IsRegular():
			return inBase(name) || strings.HasPrefix(name, ".probe-") // of the former version
		case !entry.IsDir():
			return false
		case name == "lost+found", name == ACMEName, name == StatisticsName, name == SubscriptionsName: // a file system's own, and those of others of ours
			return true
		}
		station, err := base.Sub(name, false)
		if err != nil {
			return false
		}
		defer station.Close()
		_, err = station.Ours(ownStation(station))
		return err == nil
	}
}

// openBase opens the folder of the local copy. The fault is why it can't be
// written to.
func openBase(dir string) (base *durable.Folder, fault, err error) {
	if base, err = durable.Open(dir); err != nil {
		return nil, nil, err
	}
	own := ownBase(base)
	if _, err := base.Ours(own); err != nil {
		return nil, nil, errors.Join(err, base.Close())
	}
	if fault = base.Claim(own); fault == nil {
		fault = writable(base)
	}
	return base, fault, nil
}

// writable fails where no file can be made.
func writable(base *durable.Folder) error {
	draft, err := base.Draft(durable.Marker, []byte("?"), fileMode)
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return remove(base, draft)
}

// folder returns the folder of the local copy. Where it has been removed, it is
// made anew.
func (s *Store) folder() (*durable.Folder, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	if s.base.InPlace() {
		return s.base, nil
	}
	base, _, err := openBase(s.dir)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	s.base = base // others may work in the old one still: it is closed when nothing holds it
	return base, nil
}

// station opens the folder of a station, to read. It is store.ErrNone where there is
// none.
func (s *Store) station(station string) (*durable.Folder, error) {
	base, err := s.folder()
	if err != nil {
		return nil, err
	}
	in, err := base.Sub(station, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, store.ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	err = in.Claim(ownStation(in)) // the former version's, once; where it can't be marked it is still read
	if _, foreign := errors.AsType[*durable.ForeignError](err); foreign || errors.Is(err, durable.ErrNotOurs) {
		return nil, errors.Join(fmt.Errorf("cache: %w", err), in.Close())
	}
	return in, nil
}

// lockTime is how long a lock is waited for: longer than a process that writes
// holds it, but not for ever, as a process that was stopped does.
const lockTime = 10 * time.Second

// claim opens the folder of a station, to write. It is made where there is none.
func (s *Store) claim(station string) (*durable.Folder, error) {
	base, err := s.folder()
	if err != nil {
		return nil, err
	}
	in, err := base.Sub(station, true)
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	if err := in.Claim(ownStation(in)); err != nil {
		return nil, errors.Join(fmt.Errorf("cache: %w", err), in.Close())
	}
	return in, nil
}

// lock is claim once no other process has the lock, until unlock is called.
func (s *Store) lock(ctx context.Context, station string) (in *durable.Folder, unlock func(), err error) {
	if in, err = s.claim(station); err != nil {
		return nil, nil, err
	}
	lock, err := lockFile(ctx, in, lockName)
	if err != nil {
		return nil, nil, errors.Join(err, in.Close())
	}
	return in, func() {
		_ = lock.Close() // an end of the process does the same
		_ = in.Close()
	}, nil
}

func lockFile(ctx context.Context, in *durable.Folder, name string) (*durable.Lock, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lockTime, errors.New("another process does not let go of it"))
	defer cancel()
	lock, err := in.Lock(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("cache: %s: %w", in.Path(name), err)
	}
	return lock, nil
}
