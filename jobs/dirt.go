package jobs

import (
	"context"
	"maps"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// dirt is what has to be rebuilt of a station's edition. Its news sitemap and
// its index, which are small, are rebuilt with every dirt.
type dirt struct {
	everything bool
	accepted   bool            // however few articles are left
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
		d.month(month).whole = true
	}
}

// month returns what is dirty of a month, to which the caller adds.
func (d *dirt) month(name article.Month) *extent {
	e, ok := d.months[name]
	if !ok {
		e = &extent{}
		d.months[name] = e
	}
	return e
}

// markChanges asks the content store what has changed, and the clock, and marks
// what that makes dirty. An idle call is one small query.
func (c *Conductor) markChanges(ctx context.Context) error {
	err := c.askStore(ctx)
	c.noteStore(err)
	return err
}

func (c *Conductor) askStore(ctx context.Context) error {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	hints := c.hints()
	if err := c.followHints(ctx, snapshot, hints); err != nil {
		c.hintAgain(hints)
		return err
	}
	c.lead(snapshot.Time())
	if err := c.followRetractions(ctx, snapshot); err != nil {
		return err
	}
	changes, err := snapshot.Changes(ctx, c.checked)
	if err != nil {
		return err
	}
	for _, change := range c.unseen(changes) {
		c.follow(change)
	}
	if c.upcoming, err = snapshot.Next(ctx); err != nil {
		return err
	}
	c.checked, c.ahead = snapshot.Time(), time.Until(snapshot.Time())
	for _, station := range c.network.Stations {
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
		own := station.ID == change.Station
		if own || station.All {
			c.mark(station).articles[change.ID] = own
		}
		if own {
			month := article.MonthOf(change.Published, station.Zone)
			c.dirty[station.ID].month(month).add(oneLine(change.ID), change.Published)
		}
	}
}

// sightingsKept is how long a hint is remembered that the store does not repeat:
// it may only have been quiet, and repeats all of them with the next change.
const sightingsKept = 10 * time.Minute

// unseen leaves out the hints that have been followed before: the store repeats
// them for a while in case a slow transaction hid some.
func (c *Conductor) unseen(changes []article.Change) []article.Change {
	now := time.Now()
	var fresh []article.Change
	for _, change := range changes {
		key := sighting{change.ID, change.Station, change.Published.UnixNano(), change.At.UnixNano(), change.Left}
		if _, ok := c.seen[key]; !ok {
			fresh = append(fresh, change)
		}
		if !change.Again {
			c.seen[key] = now
		}
	}
	maps.DeleteFunc(c.seen, func(_ sighting, last time.Time) bool { return now.Sub(last) > sightingsKept })
	return fresh
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
			d.month(month).whole = true
		}
	}
}
