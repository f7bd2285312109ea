package cache

import (
	"context"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// comparison is how an edition differs from the one before it. It is made once for each
// that is published: the local copy has to know which articles left, and who tells others
// has to know all of it.
type comparison struct {
	before, after store.Version
	edition.Difference
	err error
}

// compare compares an edition that is to be published with the one before it, which may be
// nil; who calls it has the turn.
func (d *desk) compare(before, after *edition.Edition) comparison {
	if before == nil {
		return comparison{after: store.VersionOf(after)}
	}
	now := comparison{before: store.VersionOf(before), after: store.VersionOf(after)}
	if last := d.compared.Load(); last != nil && last.before == now.before && last.after == now.after && last.err == nil {
		return *last
	}
	now.Difference, now.err = edition.Diff(before, after)
	d.compared.Store(&now)
	return now
}

// left returns the articles that an edition of a station does not have any more which is
// being published in place of the one of a version; not ok: it was not compared with that.
func (c *Cache) left(station string, before store.Version, after *edition.Edition) (left []edition.Article, ok bool) {
	d := c.desks[station]
	if d == nil {
		return nil, false
	}
	last := d.compared.Load()
	if last == nil || last.err != nil || last.before != before || last.after != store.VersionOf(after) {
		return nil, false
	}
	return last.Left, true
}

// Noting has an outbox told what editions change that are published from now on. It is
// called before the cache is used.
func (c *Cache) Noting(outbox Outbox) { c.outbox = outbox }

// note compares an edition that is about to be published with the one before it, nil where
// there is none, and has the outbox told.
func (c *Cache) note(ctx context.Context, d *desk, before, after *edition.Edition) {
	now := d.compare(before, after)
	if c.outbox != nil && before != nil {
		c.noteDifference(ctx, before, after, now.Difference, now.err)
	}
}

// noteAmended has the outbox told what retractions change before a store has these. A
// process that ends before it publishes that serves it from its next start on, when nobody
// knows what was there before. No turn is waited for.
func (c *Cache) noteAmended(ctx context.Context, changed []amendment) {
	if c.outbox == nil {
		return
	}
	for _, a := range changed {
		difference, err := edition.Diff(a.before, a.after)
		c.noteDifference(ctx, a.before, a.after, difference, err)
	}
}

func (c *Cache) noteDifference(ctx context.Context, before, after *edition.Edition, difference edition.Difference, err error) {
	d := c.desks[after.Station()]
	switch {
	case err != nil:
		c.log.Warn("editions not compared, others are not told what changed", "station", d.station, "error", err)
	case len(difference.Came)+len(difference.Changed)+len(difference.Left)+len(difference.Paths) > 0:
		c.outbox.Note(ctx, before, after, difference, d.inEffect())
	}
}
