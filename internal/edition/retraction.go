package edition

import (
	"cmp"
	"maps"
	"slices"
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
	// Notice has feeds say that the article was withdrawn, in its place, from NoticeAt
	// on; zero, as former versions leave it: from At on.
	Notice   bool      `json:"notice,omitempty"`
	NoticeAt time.Time `json:"notice_at,omitzero"`
	// Shown is what feeds had of the article when it was taken down, which a notice
	// asked for later is made from; nil: none had it, or a former version took it down.
	Shown *Shown `json:"shown,omitempty"`
}

// Shown is an article as feeds had it.
type Shown struct {
	Published time.Time `json:"published"`
	Updated   time.Time `json:"updated"`
	Address   string    `json:"address"`
	GUID      string    `json:"guid,omitempty"` // as [Article] has it
	// Feeds are the channels of the feeds that had it, by station; the empty one is
	// that of the station itself.
	Feeds map[string][]string `json:"feeds"`
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

// NoticeSince is when a notice of the article begins.
func (r Retraction) NoticeSince() time.Time { return cmp.Or(r.NoticeAt, r.At) }

// Article returns the article as the feeds of a channel of a station had it; not ok:
// they did not.
func (r Retraction) Article(station, channel string) (a Article, ok bool) {
	if r.Shown == nil || !slices.Contains(r.Shown.Feeds[station], channel) {
		return Article{}, false
	}
	return Article{ID: r.ID, Published: r.Shown.Published, Updated: r.Shown.Updated, Address: r.Shown.Address, GUID: r.Shown.GUID}, true
}

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
