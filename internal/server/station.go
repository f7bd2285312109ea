package server

import (
	"log/slog"
	"slices"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// StationStatus is a station's part. Its edition is known to be up to date as of
// a time: that of the last look at the content store where this process builds it,
// else the edition's own. The age is how long ago that was, by the monotonic clock;
// it is absent while the time is yet to come, because the clock was ahead when the
// edition was built, or is behind now.
type StationStatus struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Standing  Standing   `json:"standing"`         // by which the verdict counts it
	State     string     `json:"state"`            // ok, no edition, pinned, backlog, or what is wrong
	Leader    string     `json:"leader,omitempty"` // "this process", or the token of the one that builds it
	Built     *time.Time `json:"built,omitempty"`  // since when its documents are as they are; absent: there is none yet
	Behind    *time.Time `json:"behind,omitempty"` // that of the newest one, while an earlier one is pinned
	AsOf      *time.Time `json:"as_of,omitempty"`
	Age       *int64     `json:"age_seconds,omitempty"`
	Newest    *time.Time `json:"newest_article,omitempty"` // first publication of the newest article of its own feed
	Documents int        `json:"documents"`
	Pending   int        `json:"pending_months"`        // whose sitemaps have yet to be built
	Notices   int        `json:"notices,omitempty"`     // of withdrawn articles, in the station's own feed
	Pinned    bool       `json:"pinned,omitempty"`      // an edition is
	Refused   bool       `json:"refused,omitempty"`     // its next edition is, by the gate
	LeftOut   int        `json:"quarantined,omitempty"` // articles that it lacks because they can't be published
	Drift     int64      `json:"drift,omitempty"`       // months that audits have found drifted
	Error     string     `json:"error,omitempty"`
	Since     *time.Time `json:"error_since,omitempty"`

	Requests    *int64               `json:"requests,omitempty"`           // since the process began; absent: not recorded
	Subscribers *int                 `json:"subscribers,omitempty"`        // absent: not recorded
	WebSub      *int                 `json:"websub_subscribers,omitempty"` // of its own hub; absent: it has none
	Crawlers    map[string]time.Time `json:"crawlers_last,omitempty"`      // when each of those that are shown fetched something last
	Push        []PushStatus         `json:"push,omitempty"`               // who is told of its changes
}

func (a *Admin) station(of *network.Station, all []condition.Condition) StationStatus {
	station := of.ID
	s := StationStatus{ID: station, Name: of.Name, State: "no edition"}
	newest, ok := a.Editions.Current(station)
	if e, served := a.Editions.Served(station); served {
		built := e.Issued()
		s.State, s.Built, s.Documents, s.Pending = "ok", &built, e.Len(), len(e.Pending())
		if s.Pending > 0 {
			s.State = "backlog"
		}
		if ok && !newest.Issued().Equal(built) {
			behind := newest.Issued()
			s.State, s.Behind = "pinned", &behind
		}
		s.Pinned = ok && newest != e
		feed := a.ownFeed(e)
		s.Notices, s.Newest = feed.notices, feed.newest
		s.AsOf, s.Age = a.asOf(station, e.Watermark())
	}
	if why, wrong := a.wrong(station, all); wrong {
		s.Error, s.Since = why.Err.Error(), &why.Since
		if s.Built != nil {
			s.State = why.State
		}
	}
	if a.Jobs != nil {
		s.LeftOut, s.Refused, s.Drift = a.Jobs.Quarantined(station), a.Jobs.Refused(station), a.Jobs.Drifted(station)
	}
	if a.Jobs != nil && a.Stores != nil {
		if s.Leader = a.Stores.Leader(station); s.Leader == a.Stores.Process() {
			s.Leader = thisProcess
		}
	}
	return s
}

// thisProcess is the leader of a station that this process builds.
const thisProcess = "this process"

// Leads reports whether this process builds the station.
func (s StationStatus) Leads() bool { return s.Leader == thisProcess }

// ownFeed is what a station's own feed has.
type ownFeed struct {
	of      *edition.Edition
	notices int        // that articles were withdrawn
	newest  *time.Time // first publication of the newest of the others; nil: there is none
}

// ownFeed returns what the station's own feed has in an edition. It is read once: all
// stations' feeds are seven thousand lines, and Prometheus asks every few seconds.
func (a *Admin) ownFeed(e *edition.Edition) ownFeed {
	if known, ok := a.feeds.Load(e.Station()); ok && known.(ownFeed).of == e {
		return known.(ownFeed)
	}
	feed := ownFeed{of: e}
	contents, ok := e.Contents(network.FeedPath("", network.RSS))
	if !ok {
		return feed
	}
	var last time.Time
	for article, err := range edition.Lines(contents) {
		switch {
		case err != nil: // damaged contents are noticed where they are used
			return feed
		case article.Notice:
			feed.notices++
		case article.Published.After(last):
			last = article.Published
		}
	}
	feed.newest = moment(last)
	a.feeds.Store(e.Station(), feed)
	return feed
}

// wrong returns what is wrong with a station.
func (a *Admin) wrong(station string, all []condition.Condition) (condition.Condition, bool) {
	if a.Jobs != nil {
		if why, ok := a.Jobs.Condition(station); ok {
			return why, true
		}
	}
	i := slices.IndexFunc(all, func(c condition.Condition) bool { return c.Station == station && c.Level != slog.LevelWarn })
	if i < 0 {
		return condition.Condition{}, false
	}
	return all[i], true
}

// asOf returns the moment up to which an edition is known to be up to date, and
// how many seconds ago that was; nil: it is yet to come.
func (a *Admin) asOf(station string, built time.Time) (at *time.Time, age *int64) {
	since := time.Since(built)
	if a.Jobs != nil {
		if checked := a.Jobs.Checked(station); !checked.IsZero() {
			since = time.Since(checked)
			built = time.Now().Add(-since).UTC().Round(time.Millisecond)
		}
	}
	seconds := int64(since / time.Second)
	if seconds < 0 {
		return &built, nil
	}
	return &built, &seconds
}
