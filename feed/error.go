package feed

import (
	"errors"
	"fmt"

	"feedstation/feed/internal/text"
)

// What is wrong with an item, see [ItemError].
var (
	ErrURL  = errors.New("URL is not absolute")
	ErrLong = fmt.Errorf("URL is longer than %d bytes", text.MaxAddress)
	ErrTime = errors.New("neither Published nor Updated is set")

	ErrMalformed = errors.New("the item would not be well-formed")
)

// ItemError reports an item that no format can carry. It says nothing against
// the others of a feed.
type ItemError struct {
	URL string // as given
	Err error  // ErrURL, ErrLong, ErrTime or wraps ErrMalformed
}

// Error names the address, shortened to its first 200 characters.
func (e *ItemError) Error() string { return fmt.Sprintf("feed: item %.200q: %v", e.URL, e.Err) }

// Unwrap returns e.Err.
func (e *ItemError) Unwrap() error { return e.Err }
