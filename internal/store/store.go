// Package store is what all stores of editions have in common: what they are asked,
// and what they answer. An edition at rest is its manifest and, beside it, the
// documents and contents that the manifest names by their hashes.
package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"feedstation/internal/edition"
)

// ErrNone is what a store answers that has no such edition of a station.
var ErrNone = errors.New("no edition")

// ErrForeign is what an edition meets that another version of the program has
// stored in a way of its own.
var ErrForeign = errors.New("stored by another version of the program")

// DefaultKeep is how many editions are kept besides the current one.
const DefaultKeep = 5

// Store keeps the newest edition of each station, and some before it.
type Store interface {
	// Heads returns what is stored of the stations, zero for nothing, in their
	// order. One that can't be told of does not keep the others from it.
	Heads(ctx context.Context, stations []string) ([]Head, error)
	// Fetch returns a station's edition; documents that known has already are
	// taken from it. The error is ErrNone when there is none, and
	// edition.ErrDamaged when it is not what was stored.
	Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error)
	// Publish stores an edition and returns it as it was numbered: at least as
	// it came, and higher than the one it replaces; an equal one of the same
	// snapshot it does not replace. The error is edition.ErrStale when the
	// stored edition is later than the edition's base.
	Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error)
	// Kept returns the manifests of the current edition and of the kept ones,
	// the newest first.
	Kept(ctx context.Context, station string) ([]edition.Manifest, error)
	// FetchKept is Fetch for an edition that Kept names.
	FetchKept(ctx context.Context, station string, number int64, known *edition.Edition) (*edition.Edition, error)
	// Pin stores which edition is served instead of the current one, and that
	// edition, which stays until another one is pinned or, with nil, none. An
	// earlier pin than the stored one changes nothing.
	Pin(ctx context.Context, station string, pin Pin, e *edition.Edition) error
}

// Head is what a store tells of a station without its edition being read.
type Head struct {
	Version
	Pin         Pin
	Retracted   string // in Redis: another one when the retractions, of all stations, are others
	Unconfirmed bool   // there may be editions, but they are not to be served; see disk.Store.Distrust
	Err         error  // why the store can't tell of this station
}

// Version tells one edition of a station from another, and which is later.
type Version struct {
	Number    int64
	Watermark int64 // Unix milliseconds
}

// VersionOf returns that of an edition.
func VersionOf(e *edition.Edition) Version { return Version{e.Number(), e.Watermark().UnixMilli()} }

// Pin tells which kept edition of a station is served instead of the current
// one. Of two, the later counts.
type Pin struct {
	Number int64     `json:"number"` // 0: the current edition is served
	At     time.Time `json:"at"`     // when that was decided, in milliseconds; zero: never
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

// Digest tells editions apart that may have the same number: it is that of all
// the rest of a manifest.
func Digest(m edition.Manifest) string {
	m.Number = 0
	text, err := json.Marshal(m)
	if err != nil {
		panic(err) // it has no value that JSON lacks
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Objects yields what a manifest names.
func Objects(m edition.Manifest) iter.Seq2[edition.Hash, edition.Entry] {
	return func(yield func(edition.Hash, edition.Entry) bool) {
		for _, entries := range []map[string]edition.Entry{m.Documents, m.Contents} {
			for _, entry := range entries {
				if !yield(entry.Hash, entry) {
					return
				}
			}
		}
	}
}
