package edition

import "time"

// Origin is how far the content store was that an edition was built from. A store
// whose newest change is older has gone back: it is a replica that is behind, or was
// restored from a dump.
type Origin struct {
	Store  string    `json:"store,omitempty"` // the content store's name; empty: that of the one without
	Newest time.Time `json:"newest,omitzero"` // the last change of a row, no later than the store's clock; zero: there is none
	Row    string    `json:"row,omitempty"`   // id of that row
	// Server tells one server from another, and from itself before a restart; empty:
	// the store is a file.
	Server string `json:"server,omitempty"`
	// Position is how far the server's own log was, at least: of PostgreSQL in bytes, by
	// the system's identifier, of MySQL and MariaDB in transactions, by where they were
	// first written; empty: it does not tell. It tells of deletions, too.
	Position Position `json:"position,omitempty"`
	// Reached is how far the log was before the store was read, at most what it showed.
	Reached Position `json:"-"`
}

// Position is how far a server is in the logs that it has.
type Position map[string]int64

// Lacks reports whether a store has yet to learn of something that another one had: the
// log of its server is not as far. What has a later change goes on from there, whatever
// the log lost.
func (o Origin) Lacks(published Origin) bool {
	if o.Newest.After(published.Newest) {
		return false
	}
	for log, at := range published.Position {
		if reached, ok := o.Reached[log]; ok && reached < at {
			return true
		}
	}
	return false
}

// From returns the same edition as one that was built from a store that was so far.
func (e *Edition) From(o Origin) *Edition {
	built := *e
	o.Newest = o.Newest.UTC()
	built.origin = o
	return &built
}

// Origin returns how far the content store was; zero: not known.
func (e *Edition) Origin() Origin { return e.origin }
