package edition

import "time"

// Origin is how far the content store was that an edition was built from. A store
// whose newest change is older has gone back: it is a replica that is behind, or was
// restored from a dump.
type Origin struct {
	Newest time.Time `json:"newest,omitzero"` // the last change of a row, no later than the store's clock; zero: there is none
	Row    string    `json:"row,omitempty"`   // id of that row
	// Server tells one server from another, and from itself before a restart; empty:
	// the store is a file.
	Server string `json:"server,omitempty"`
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
