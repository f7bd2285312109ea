package store

import (
	"context"
	"strings"
)

// Swap replaces a text of a station, if it is the one that it was: the outbox of who tells
// others of changes is made of such texts.
type Swap struct {
	Key      string
	Old, New string // empty: there is none
	Pending  bool   // New is found by Pending
}

// Mark tells whether texts of a station are others than last time: it begins with what
// another store, or one that was emptied, does not have.
type Mark string

// Epoch returns what stays as long as a station's texts are in one place.
func (m Mark) Epoch() string {
	epoch, _, _ := strings.Cut(string(m), ":")
	return epoch
}

// Swapper keeps such texts. A call has all its swaps made at once, as far as they fit, or,
// where it fails, perhaps none.
type Swapper interface {
	// Swap returns which were made, and the marks before and after.
	Swap(ctx context.Context, station string, swaps []Swap) (made []bool, before, after Mark, err error)
	// Marks returns those of stations, in their order; empty: there is nothing.
	Marks(ctx context.Context, stations []string) ([]Mark, error)
	// Pending returns the texts that were stored as such, by key.
	Pending(ctx context.Context, station string) (map[string]string, Mark, error)
	// Texts returns those of some keys, in their order; empty: there is none.
	Texts(ctx context.Context, station string, keys []string) ([]string, error)
	// All returns all texts of a station, by key.
	All(ctx context.Context, station string) (map[string]string, error)
}
