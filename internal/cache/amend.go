package cache

import (
	"context"
	"errors"
	"fmt"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// amendment is a current edition that was amended, and the one that it was before.
type amendment struct{ before, after *edition.Edition }

// amendServed amends the editions that this process serves, because what they are
// amended by is another now, and waits for no store. It returns the current ones
// that differ, which are to be published.
func (c *Cache) amendServed() (changed []amendment) {
	for _, station := range c.stations {
		if a := c.amendDesk(c.desks[station]); a.after != nil {
			changed = append(changed, a)
		}
	}
	return changed
}

func (c *Cache) amendDesk(d *desk) amendment {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.showAgain(d)
	current := d.current.Load()
	if current == nil {
		return amendment{}
	}
	a := c.amended(current)
	if a == current {
		return amendment{}
	}
	c.replace(d, a.Published())
	return amendment{current, a}
}

// hideWithdrawn takes out of the pinned editions what no current edition shows any
// more, of whichever station: it has been withdrawn since, or has moved and was
// then withdrawn.
func (c *Cache) hideWithdrawn() {
	for _, station := range c.stations {
		d := c.desks[station]
		d.mu.Lock()
		c.showAgain(d)
		d.mu.Unlock()
	}
}

// withoutWithdrawn returns an older edition without what the current editions do
// not show. What these are is not known before the cache is open. The error is that
// of editions that can't be compared: the older one may show anything then.
func (c *Cache) withoutWithdrawn(older *edition.Edition) (*edition.Edition, error) {
	if !c.opened.Load() {
		return older, nil
	}
	current := map[string]*edition.Edition{}
	for station, d := range c.desks {
		if e := d.current.Load(); e != nil {
			current[station] = e
		}
	}
	newest, ok := current[older.Station()]
	if !ok {
		return c.withoutLeft(older, true)
	}
	ids, err := edition.Withdrawn(older, current)
	if err != nil {
		return nil, fmt.Errorf("not compared with the current editions: %w", err)
	}
	withdrawn := edition.Retractions{}
	for _, id := range ids {
		withdrawn[id] = edition.Retraction{Station: older.Station(), ID: id, At: newest.Watermark(), State: edition.Held}
	}
	return c.amend(older, withdrawn), nil
}

// publishAmended stores what amendServed has changed. The error joins those of
// the stations.
func (c *Cache) publishAmended(ctx context.Context, changed []amendment) error {
	var faults []error
	for _, a := range changed {
		d := c.desks[a.after.Station()]
		c.begin(d)
		if current := d.current.Load(); store.VersionOf(current) == store.VersionOf(a.after) {
			err := c.publish(ctx, d, a.before, a.after)
			if err != nil && !errors.Is(err, edition.ErrStale) { // a later one is there, and was amended
				faults = append(faults, fmt.Errorf("amend: %w", err))
			}
		}
		d.turn.Unlock()
	}
	return errors.Join(faults...)
}

// errLeft is what an earlier edition meets of which is not known what it may not
// show.
var errLeft = errors.New("which articles have left since is not known")

// withoutLeft returns an edition of a station without what later ones had no more,
// as far as the local copy tells. The error of one that is known to be earlier is
// errLeft where it does not tell.
func (c *Cache) withoutLeft(e *edition.Edition, earlier bool) (*edition.Edition, error) {
	left, err := c.local.Left(e.Station())
	if err != nil && earlier {
		return nil, fmt.Errorf("%w: %w", errLeft, err)
	}
	gone := edition.Retractions{}
	for _, d := range left {
		if !d.At.After(e.Watermark()) {
			continue
		}
		if d.Unknown && earlier {
			return nil, errLeft
		}
		for _, id := range d.IDs {
			gone[id] = edition.Retraction{Station: e.Station(), ID: id, At: d.At, State: edition.Held}
		}
	}
	return c.amend(e, gone), nil
}
