// Package store is what all stores of editions have in common: what they are asked,
// and what they answer. An edition at rest is its manifest and, beside it, the
// documents and contents that the manifest names by their hashes.
//
// The watermark names an edition, in milliseconds. To publish is to compare and swap:
// an edition replaces the stored one if that is not later than its base, which is the
// edition that it was made from. Processes that were apart can make different editions
// of one watermark: the one with the higher digest is the later one, for every store
// and every process, so that all end with the same. No process goes back.
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/edition"
)

// ErrNone is what a store answers that has no such edition of a station.
var ErrNone = errors.New("no edition")

// ErrForeign is what an edition meets that another version of the program has
// stored in a way of its own.
var ErrForeign = errors.New("stored by another version of the program")

// Store keeps the newest edition of each station, and some before it.
type Store interface {
	// Heads returns what is stored of the stations, zero for nothing, in their
	// order. One that can't be told of does not keep the others from it.
	Heads(ctx context.Context, stations []string) ([]Head, error)
	// Fetch returns a station's edition; documents that known has already are
	// taken from it. The error is ErrNone when there is none, and
	// edition.ErrDamaged when it is not what was stored.
	Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error)
	// Publish stores an edition, unless it is stored already: who asks again, since
	// the answer was lost, has published it. The error is edition.ErrStale when the
	// stored edition is later than the edition's base, or is of its watermark and later.
	Publish(ctx context.Context, e *edition.Edition) error
	// Kept returns the manifests of the current edition and of the kept ones,
	// the newest first.
	Kept(ctx context.Context, station string) ([]edition.Manifest, error)
	// FetchKept is Fetch for an edition that Kept names.
	FetchKept(ctx context.Context, station string, watermark time.Time, known *edition.Edition) (*edition.Edition, error)
	// Pin stores which edition is served instead of the current one, and that
	// edition, which stays until another one is pinned or, with nil, none. An
	// earlier pin than the stored one changes nothing.
	Pin(ctx context.Context, station string, pin Pin, e *edition.Edition) error
	// Pinned returns the stored pin and, as Fetch does, what was pinned; nil where the
	// pin names none.
	Pinned(ctx context.Context, station string, known *edition.Edition) (Pin, *edition.Edition, error)
}

// Head is what a store tells of a station without its edition being read.
type Head struct {
	Version
	Pin         Pin
	Retracted   string // in Redis: another one when the retractions, of all stations, are others
	Damaged     bool   // the edition can't be read: one who has it stores it again
	Unconfirmed bool   // there may be editions, but they are not to be served; see disk.Store.Distrust
	Err         error  // why the store can't tell of this station
}

// Version tells one edition of a station from another, and which is later.
type Version struct {
	Watermark int64  // Unix milliseconds
	Digest    string // empty: not known, as of an edition that the version before has published
}

// VersionOf returns that of an edition.
func VersionOf(e *edition.Edition) Version { return Version{e.Watermark().UnixMilli(), e.Digest()} }

// Later reports whether an edition is later than another one.
func (v Version) Later(than Version) bool {
	if v.Watermark != than.Watermark {
		return v.Watermark > than.Watermark
	}
	return than.Digest != "" && v.Digest > than.Digest
}

// Same reports whether two editions are the same, as far as is known.
func (v Version) Same(as Version) bool { return !v.Later(as) && !as.Later(v) }

// Pin tells which kept edition of a station is served instead of the current
// one. Of two, the later counts.
type Pin struct {
	Watermark time.Time // zero: the current edition is served
	At        time.Time // when that was decided, in milliseconds; zero: never
}

// Later reports whether a pin counts more than another one.
func (p Pin) Later(than Pin) bool { return p.At.After(than.At) }

// ParseManifest reads the manifest of a station. One that only another version of
// the program can read is ErrForeign; one that names another station than the one
// it was stored for, as after folders were swapped, is damaged.
func ParseManifest(station string, text []byte) (edition.Manifest, error) {
	m, err := edition.ParseManifest(text)
	switch {
	case err != nil && !errors.Is(err, edition.ErrDamaged):
		return m, fmt.Errorf("%w: %w", ErrForeign, err)
	case err == nil && m.Station != station:
		return m, fmt.Errorf("an edition of station %q: %w", m.Station, edition.ErrDamaged)
	}
	return m, err
}
