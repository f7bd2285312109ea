package jobs

import (
	"context"
	"errors"
	"hash/maphash"
	"iter"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/press"
)

// markChanges asks the content store what has changed, and the clock, and marks
// what that makes dirty. An idle call is one small query.
func (c *Conductor) markChanges(ctx context.Context) error {
	err := c.named(c.askStore(ctx))
	c.countFault(ctx, err)
	unreachable, behind := err, error(nil)
	if _, ok := errors.AsType[*BehindError](err); ok {
		unreachable, behind = nil, err
	}
	c.note(ctx, ofStore(StoreUnreachable, c.name), "", unreachable)
	if unreachable == nil {
		c.note(ctx, ofStore(storeBehind, c.name), "", behind)
	}
	if err == nil {
		c.markGone()
	}
	if err == nil {
		c.noteUpToDate(c.desks...)
	}
	return err
}

// markGone marks in what has to be built which rows were missing for a while.
func (c *Conductor) markGone() {
	c.mu.Lock()
	gone := c.gone
	c.gone = nil
	c.mu.Unlock()
	for _, d := range c.desks {
		if d.work != nil && len(gone) > 0 {
			d.work.Gone = gone
		}
	}
}

func (c *Conductor) askStore(ctx context.Context) (err error) {
	looked := time.Now()
	snapshot, _, err := c.open(ctx)
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
	c.followClock(snapshot.Time(), looked)
	since := c.lead(snapshot.Time())
	c.followOffers()
	if err := c.followRetractions(ctx, snapshot); err != nil {
		return err
	}
	followed, err := c.followChanges(snapshot.Changes(ctx, since))
	if err != nil {
		return err
	}
	c.followMoves(followed, snapshot.Time())
	if err := c.followLinks(ctx, snapshot, idsAmong(followed)); err != nil {
		return err
	}
	if c.upcoming, err = snapshot.Next(ctx); err != nil {
		return err
	}
	c.checked, c.looked, c.ahead = snapshot.Time(), looked, snapshot.Time().Sub(c.clock())
	c.noteLooked(looked)
	for _, d := range c.desks {
		d.since = c.checked
		if !d.due.IsZero() && !d.due.After(c.checked) {
			d.mark() // the news is built with every work
		}
		if time.Since(d.read) >= c.options.MaxAge {
			d.mark().Feeds = true
		}
		if current, ok := c.editions.Current(d.station.ID); ok && !d.guest {
			d.markEdition(current)
		}
		if !d.led {
			d.work = nil
		}
	}
	return nil
}

func (c *Conductor) noteLooked(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastLook = at
}

// follow marks what a change touches: the article's station with the article's
// month, and the stations whose feeds carry the articles of all.
func (c *Conductor) follow(change article.Change) {
	for _, d := range c.desks {
		if !c.concerns(change, d) {
			continue
		}
		own := d.station.ID == change.Station
		w := d.mark()
		w.add(change, own)
		switch {
		case own && change.Group.Count > 0:
			w.addMonths(article.MonthOf(change.Published, d.station.Zone), article.MonthOf(change.Group.Last, d.station.Zone))
		case own:
			w.Month(article.MonthOf(change.Published, d.station.Zone)).Add(change.ID, change.Published)
		default:
			w.AddSpan(press.Span{From: change.Published, To: edition.Later(change.Published, change.Group.Last)})
		}
	}
}

// maxNamed is how many articles that have changed make feeds dirty by name.
const maxNamed = 5000

// add adds what has changed to what makes feeds dirty; own says that it is of the
// station itself. More than some thousands, or a group, may be in any feed.
func (w *work) add(change article.Change, own bool) {
	if change.Group.Count == 0 && len(w.Articles) < maxNamed {
		w.Articles[change.ID] = own
		if change.Kind == article.Left {
			w.Former[change.ID] = append(w.Former[change.ID], press.Place{Station: change.Station, Published: change.Published})
		}
		return
	}
	w.Feeds = true
	if own && change.Kind == article.Left {
		w.Left += int(max(1, change.Group.Count))
	}
}

// addMonths adds whole months from one to another.
func (w *work) addMonths(first, last article.Month) {
	for month := first; month.Compare(last) <= 0; month = month.Next() {
		w.Month(month).Whole = true
	}
}

// concerns reports whether a station has to follow a change: it carries the
// article, and is not known to have followed what happened so long ago. A change
// without a time is always to be followed.
func (c *Conductor) concerns(change article.Change, d *desk) bool {
	if !d.station.All && d.station.ID != change.Station {
		return false
	}
	return change.At.IsZero() || !change.At.Before(d.since.Add(-c.options.Overlap))
}

// sighting is what is known of a hint that has been followed.
type sighting struct {
	last  int64 // when the store last repeated it, in seconds since the conductor was made
	again bool  // it was one to be followed again
}

// How long a hint is remembered that the store does not repeat: it may only have
// been quiet, and repeats all of them with the next change. Of very many only
// those of the last seconds are: that others are followed once more costs less.
const (
	sightingsKept = 10 * time.Minute
	manySightings = 50_000
	someKept      = 10 * time.Second
)

// followChanges follows the hints that have not been followed before: the store
// repeats them for a while in case a slow transaction hid some. It returns the
// first of those that were followed, without groups.
func (c *Conductor) followChanges(changes iter.Seq2[article.Change, error]) (followed []article.Change, err error) {
	now := int64(time.Since(c.began) / time.Second)
	for change, err := range changes {
		if err != nil {
			return nil, err
		}
		concerned := func(d *desk) bool { return c.concerns(change, d) }
		if slices.ContainsFunc(c.desks, concerned) && c.unseen(change, now) {
			c.follow(change)
			switch {
			case change.Group.Count > 0:
				c.auditFirst(change)
			case len(followed) < maxNamed:
				followed = append(followed, change)
			}
		}
	}
	kept := sightingsKept
	if len(c.seen) > manySightings {
		kept = someKept
	}
	maps.DeleteFunc(c.seen, func(_ uint64, s sighting) bool { return now-s.last > int64(kept/time.Second) })
	return followed, nil
}

// idsAmong returns the ids of the first changes, as many as are asked for their
// translations.
func idsAmong(changes []article.Change) (ids []string) {
	for _, change := range changes[:min(len(changes), maxLinking)] {
		ids = append(ids, change.ID)
	}
	return ids
}

// unseen reports whether a hint is to be followed, and remembers that it was. One
// to which more may belong is followed again by each later pass, and once more when
// nothing can come any more.
//
// Of a million hints, one is taken for another in one of ten million cases; that
// change is left to the audit.
func (c *Conductor) unseen(change article.Change, now int64) bool {
	key := maphash.Comparable(c.seed, struct {
		id, station         string
		published, last, at int64
		kind                article.Kind
		count, sum          int64
	}{
		change.ID, change.Station, change.Published.UnixNano(), change.Group.Last.UnixNano(), change.At.UnixNano(),
		change.Kind, change.Group.Count, change.Group.Sum,
	})
	s, known := c.seen[key]
	c.seen[key] = sighting{now, change.Again}
	return !known || s.again
}
