package jobs

import (
	"context"
	"hash/maphash"
	"iter"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// dirt is what has to be rebuilt of a station's edition. Its news sitemap and
// its index, which are small, are rebuilt with every dirt.
type dirt struct {
	everything bool
	accepted   bool            // however few articles are left
	before     int             // the articles in sitemaps when it began to be worked off, of a backlog
	fresh      bool            // something has happened, it is not only a backlog
	feeds      bool            // all feeds
	articles   map[string]bool // by id, whether they are the station's own: they make the feeds dirty that have them, or had
	months     map[article.Month]*extent
	audited    map[article.Month]bool // of the months, those that an audit found
}

// mark returns the station's dirt, to which the caller adds.
func (c *Conductor) mark(station *network.Station) *dirt {
	c.markBacklog(station, nil)
	d := c.dirty[station.ID]
	d.fresh = true
	return d
}

// markBacklog marks months that have been dirty for some time.
func (c *Conductor) markBacklog(station *network.Station, months []article.Month) {
	d, ok := c.dirty[station.ID]
	if !ok {
		d = &dirt{articles: map[string]bool{}, months: map[article.Month]*extent{}, audited: map[article.Month]bool{}}
		c.dirty[station.ID] = d
	}
	for _, month := range months {
		d.extent(month).whole = true
	}
}

// extent returns what is dirty of a month, to which the caller adds.
func (d *dirt) extent(month article.Month) *extent {
	e, ok := d.months[month]
	if !ok {
		e = &extent{}
		d.months[month] = e
	}
	return e
}

// markChanges asks the content store what has changed, and the clock, and marks
// what that makes dirty. An idle call is one small query.
func (c *Conductor) markChanges(ctx context.Context) error {
	err := c.askStore(ctx)
	if err == nil || ctx.Err() == nil { // a run that is given up tells nothing of the store
		c.noteStore(err)
	}
	return err
}

func (c *Conductor) askStore(ctx context.Context) (err error) {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	hints := c.hints()
	defer func() {
		if err != nil { // what they have marked does not outlast the run where another process leads
			c.hintAgain(hints)
		}
	}()
	if err := c.followHints(ctx, snapshot, hints); err != nil {
		return err
	}
	since := c.lead(snapshot.Time())
	if err := c.followRetractions(ctx, snapshot); err != nil {
		return err
	}
	if err := c.followChanges(snapshot.Changes(ctx, since)); err != nil {
		return err
	}
	if c.upcoming, err = snapshot.Next(ctx); err != nil {
		return err
	}
	c.checked, c.ahead = snapshot.Time(), time.Until(snapshot.Time())
	for _, station := range c.network.Stations {
		c.since[station.ID] = c.checked
		if due, ok := c.due[station.ID]; !ok || !due.IsZero() && !due.After(c.checked) {
			c.mark(station)
		}
		c.markLater(station)
		if time.Since(c.read[station.ID]) >= c.options.MaxAge {
			c.mark(station).feeds = true
		}
		if current, ok := c.editions.Current(station.ID); ok && len(current.Pending()) > 0 {
			c.markBacklog(station, current.Pending()) // of a process that ended before it was done
		}
	}
	maps.DeleteFunc(c.dirty, func(station string, _ *dirt) bool { return !c.led[station] })
	return nil
}

// follow marks what a change touches: the article's station with the article's
// month, and the stations whose feeds carry the articles of all.
func (c *Conductor) follow(change article.Change) {
	for _, station := range c.network.Stations {
		if !c.concerns(change, station) {
			continue
		}
		own := station.ID == change.Station
		c.mark(station).articles[change.ID] = own
		if own {
			month := article.MonthOf(change.Published, station.Zone)
			c.dirty[station.ID].extent(month).add(oneLine(change.ID), change.Published)
		}
	}
}

// concerns reports whether a station has to follow a change: it carries the
// article, and is not known to have followed what happened so long ago. A change
// without a time is always to be followed.
func (c *Conductor) concerns(change article.Change, station *network.Station) bool {
	if !station.All && station.ID != change.Station {
		return false
	}
	return change.At.IsZero() || !change.At.Before(c.since[station.ID].Add(-c.options.Overlap))
}

// sighting is what is known of a hint that has been followed.
type sighting struct {
	last  int64 // when the store last repeated it, in Unix time
	run   int32 // that followed it last
	again bool  // it was one to be followed again
}

// sightingsKept is how long a hint is remembered that the store does not repeat:
// it may only have been quiet, and repeats all of them with the next change.
const sightingsKept = 10 * time.Minute

// followChanges follows the hints that have not been followed before: the store
// repeats them for a while in case a slow transaction hid some. After an import
// there may be millions.
func (c *Conductor) followChanges(changes iter.Seq2[article.Change, error]) error {
	now := time.Now().Unix()
	for change, err := range changes {
		if err != nil {
			return err
		}
		concerned := func(station *network.Station) bool { return c.concerns(change, station) }
		if slices.ContainsFunc(c.network.Stations, concerned) && c.unseen(change, now) {
			c.follow(change)
		}
	}
	maps.DeleteFunc(c.seen, func(_ uint64, s sighting) bool { return now-s.last > int64(sightingsKept/time.Second) })
	return nil
}

// unseen reports whether a hint is to be followed, and remembers that it was. One
// to which more may belong is followed again by each later run, not by this one's
// rounds, which would never end, and once more when nothing can come any more.
//
// Of a million hints, one is taken for another in one of ten million cases; that
// change is left to the audit.
func (c *Conductor) unseen(change article.Change, now int64) bool {
	key := maphash.Comparable(c.seed, struct {
		id, station   string
		published, at int64
		left          bool
	}{change.ID, change.Station, change.Published.UnixNano(), change.At.UnixNano(), change.Left})
	s, known := c.seen[key]
	follow := !known || s.again && (!change.Again || s.run != int32(c.runs))
	if follow {
		s.run, s.again = int32(c.runs), change.Again
	}
	s.last = now
	c.seen[key] = s
	return follow
}

// markLater marks what changes by the clock alone, besides the news.
func (c *Conductor) markLater(station *network.Station) {
	for month, at := range c.later[station.ID] {
		if at.After(c.checked) {
			continue
		}
		delete(c.later[station.ID], month)
		d := c.mark(station)
		d.feeds = true
		if month != (article.Month{}) {
			d.extent(month).whole = true
		}
	}
}
