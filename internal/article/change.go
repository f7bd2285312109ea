package article

import "time"

// Kind is what happened to an article.
type Kind uint8

// The kinds of changes.
const (
	Written  Kind = iota // its row was
	Appeared             // its embargo ended
	Expired              // its time ended
	Left                 // it is no longer where it was published then, for that station
)

// Change tells that what readers may see of an article has changed, or may
// have: a hint that documents are dirty, never their content.
type Change struct {
	ID        string
	Station   string
	Published time.Time
	At        time.Time // when it took effect: the row's change, an embargo's end, an expiry
	Kind      Kind
	// Again says that what belongs to this change may be written after it, and
	// leave its time as it is.
	Again bool
	// Group is how many articles without an id the change is of, where they are
	// too many to be told one by one; zero: it is of one article.
	Group Group
}

// Group is articles of a station that are published within some 30 days, and
// have changed in the same way: the first of them at Change.Published, the last
// that changed at Change.At.
type Group struct {
	Last  time.Time // publication of the last
	Count int64
	Sum   int64 // of when they were published and changed: other articles, another sum
}
