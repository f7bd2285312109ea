package article

import "fmt"

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
