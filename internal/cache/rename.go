package cache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/redis"
)

// A station that has another id now goes on with the editions that it had under the
// former one: those of the local copy when it is opened, or else those of Redis.

// formerAge is how long what is stored under a former id stays: processes that have yet
// to be restarted serve from it, and one that is rolled back.
const formerAge = 24 * time.Hour

// rests returns where the documents of a station are at rest, also of one by a former id.
func (c *Cache) rests() func(id string) *edition.Rest {
	rests := map[string]*edition.Rest{}
	for station, d := range c.desks {
		for _, former := range c.files.Former(station) {
			rests[former] = d.rest
		}
	}
	for station, d := range c.desks {
		rests[station] = d.rest
	}
	return func(id string) *edition.Rest { return rests[id] }
}

// takeOver has a station that the local copy does not have take over what is there of
// its former ids.
func (c *Cache) takeOver(ctx context.Context, d *desk) {
	for _, former := range c.files.Former(d.station) {
		taken, err := c.files.TakeOver(ctx, former, d.station)
		if err != nil {
			c.log.Error("editions of the former id not taken over", "station", d.station, "former", former, "error", err)
		}
		if taken {
			c.log.Info("editions of the former id taken over", "station", d.station, "former", former)
			return
		}
	}
}

// takeShared is takeOver for what Redis has, of a station that is nowhere.
func (c *Cache) takeShared(ctx context.Context, d *desk, s store.Store) error {
	if c.redis == nil || s != store.Store(c.redis) {
		return nil
	}
	for _, former := range c.files.Former(d.station) {
		e, err := c.redis.Fetch(ctx, former, nil)
		if errors.Is(err, store.ErrNone) || errors.Is(err, redis.ErrElsewhere) {
			continue
		}
		if err == nil {
			err = c.readRetractions(ctx, c.redis)
		}
		if err == nil {
			e, err = c.withoutLeft(e.Renamed(d.station), false)
		}
		if err == nil {
			err = c.keep(ctx, d, c.amended(e))
		}
		if err != nil {
			return fmt.Errorf("take over %s as %s: %w", former, d.station, err)
		}
		c.log.Info("editions of the former id taken over", "station", d.station, "former", former)
		pin, pinned, err := c.redis.Pinned(ctx, former, e)
		if err != nil || pinned == nil {
			return nil // none, or it is not whole
		}
		c.servePinned(d, pin, pinned.Renamed(d.station)) // which is handed on
		return nil
	}
	return nil
}

// removeFormer removes what is stored under former ids, once that is not needed.
func (c *Cache) removeFormer(ctx context.Context) {
	for _, station := range c.stations {
		d := c.desks[station]
		for _, former := range c.files.Former(station) {
			if d.gone[former] || d.current.Load() == nil {
				continue
			}
			gone, err := c.local.RemoveFormer(ctx, former, station, formerAge)
			if gone && c.redis != nil {
				err = errors.Join(err, c.redis.Remove(ctx, former))
			}
			if err != nil && ctx.Err() == nil {
				c.log.Debug("former id not removed", "station", station, "former", former, "error", err)
			}
			d.gone[former] = gone && err == nil
		}
	}
}

// RemoveFormer asks the local copy.
func (l *local) RemoveFormer(ctx context.Context, former, station string, after time.Duration) (bool, error) {
	return ask(l, nil, func() (bool, error) { return l.files.RemoveFormer(ctx, former, station, after) })
}
