package server

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Run is a run of a job that has ended, or several in a row that had nothing to do.
type Run struct {
	Job, Cause string
	Times      int
	Started    time.Time // of the last
	Duration   time.Duration
	Phases     []Phase
	Published  []string // ids of the first stations that were published
	Stations   int      // how many were
	Changed    int      // documents
	Stopped    bool
	Err        error
}

// Phase is a part of a run.
type Phase struct {
	Name     string
	Duration time.Duration
}

// Kept is an edition that can be pinned.
type Kept struct {
	Issued          time.Time
	Documents       int
	Current, Pinned bool
}

// Visit is what a crawler has fetched of a station's documents of one kind.
type Visit struct {
	Station, Agent string
	Verified       string // yes, no or unchecked
	Document       string // kind
	Fetches        int64
	Last           time.Time
}

// Visits returns the visits of the stations and crawlers that are wanted, in no order;
// nil: all are.
type Visits func(wanted func(station, agent string) bool) []Visit

// Crawlers are those whose last fetch stands beside each station.
func Crawlers() []string { return []string{"Googlebot", "Bingbot", "Baiduspider"} }

// addAudience adds the requests for each station, its subscribers, and when the crawlers
// that are shown came last, those alone that are not forged.
func (a *Admin) addAudience(s *Status) {
	var subscribers map[string]int
	if a.Subscribers != nil {
		subscribers = a.Subscribers()
	}
	visits := a.lastVisits()
	for i := range s.Stations {
		station := &s.Stations[i]
		if a.Requests != nil {
			station.Requests = new(a.Requests(station.ID))
		}
		if subscribers != nil {
			station.Subscribers = new(subscribers[station.ID])
		}
		station.Crawlers = visits[station.ID]
	}
}

// lastVisits returns when crawlers came last, by station and name.
func (a *Admin) lastVisits() map[string]map[string]time.Time {
	if a.Visits == nil {
		return nil
	}
	last := map[string]map[string]time.Time{}
	for _, v := range a.Visits(func(_, agent string) bool { return slices.Contains(Crawlers(), agent) }) {
		if v.Verified == forged {
			continue
		}
		if last[v.Station] == nil {
			last[v.Station] = map[string]time.Time{}
		}
		if v.Last.After(last[v.Station][v.Agent]) {
			last[v.Station][v.Agent] = v.Last
		}
	}
	return last
}

// forged is what a visit is of an agent that is not whom it says it is.
const forged = "no"

// Detail is all that is known of a station without asking anybody.
type Detail struct {
	StationStatus
	URL         string
	Zone        *time.Location
	Feeds       []DocumentDetail
	Months      []MonthDetail // the newest first
	Quarantine  []article.RowError
	Retractions []edition.Retraction // in effect, the newest first
	Visits      []Visit              // in no order
}

// DocumentDetail is a feed.
type DocumentDetail struct {
	Path     string
	Articles int
	Bytes    int64
	Modified time.Time
	Readers  *int // nil: not recorded
}

// MonthDetail is the sitemaps of a month.
type MonthDetail struct {
	Month    string
	Files    int
	Articles int
	Modified time.Time
	Pending  bool // they have yet to be built
}

// Detail returns what is known of a station; not ok: there is none of that id. Nobody is
// asked: all of it is in memory.
func (a *Admin) Detail(status *Status, station string) (d Detail, ok bool) {
	i := slices.IndexFunc(status.Stations, func(s StationStatus) bool { return s.ID == station })
	of, known := a.Network.Station(station)
	if i < 0 || !known {
		return d, false
	}
	d = Detail{StationStatus: status.Stations[i], URL: of.URL, Zone: of.Zone}
	if e, served := a.Editions.Served(station); served {
		d.Feeds, d.Months = a.feedsOf(e), monthsOf(e)
	}
	if a.Jobs != nil {
		d.Quarantine = a.Jobs.Quarantine(station)
	}
	if a.Stores != nil {
		for _, r := range a.Stores.Retractions() {
			if r.Down() && isOf(r, station) {
				d.Retractions = append(d.Retractions, r)
			}
		}
		slices.SortFunc(d.Retractions, func(x, y edition.Retraction) int {
			return cmp.Or(y.At.Compare(x.At), strings.Compare(x.ID, y.ID))
		})
	}
	if a.Visits != nil {
		d.Visits = a.Visits(func(of, _ string) bool { return of == station })
	}
	return d, true
}

// isOf reports whether an article that is taken down was shown by a station, or is its
// own; of one that nothing is known of, whether it was taken down in its name.
func isOf(r edition.Retraction, station string) bool {
	if r.Shown != nil {
		return r.Shown.Feeds[station] != nil
	}
	return r.Station == station
}

// feedsOf returns the feeds of an edition in the order of their paths.
func (a *Admin) feedsOf(e *edition.Edition) (feeds []DocumentDetail) {
	var readers map[string]int
	if a.Readers != nil {
		readers = a.Readers(e.Station())
	}
	for path, document := range e.All() {
		if !isFeed(document) {
			continue
		}
		d := DocumentDetail{Path: path, Articles: document.Items(), Bytes: document.Size(), Modified: document.Modified()}
		if a.Readers != nil {
			n := readers[path]
			d.Readers = &n
		}
		feeds = append(feeds, d)
	}
	return feeds
}

// isFeed tells feeds from sitemaps and pages.
func isFeed(d *edition.Document) bool {
	mediaType, _, _ := strings.Cut(d.MediaType(), ";")
	return slices.ContainsFunc(network.Formats(), func(f network.Format) bool { return f.MediaType() == mediaType })
}

// monthsOf returns the months of an edition's sitemaps, and those that are pending.
func monthsOf(e *edition.Edition) []MonthDetail {
	months := map[article.Month]MonthDetail{}
	for path, document := range e.All() {
		month, _, ok := network.ParseShardPath(path)
		if !ok {
			continue
		}
		m := months[month]
		m.Month, m.Files, m.Articles = month.String(), m.Files+1, m.Articles+document.Items()
		if document.Modified().After(m.Modified) {
			m.Modified = document.Modified()
		}
		months[month] = m
	}
	for _, month := range e.Pending() {
		m := months[month]
		m.Month, m.Pending = month.String(), true
		months[month] = m
	}
	var all []MonthDetail
	for _, month := range slices.SortedFunc(maps.Keys(months), func(x, y article.Month) int { return y.Compare(x) }) {
		all = append(all, months[month])
	}
	return all
}
