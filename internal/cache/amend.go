package cache

import (
	"context"
	"errors"
	"fmt"

	"feedstation/internal/edition"
)

// Amend amends all editions of this process anew, because what they are amended
// by is another now. All are served so before the current ones that differ are
// published. The error joins those of the stations.
func (c *Cache) Amend(ctx context.Context) error {
	var changed []*edition.Edition
	for _, station := range c.stations {
		d := c.desks[station]
		d.mu.Lock()
		if e := c.amendDesk(ctx, d); e != nil {
			changed = append(changed, e)
		}
		d.mu.Unlock()
	}
	var faults []error
	for _, e := range changed {
		d := c.desks[e.Station()]
		d.mu.Lock()
		if current := d.current.Load(); versionOf(current) == versionOf(e) {
			err := c.publish(ctx, d, e)
			if err != nil && !errors.Is(err, edition.ErrStale) { // a later one is there, and was amended
				faults = append(faults, fmt.Errorf("amend: %w", err))
			}
		}
		d.mu.Unlock()
	}
	return errors.Join(faults...)
}

// amendDesk amends the editions of a station in memory and returns the current
// one if it is another one than before.
func (c *Cache) amendDesk(ctx context.Context, d *desk) *edition.Edition {
	defer d.forget()
	if pinned := d.pinned.Load(); pinned != nil {
		whole, err := c.local.FetchKept(ctx, d.station, d.pin.Number, pinned)
		if err != nil {
			whole = pinned // of which too much may be gone, when a retraction was lifted
		}
		if !c.amended(whole).Equal(pinned) {
			c.servePinned(d, d.pin, whole)
		}
	}
	current := d.current.Load()
	if current == nil {
		return nil
	}
	a := c.amended(current)
	if a == current {
		return nil
	}
	c.swap(d, a.Published())
	return a
}
