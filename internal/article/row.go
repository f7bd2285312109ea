package article

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Columns are the columns that a relation of articles can have: the fields of the import
// format but channels, the time of the row's change, and the picture of a body.
func Columns() []string {
	names := slices.Collect(maps.Keys(fields[reflect.TypeFor[line]()]))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "channels" })
	return slices.Sorted(slices.Values(append(names, "modified_at", "lead_image")))
}

// RowError is a row of a content store that can't be an article, or not with all
// that it has: another tool has written what an import would have refused.
type RowError struct {
	ID     string // the article's; empty if that is what is broken
	Column string // or a place in it, such as images[0].width
	Err    error
	// Kept says that the article is there, without that value.
	Kept bool
}

// Error implements error.
func (e RowError) Error() string { return fmt.Sprintf("article %s: %s: %v", e.ID, e.Column, e.Err) }

// Unwrap returns what is wrong with the column.
func (e RowError) Unwrap() error { return e.Err }

// ErrNoRow is what an id meets that a content store has no row of.
var ErrNoRow = errors.New("no row has this id")

// Row is what a content store has of one article.
type Row struct {
	Article Article // as a whole; zero: it can't be read
	// State is what is known of it. Its ID is empty where the row has no station or no
	// times, as that of a draft may be.
	State  State
	Faults []RowError // what can't be read; of the first that is not kept it has no article
}

// Fault returns why the row is no article; not ok: it is.
func (r *Row) Fault() (fault RowError, ok bool) {
	i := slices.IndexFunc(r.Faults, func(f RowError) bool { return !f.Kept })
	if i < 0 {
		return RowError{}, false
	}
	return r.Faults[i], true
}
