package cache

import (
	"context"
	"maps"
	"slices"

	"feedstation/internal/store"
)

// Succeed takes over what another cache of this process knows and the stores may
// lack, as when they can't be written to: its retractions, and editions later than
// this one's.
func (c *Cache) Succeed(ctx context.Context, before *Cache) error {
	c.learn(slices.Collect(maps.Values(before.Retractions()))...)
	for _, station := range c.stations {
		e, ok := before.Current(station)
		if !ok {
			continue
		}
		d := c.desks[station]
		c.begin(d)
		if current := d.current.Load(); current == nil || store.VersionOf(e).Later(store.VersionOf(current)) {
			c.swap(d, c.amended(e).Published())
		}
		d.turn.Unlock()
	}
	return c.apply(ctx)
}

// Abandon has Close leave the stores as they are: another cache has succeeded this
// one, or this one never served.
func (c *Cache) Abandon() { c.abandoned.Store(true) }
