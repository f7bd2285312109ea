package cache

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"feedstation/internal/edition"
)

// Retractions returns the retractions that this process knows. They must not be
// written to.
func (c *Cache) Retractions() edition.Retractions { return *c.retractions.Load() }

// Retract adds retractions: to those of this process, of the local copy and of
// Redis. When it returns, the editions of this process are amended and
// published. Where Redis is out of reach it gets them later. The error is that
// of storing them nowhere, and of publishing.
func (c *Cache) Retract(ctx context.Context, retractions ...edition.Retraction) error {
	if !c.learn(retractions...) {
		return nil
	}
	c.unamended.Store(false)
	err := c.saveRetracted(ctx)
	if c.redis != nil {
		sharedErr := c.redis.Retract(ctx, retractions...)
		if ctx.Err() == nil {
			c.redisState.note(c.log, unwritable, sharedErr)
		}
		if sharedErr == nil {
			err = nil
		}
	}
	if err != nil {
		err = fmt.Errorf("retract: %w", err)
	}
	if ctx.Err() != nil {
		c.unamended.Store(true) // Sync does what could not be done
	}
	return errors.Join(err, c.Amend(ctx))
}

// learn adds retractions to those of this process and reports whether it did
// not know all of them. Redis may not, either, or may have one of another station.
func (c *Cache) learn(retractions ...edition.Retraction) bool {
	c.retracting.Lock()
	defer c.retracting.Unlock()
	return c.add(retractions)
}

// add is learn; c.retracting is held.
func (c *Cache) add(retractions []edition.Retraction) bool {
	known := c.Retractions()
	all, changed := known.With(time.Now(), retractions...)
	if !changed {
		return false
	}
	c.retractions.Store(&all)
	c.unamended.Store(true)
	for _, r := range retractions {
		for _, station := range []string{r.Station, known[r.ID].Station} {
			if d, ok := c.desks[station]; ok {
				d.unsent.Store(true)
			}
		}
	}
	return true
}

// saveRetracted writes what this process knows into the local copy, together
// with what is there.
func (c *Cache) saveRetracted(ctx context.Context) error {
	err := c.local.addRetracted(ctx, c.Retractions())
	if ctx.Err() == nil {
		c.localState.note(c.log, unwritable, err)
	}
	return err
}

// apply does what follows from retractions that this process has learned from
// others.
func (c *Cache) apply(ctx context.Context) error {
	if !c.unamended.Swap(false) {
		return nil
	}
	return errors.Join(c.saveRetracted(ctx), c.Amend(ctx))
}

// readRetracted learns those of the local copy, when its files are others than
// last time. Where they are not what this process knows, they are written again.
// The error of damaged ones is edition.ErrDamaged, once.
func (c *Cache) readRetracted() error {
	c.retracting.Lock()
	defer c.retracting.Unlock()
	base, err := c.local.folder()
	if err != nil {
		return err
	}
	now, changed, err := c.copied.look(base)
	gone := now.incomplete() && len(c.Retractions()) > 0 && !c.localState.has(unwritable) // else they are written anyway
	if err != nil || !changed && !gone {
		return err
	}
	more, whole, err := readRetracted(base)
	if err != nil && !errors.Is(err, edition.ErrDamaged) {
		return err
	}
	c.copied = now
	c.add(more)
	there, _ := edition.Retractions(nil).With(time.Now(), more...)
	if _, lacks := there.With(time.Now(), slices.Collect(maps.Values(c.Retractions()))...); err != nil || lacks || gone || !whole && len(c.Retractions()) > 0 {
		c.unamended.Store(true)
	}
	return err
}

// followRetractions brings the retractions into step with the local copy and
// with those of Redis whose token is another one than last time. What they change
// is left to apply.
func (c *Cache) followRetractions(ctx context.Context, heads []Head) error {
	faults := []error{c.readRetracted()}
	if errors.Is(faults[0], edition.ErrDamaged) { // what this process knows is written in their place
		c.log.Error("retractions of the local copy not read", "err", faults[0])
		faults[0] = nil
	}
	for i := range heads {
		d := c.desks[c.stations[i]]
		if heads[i].Retracted == d.noted && !d.unsent.Load() {
			continue
		}
		err := c.shareRetractions(ctx, d)
		if err == nil {
			d.noted = heads[i].Retracted
		}
		faults = append(faults, err)
	}
	if c.localState.has(unwritable) {
		faults = append(faults, c.saveRetracted(ctx))
	}
	return errors.Join(faults...)
}

// shareRetractions brings those of one station into step with Redis.
func (c *Cache) shareRetractions(ctx context.Context, d *desk) error {
	d.unsent.Store(false) // until another one is learned
	theirs, err := c.redis.Retracted(ctx, d.station)
	if err == nil {
		c.learn(theirs...)
		err = errors.Join(c.redis.Retract(ctx, c.lackedBy(d.station, theirs)...), c.redis.forget(ctx, d.station, c.over(theirs)))
	}
	if err != nil {
		d.unsent.Store(true)
		return fmt.Errorf("retractions of %s: %w", d.station, err)
	}
	return nil
}

// lackedBy returns the retractions of a station that others do not have.
func (c *Cache) lackedBy(station string, theirs []edition.Retraction) (lacked []edition.Retraction) {
	have, _ := edition.Retractions(nil).With(time.Now(), theirs...)
	for _, mine := range c.Retractions() {
		if old, ok := have[mine.ID]; mine.Station == station && (!ok || mine.Replaces(old)) {
			lacked = append(lacked, mine)
		}
	}
	return lacked
}

// over returns the ids of retractions that are not remembered any longer, or are
// by now those of another station.
func (c *Cache) over(theirs []edition.Retraction) (ids []string) {
	known := c.Retractions()
	for _, r := range theirs {
		if mine, ok := known[r.ID]; !ok || mine.Station != r.Station {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// readRetractions learns those that a later edition than was seen may have been
// made with. Sync amends the editions of other stations.
func (c *Cache) readRetractions(ctx context.Context, d *desk, store Store) error {
	if err := c.readRetracted(); err != nil {
		return err
	}
	if store == Store(c.local) {
		return nil
	}
	theirs, err := c.redis.Retracted(ctx, d.station)
	c.learn(theirs...)
	return err
}
