package cache

import (
	"context"
	"errors"
	"fmt"

	"feedstation/internal/edition"
)

// amendServed amends the editions that this process serves, because what they are
// amended by is another now, and waits for no store. It returns the current ones
// that differ, which are to be published.
func (c *Cache) amendServed() (changed []*edition.Edition) {
	for _, station := range c.stations {
		if e := c.amendDesk(c.desks[station]); e != nil {
			changed = append(changed, e)
		}
	}
	return changed
}

func (c *Cache) amendDesk(d *desk) *edition.Edition {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer d.forget()
	if pinned := d.pinned.Load(); pinned != nil {
		c.showPinned(d, d.pin, pinned)
	}
	current := d.current.Load()
	if current == nil {
		return nil
	}
	a := c.amended(current)
	if a == current {
		return nil
	}
	c.replace(d, a.Published())
	return a
}

// publishAmended stores what amendServed has changed, and serves pinned editions
// with what is no longer retracted. The error joins those of the stations.
func (c *Cache) publishAmended(ctx context.Context, changed []*edition.Edition) error {
	for _, station := range c.stations {
		c.restorePinned(ctx, c.desks[station])
	}
	var faults []error
	for _, e := range changed {
		d := c.desks[e.Station()]
		c.begin(d)
		if current := d.current.Load(); versionOf(current) == versionOf(e) {
			err := c.publish(ctx, d, e)
			if err != nil && !errors.Is(err, edition.ErrStale) { // a later one is there, and was amended
				faults = append(faults, fmt.Errorf("amend: %w", err))
			}
		}
		d.turn.Unlock()
	}
	return errors.Join(faults...)
}

// restorePinned amends the pinned edition of a station as it was pinned: of the
// one in memory more may be gone than is retracted now.
func (c *Cache) restorePinned(ctx context.Context, d *desk) {
	c.begin(d)
	defer d.turn.Unlock()
	pinned := d.pinned.Load()
	if pinned == nil {
		return
	}
	if whole, err := c.disk.FetchKept(ctx, d.station, d.pin.Number, pinned); err == nil && !c.amended(whole).Equal(pinned) {
		c.servePinned(d, d.pin, whole)
	}
}
