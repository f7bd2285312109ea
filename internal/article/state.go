package article

import "time"

// State is what the content store knows of an article at one moment, without
// what it says.
type State struct {
	ID        string
	Station   string
	URL       string // empty: the store has none, or none that can be read
	Published time.Time
	At        time.Time // the last change of its row
	// Broken says that readers don't see it because a column of its row can't be
	// read, as a status that is none.
	Broken bool
	// Visible says that readers may see it at that moment: it is published, its
	// embargo has ended and its time has not.
	Visible   bool
	Withdrawn bool // the newsroom has said so
}
