package jobs

import (
	"maps"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// desk is one station's place. Which station it is may be asked at any time; the rest
// is the run's.
type desk struct {
	station *network.Station
	guest   bool  // its articles are in another store, whose conductor builds it: this one makes offers
	led     bool  // it is built here, see Editions.Leads
	asked   bool  // this pass builds it because somebody has asked for it
	work    *work // what has to be built; nil: nothing
	progress
}

// progress is how far a station has been followed and built, as long as no other process
// builds it.
type progress struct {
	offer *press.Offer // the last one; nil: none since it is led
	held  bool         // it failed: the backlog of the others comes first
	since time.Time    // changes up to then are known
	read  time.Time    // when all of its feeds were last read

	due     time.Time // when its news sitemap changes by the clock alone; zero: never
	memory  press.Memory
	archive int                        // up to which audits have looked at archives, of those of all feeds
	back    map[article.Month][]string // withdrawn articles whose older rows are there, see articlesBack
	months  map[article.Month]audited  // that audits have looked at
}

// work is what has to be built of a station's edition.
type work struct {
	press.Work
	fresh   bool                   // something has happened, it is not only a backlog
	audited map[article.Month]bool // of the months, those that an audit found
	// unhinted are those of them of which only the rebuilt contents can tell whether
	// there was drift.
	unhinted map[article.Month]bool
}

func newWork() *work {
	return &work{Work: press.NewWork(), audited: map[article.Month]bool{}, unhinted: map[article.Month]bool{}}
}

// mark returns the desk's work, to which the caller adds.
func (d *desk) mark() *work {
	d.markBacklog(nil)
	d.work.fresh = true
	return d.work
}

// markBacklog marks months that have been dirty for some time.
func (d *desk) markBacklog(months []article.Month) {
	if d.work == nil {
		d.work = newWork()
	}
	for _, month := range months {
		d.work.Month(month).Whole = true
	}
}

// markEdition marks what an edition lacks: months and archives that a process that ended
// had yet to build, and what was lost of it.
func (d *desk) markEdition(e *edition.Edition) {
	if pending := e.Pending(); len(pending) > 0 || e.Unfinished() {
		d.markBacklog(pending)
	}
	for range e.Lost() {
		d.mark().Restore(e)
		break
	}
}

// unknown is when an edition changes of which nothing is known: it is due.
var unknown = time.Unix(0, 0)

// forget forgets what is known of a station that another process may have built.
func (d *desk) forget() {
	d.progress = progress{due: unknown, months: map[article.Month]audited{}, back: map[article.Month][]string{}}
	if d.guest {
		d.due = time.Time{}
	}
}

// built notes what has been built, and what is left to be done.
func (d *desk) built(r *result) {
	d.work = nil
	if pending := r.outcome.Pending; !r.outcome.Done() {
		d.markBacklog(pending)
		d.work.Accepted, d.work.Backlog, d.work.audited, d.work.Pages = r.work.Accepted, r.work.Backlog, r.work.audited, r.work.Pages
	}
	d.due = r.outcome.Due
	maps.Copy(d.back, r.outcome.Returned)
	d.audited(r)
	if r.work.Everything || r.work.Feeds {
		d.read = time.Now()
	}
}

// desk returns the desk of a station of the network.
func (c *Conductor) desk(station string) *desk {
	for _, d := range c.desks {
		if d.station.ID == station {
			return d
		}
	}
	return nil
}
