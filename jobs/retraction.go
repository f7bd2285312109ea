package jobs

import (
	"context"
	"errors"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/press"
)

// followRetractions marks what retractions touch that are other than at the last
// call, and notes what the content store says of articles that have been taken
// down.
func (c *Conductor) followRetractions(ctx context.Context, snapshot Snapshot) error {
	retractions := c.editions.Retractions()
	var changed, down []string
	for id, r := range retractions {
		if before := c.taken[id]; before.State != r.State && (r.State == edition.Held || r.State == edition.Lifted) {
			changed = append(changed, id)
			c.freePage(r.URL)
		}
		if before := c.taken[id]; r.Notice != before.Notice && r.Shown != nil {
			for station := range r.Shown.Feeds { // where its notice comes, or goes
				if d := c.desk(station); d != nil {
					d.mark().Feeds = true
				}
			}
		}
		if r.Down() {
			down = append(down, id)
		}
	}
	if err := errors.Join(c.followArticles(ctx, snapshot, changed), c.followLinks(ctx, snapshot, changed)); err != nil {
		return err
	}
	c.taken = retractions
	if len(down) == 0 {
		return nil
	}
	states, err := press.Find(ctx, snapshot, down)
	if err != nil {
		return err
	}
	var next []edition.Retraction
	for _, state := range states {
		if r, ok := follows(retractions[state.ID], state, snapshot.Time()); ok {
			next = append(next, r)
		}
	}
	return c.retract(ctx, next)
}

// freePage marks the station that may name the page of an article that has been taken
// down for an earlier one.
func (c *Conductor) freePage(address string) {
	for _, d := range c.desks {
		if address != "" && d.station.Owns(address) {
			d.mark().Pages[address] = true
		}
	}
}

// follows returns the retraction that follows from what the content store has of
// the article; not ok: r stays. Whatever the clocks say it is later than r, and
// it names the article's own station.
//
// An article that is not there at all may be one of a store that is behind, or
// that has lost its articles for a while; an embargo is no withdrawal.
func follows(r edition.Retraction, state article.State, now time.Time) (next edition.Retraction, ok bool) {
	next = r
	next.Station, next.At, next.Row = state.Station, edition.Later(now, r.At.Add(time.Millisecond)), time.Time{}
	next.Published = state.Published
	switch {
	case r.State == edition.Held && !state.Visible && !state.Published.After(now):
		next.State, next.Row = edition.Agreed, state.At
		return next, true
	case r.State == edition.Agreed && state.Visible && state.At.After(r.Row):
		next.State = edition.Lifted // the newsroom shows it again
		return next, true
	}
	return edition.Retraction{}, false
}

func (c *Conductor) retract(ctx context.Context, retractions []edition.Retraction) error {
	if len(retractions) == 0 {
		return nil
	}
	if err := c.editions.Retract(ctx, retractions...); !errors.Is(err, edition.ErrUnsent) {
		return err
	}
	return nil // the cache sends it when it can
}
