// Package push tells others what has changed in the editions of a station: search
// engines, hubs, caches in front and subscribers. Nobody is told before it is served, or
// twice.
package push

import (
	"context"
	"strconv"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Change is what an edition changes of the one before it.
type Change struct {
	Station       *network.Station
	Before, After *edition.Edition // both are there: a first edition changes nothing
	edition.Difference
}

// Notice is what a destination is told of one address: once for each version, and of
// several versions the last.
type Notice struct {
	Address string // of an article or a document, absolute
	// Version is that of what is there: of an article [Version]. Of a document it is the
	// destination's own, another one when it is to be told again. Equal ones are one.
	Version   string
	Gone      bool      // nothing is there any more
	New       bool      // an article that came; one that changes before it is told stays new
	Path      string    // of a document; empty: it is an article
	ID        string    // of an article, by which the served edition is asked for it
	Published time.Time // the article, by which its edition has it
	Seen      time.Time // watermark of the edition that changed it
}

// Version returns the version of an article: what is told of it does not depend on more.
func Version(a edition.Article) string { return strconv.FormatInt(a.Updated.Unix(), 10) }

// Policy is how a destination wants to be told.
type Policy struct {
	Batch  int           // notices in a Send at most
	Every  time.Duration // between two notices of an address at least
	Life   time.Duration // what could not be told for so long is dead
	Urgent bool          // at once: push.delay is not waited for, nor that Redis is back
	After  time.Duration // how long after an edition is served here, of what is urgent
	Pause  time.Duration // between two tries at most; 0: 5 h
	Always bool          // also of editions of another configuration or version of the program
	Once   bool          // a Send whose outcome is not known is not repeated
	Rate   int           // calls of Send in a minute at most, of all processes and stations together; 0: any
	Rated  string        // who shares that rate; empty: nobody does
}

// Destination is one that is told. Its methods may be called at the same time.
type Destination interface {
	// Name is that in the outbox: the kind, and a name where there are several: "indexnow",
	// "cache edge".
	Name() string
	Policy() Policy
	// Notices returns what it is to be told of a change. It asks nobody. Articles that are
	// older than push.window are not in the change, unless they left.
	Notices(Change) []Notice
	// Send tells it of notices of a station that the served edition agrees with.
	Send(ctx context.Context, station *network.Station, served *edition.Edition, notices []Notice) Answer
}

// Outcome is what became of a notice.
type Outcome int

// What became of a notice.
const (
	Told    Outcome = iota
	Retry           // it is told again, later and later
	Dropped         // it is not told: it is ours that is wrong
)

// Answer is what a destination has answered.
type Answer struct {
	Outcomes []Outcome // of the notices, in their order
	Err      error     // why not all were told
	Pause    time.Time // nothing is sent before; zero: at once, or as Retry says
	Broken   bool      // nothing is sent before its configuration has changed; Err says why
	Station  bool      // all of this is for the station alone, not for all
	// Steps are how long nothing is sent after each such answer in a row, the last of them
	// from then on; nil: that is as Policy says.
	Steps []time.Duration
}
