package cache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"feedstation/internal/edition"
)

// jitter is by how much of itself an interval is longer or shorter, so that
// many processes do not ask at once.
const jitter = 0.2

// Follow keeps the current editions in step with those that other processes
// publish, asking about every interval until ctx ends: those of Redis where it
// is configured and answers, otherwise those of the local copy. Editions, pins
// and retractions that Redis lacks, because it was away or has been emptied,
// are handed to it.
func (c *Cache) Follow(ctx context.Context, every time.Duration) error {
	for {
		if err := c.Sync(ctx); err != nil && ctx.Err() == nil {
			c.log.Debug("not in step", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(float64(every) * (1 - jitter + 2*jitter*rand.Float64()))):
		}
	}
}

// Sync brings this process and the stores into step, once. A station that can't
// be brought into step keeps its edition and does not hold up the others; the
// error joins them.
//
// What is stored is looked at before the retractions are read, and those before
// the editions: who has an edition that was made with a retraction knows that
// retraction.
func (c *Cache) Sync(ctx context.Context) error {
	c.syncing.Lock()
	defer c.syncing.Unlock()
	var faults []error
	copied, err := c.local.Heads(ctx, c.stations)
	if err != nil {
		c.localUp.note(c.log, err)
		faults = append(faults, err)
	}
	shared, err := c.sharedHeads(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	faults = append(faults, err, c.followRetractions(ctx, shared))
	if shared != nil {
		faults = append(faults, c.follow(ctx, c.redis, shared))
	}
	if copied == nil {
		return errors.Join(faults...)
	}
	if shared == nil || c.localUp.isBad() {
		faults = append(faults, c.follow(ctx, c.local, copied))
	} else {
		faults = append(faults, c.followPins(ctx, copied))
	}
	return errors.Join(append(faults, c.apply(ctx))...)
}

// sharedHeads asks Redis, and the first time also what it does when it is full.
// Without Redis, and without an answer, there are none.
func (c *Cache) sharedHeads(ctx context.Context) ([]Head, error) {
	if c.redis == nil {
		return nil, nil
	}
	heads, err := c.redis.Heads(ctx, c.stations)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c.redisUp.note(c.log, err)
	if err != nil || c.asked {
		return heads, err
	}
	policy, err := c.redis.FullPolicy(ctx)
	if c.asked = err == nil; evicts(policy) {
		c.log.Warn("redis may remove editions when its memory is full; volatile-lru or noeviction suits better", "maxmemory-policy", policy)
	}
	return heads, nil
}

// follow brings all stations into step with a store.
func (c *Cache) follow(ctx context.Context, store Store, heads []Head) error {
	var faults []error
	for i, station := range c.stations {
		d := c.desks[station]
		d.mu.Lock()
		err := errors.Join(c.step(ctx, d, store, heads[i].Version), c.stepPin(ctx, d, store, heads[i].Pin))
		d.mu.Unlock()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, edition.ErrStale) {
			continue // another process was quicker: next time
		}
		d.inStep.note(c.log, err)
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// step brings one station into step. Of two editions the one of the later
// snapshot wins, whatever their numbers: numbers of processes that were apart
// can be equal, or the wrong way round.
func (c *Cache) step(ctx context.Context, d *desk, store Store, theirs Version) error {
	current := d.current.Load()
	if current == nil {
		if theirs == (Version{}) {
			return nil
		}
		return c.fetch(ctx, d, store, theirs)
	}
	switch mine := versionOf(current); {
	case theirs == mine:
		return nil
	case theirs.Watermark < mine.Watermark, theirs.Watermark == mine.Watermark && theirs.Number <= mine.Number:
		return c.handOn(ctx, d, store, current)
	case theirs.Number <= mine.Number:
		return c.renumber(ctx, d, store, theirs, mine.Number+1)
	}
	return c.fetch(ctx, d, store, theirs)
}

// fetch makes the store's edition, amended, the current one. Theirs is what the
// store was seen to have before the retractions were read; zero: unknown.
func (c *Cache) fetch(ctx context.Context, d *desk, store Store, theirs Version) error {
	e, err := c.read(ctx, d, store, theirs)
	if store != Store(c.local) {
		if err != nil {
			return err
		}
		return c.keep(ctx, d, c.amended(e))
	}
	if damaged := errors.Is(err, edition.ErrDamaged); err != nil && !damaged {
		return err
	} else if damaged || theirs != (Version{}) && e.Number() < theirs.Number {
		return errors.Join(err, c.mend(ctx, d, e, theirs))
	}
	c.swap(d, c.amended(e).Published())
	return nil
}

// read fetches a store's edition. One that is later than what was seen before
// the retractions were read may have been made with a newer retraction.
func (c *Cache) read(ctx context.Context, d *desk, store Store, theirs Version) (*edition.Edition, error) {
	e, err := store.Fetch(ctx, d.station, d.current.Load())
	if err == nil && versionOf(e) != theirs {
		err = c.readRetractions(ctx, d, store)
	}
	if err != nil {
		return nil, fmt.Errorf("follow %s: %w", d.station, err)
	}
	return e, nil
}

// mend replaces an edition that is damaged in the local copy by the latest that
// is whole: e, which is nil where none is, or the current one.
func (c *Cache) mend(ctx context.Context, d *desk, e *edition.Edition, damaged Version) error {
	if current := d.current.Load(); current != nil && (e == nil || !current.Watermark().Before(e.Watermark())) {
		e = current
	}
	if e == nil {
		return nil
	}
	c.log.Error("local copy damaged, what is whole is published again", "station", d.station, "number", e.Number(), "damaged", damaged.Number)
	return c.keep(ctx, d, c.amended(e).Published().Numbered(damaged.Number+1))
}

// handOn gives this process's edition to a store that lacks it.
func (c *Cache) handOn(ctx context.Context, d *desk, store Store, mine *edition.Edition) error {
	numbered, err := store.Publish(ctx, mine)
	if ctx.Err() == nil && !errors.Is(err, edition.ErrStale) {
		c.writes(store).note(c.log, err)
	}
	if err != nil {
		return fmt.Errorf("hand on %s: %w", d.station, err)
	}
	return c.keep(ctx, d, numbered)
}

// renumber lifts the number of a later edition that a store got under a low
// number, because it had been emptied or its publisher was apart: readers of
// this process must never see numbers go back.
func (c *Cache) renumber(ctx context.Context, d *desk, store Store, theirs Version, number int64) error {
	e, err := c.read(ctx, d, store, theirs)
	if err != nil {
		return err
	}
	return c.handOn(ctx, d, store, c.amended(e).Published().Numbered(number))
}

// writes returns whether a store takes what it is given.
func (c *Cache) writes(store Store) *state {
	if store == Store(c.local) {
		return &c.localUp
	}
	return &c.redisTakes
}
