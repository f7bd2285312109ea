package article

import "time"

// Change tells that what readers may see of an article has changed, or may
// have: a hint that documents are dirty, never their content.
type Change struct {
	ID        string
	Station   string
	Published time.Time
	At        time.Time // when it took effect: the row's change, an embargo's end, an expiry
	// Left says that the article is no longer where it was published then, for
	// that station.
	Left bool
	// Again says that what belongs to this change may be written after it, and
	// leave its time as it is.
	Again bool
}
