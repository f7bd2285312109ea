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
	switch {
	case c.outbox == nil || before == nil:
	case now.err != nil:
		c.log.Warn("editions not compared, others are not told what changed", "station", d.station, "error", now.err)
	case len(now.Came)+len(now.Changed)+len(now.Left)+len(now.Paths) > 0:
		c.outbox.Note(ctx, before, after, now.Difference, d.inEffect())
	}
}
