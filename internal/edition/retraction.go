package edition

import (
	"maps"
	"time"
)

// Retraction takes an article down, whatever the content store says, or says
// that it is over.
type Retraction struct {
	Station string          `json:"station"` // the article's own
	ID      string          `json:"id"`
	At      time.Time       `json:"at"` // of this state
	State   RetractionState `json:"state"`
	// Published is the article's publication where it is known from the content
	// store; then the station is known from there, too. Zero: nobody has asked.
	Published time.Time `json:"published,omitzero"`
	// Row is the last change of the article's row, by the content store's clock,
	// when the store was seen to have withdrawn it; of other states zero.
	Row time.Time `json:"row,omitzero"`
	// URL is the article's address and Translations are those that its sitemap had
	// for it in other languages, when it was taken down, as far as they were known:
	// other articles name them.
	URL          string   `json:"url,omitempty"`
	Translations []string `json:"translations,omitempty"`
	// Notice has feeds say that the article was withdrawn, in its place.
	Notice bool `json:"notice,omitempty"`
}

// RetractionState is how far a retraction goes.
type RetractionState string

// The states of a retraction.
const (
	// Held: no edition may show the article.
	Held RetractionState = "held"
	// Agreed: as Held, and the content store has withdrawn the article too: what
	// it shows again is shown once the row has changed after Row, so that a store
	// restored from a dump does not bring the article back.
	Agreed RetractionState = "agreed"
	// Lifted: as if it had never been.
	Lifted RetractionState = "lifted"
)

// Down reports whether no edition may show the article.
func (r Retraction) Down() bool { return r.State == Held || r.State == Agreed }

// Replaces reports whether r is later than other. Any two are in the same order
// everywhere.
func (r Retraction) Replaces(other Retraction) bool {
	if !r.At.Equal(other.At) {
		return r.At.After(other.At)
	}
	return r.State > other.State
}

// Retractions are all retractions, by the ids of the articles. They do not
// change; nil is none.
type Retractions map[string]Retraction

// With returns the retractions and more: of one article the later one. One that
// was lifted is remembered as that, for processes and stores that have the earlier.
// Changed reports whether they are others than before.
func (r Retractions) With(more ...Retraction) (all Retractions, changed bool) {
	all = maps.Clone(r)
	if all == nil {
		all = Retractions{}
	}
	for _, one := range more {
		if one.State != Lifted && !one.Down() {
			continue // a note of a former version
		}
		if old, ok := all[one.ID]; !ok || one.Replaces(old) {
			all[one.ID] = one
		}
	}
	return all, !maps.EqualFunc(all, r, func(a, b Retraction) bool { return a.At.Equal(b.At) && a.State == b.State && a.Station == b.Station })
}
