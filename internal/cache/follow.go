package cache

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// jitter is by how much of itself an interval is longer or shorter, so that
// many processes do not ask at once.
const jitter = 0.2

// collectEvery is how often a process that follows has the local copy remove what is
// not needed any more: until then what a busy desk replaces takes room.
const collectEvery = time.Minute

// Follow keeps the current editions in step with those that other processes
// publish, asking about every interval until ctx ends: those of Redis where it
// is configured and answers, otherwise those of the local copy. Editions, pins
// and retractions that Redis lacks, because it was away or has been emptied,
// are handed to it.
//
// A process that follows serves: from then on no disk that does not answer holds
// it up.
func (c *Cache) Follow(ctx context.Context, every time.Duration) error {
	c.local.patience.Store(int64(diskPatience))
	for _, d := range c.desks {
		d.stored.Store(true) // a process that was killed has left it
	}
	var collected time.Time
	for {
		began := time.Now()
		err := c.Sync(ctx)
		if err == nil {
			c.inStep.Store(&began)
		} else if ctx.Err() == nil {
			c.log.Debug("not in step", "error", err)
		}
		c.followed.Store(true)
		if time.Since(collected) >= collectEvery {
			c.collect(ctx)
			c.lookAtRoom(ctx)
			c.removeFormer(ctx)
			collected = time.Now()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(float64(every) * (1 - jitter + 2*jitter*rand.Float64()))):
		}
	}
}

// Followed reports whether [Cache.Follow] has asked the stores for what they have, and
// has it as far as they answered.
func (c *Cache) Followed() bool { return c.followed.Load() }

// Sync brings this process and the stores into step, once. A station that can't
// be brought into step keeps its edition and does not hold up the others; the
// error joins them.
//
// What is stored is looked at before the retractions are read, and those before
// the editions: who has an edition that was made with a retraction knows that
// retraction. What is amended for it comes last: mostly the edition is there
// already that was built without the article.
func (c *Cache) Sync(ctx context.Context) error {
	c.syncing.Lock()
	defer c.syncing.Unlock()
	copied, localErr := c.local.Heads(ctx, c.stations)
	if localErr == nil || c.local.stuck() {
		c.conditions.Note(localUnreachable, "", localErr)
	}
	if localErr == nil && c.local.missed.Swap(false) {
		c.unamended.Store(true)
	}
	shared, sharedErr := c.sharedHeads(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	retractedErr := c.followRetractions(ctx, shared)
	if retractedErr == nil && shared != nil { // Redis has all of them
		c.noteWritten(c.redis, "", nil)
	}
	return errors.Join(localErr, sharedErr, retractedErr, c.mend(ctx), c.follow(ctx, shared, copied), c.apply(ctx))
}

// sharedHeads asks Redis, and the first time also what it does when it is full. Without
// Redis, and without an answer, there are none.
func (c *Cache) sharedHeads(ctx context.Context) ([]store.Head, error) {
	if c.redis == nil {
		return nil, nil
	}
	heads, err := c.redis.Heads(ctx, c.stations)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	c.conditions.Note(redisUnreachable, "", err)
	c.away.Store(err != nil)
	if err != nil || c.asked {
		return heads, err
	}
	policy, err := c.redis.Evicts(ctx)
	if c.asked = err == nil; policy != "" {
		c.log.Warn("redis may remove editions when its memory is full; volatile-lru or noeviction suits better", "maxmemory-policy", policy)
	}
	return heads, nil
}

// follow brings all stations into step with Redis and with the local copy, which
// may have what another process on this machine has published while Redis was
// away, or lack what did not find room. No heads: the store is left alone.
func (c *Cache) follow(ctx context.Context, shared, copied []store.Head) error {
	var faults []error
	for i, station := range c.stations {
		d := c.desks[station]
		var fault error
		if shared != nil {
			fault = c.stepBoth(ctx, d, c.redis, shared[i])
		}
		if copied != nil {
			fault = errors.Join(fault, c.stepBoth(ctx, d, c.local, copied[i]))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(fault, edition.ErrStale) {
			continue // another process was quicker: next time
		}
		if !errors.Is(fault, errNotTaken) && !errors.Is(fault, errLate) { // which is the store's fault
			c.conditions.Note(outOfStep, d.station, fault)
		}
		faults = append(faults, fault)
	}
	return errors.Join(faults...)
}

// errNotTaken is what a store answers that does not store what it is given.
var errNotTaken = errors.New("not taken")

// stepBoth brings the edition and the pin of a station into step: only then is it
// over that the store could not be written. A store that can't tell of the station
// is left alone.
func (c *Cache) stepBoth(ctx context.Context, d *desk, s store.Store, head store.Head) error {
	if head.Err != nil {
		return head.Err
	}
	c.begin(d)
	defer d.turn.Unlock()
	theirs := head.Version
	if head.Damaged && d.current.Load() != nil {
		theirs = store.Version{} // as if it had none
	}
	err := errors.Join(c.step(ctx, d, s, theirs), c.stepPin(ctx, d, s, head.Pin))
	if err == nil {
		c.noteWritten(s, d.station, nil)
	}
	return err
}

// step brings one station into step: of two editions the later one wins.
func (c *Cache) step(ctx context.Context, d *desk, s store.Store, theirs store.Version) error {
	current := d.current.Load()
	if current == nil {
		if theirs == (store.Version{}) {
			return c.takeShared(ctx, d, s)
		}
		return c.fetch(ctx, d, s, theirs)
	}
	switch mine := store.VersionOf(current); {
	case mine.Later(theirs):
		return c.handOn(ctx, d, s, current)
	case theirs.Later(mine):
		return c.fetch(ctx, d, s, theirs)
	}
	return nil
}

// fetch makes the store's edition, amended, the current one. Theirs is what the
// store was seen to have before the retractions were read; zero: unknown.
func (c *Cache) fetch(ctx context.Context, d *desk, s store.Store, theirs store.Version) error {
	e, err := c.read(ctx, d, s, theirs)
	if err != nil {
		return err
	}
	local := s == store.Store(c.local)
	current := d.current.Load()
	if current == nil { // nothing tells whether it is the latest
		if e, err = c.withoutLeft(e, local && theirs != (store.Version{}) && !store.VersionOf(e).Same(theirs)); err != nil {
			return fmt.Errorf("follow %s: %w", d.station, err)
		}
	}
	if !local {
		return c.keep(ctx, d, c.amended(e))
	}
	c.swap(d, c.amended(e).Published())
	return nil
}

// read fetches a store's edition. One that is later than what was seen before
// the retractions were read may have been made with a newer retraction.
func (c *Cache) read(ctx context.Context, d *desk, s store.Store, theirs store.Version) (*edition.Edition, error) {
	e, err := s.Fetch(ctx, d.station, d.current.Load())
	if err == nil && !store.VersionOf(e).Same(theirs) {
		err = c.readRetractions(ctx, s)
	}
	if err != nil {
		return nil, fmt.Errorf("follow %s: %w", d.station, err)
	}
	return e, nil
}

// handOn gives this process's edition to a store that lacks it.
func (c *Cache) handOn(ctx context.Context, d *desk, s store.Store, mine *edition.Edition) error {
	d.stored.Store(true)
	err := s.Publish(ctx, mine)
	if errors.Is(err, edition.ErrStale) {
		return fmt.Errorf("hand on %s: %w", d.station, err)
	}
	if err != nil {
		if ctx.Err() == nil {
			c.noteWritten(s, d.station, err)
		}
		return fmt.Errorf("hand on %s: %w: %w", d.station, errNotTaken, err)
	}
	if s == store.Store(c.local) {
		d.rest.Release(mine)
	}
	return nil
}

// collect has the local copy remove what is not needed any more of the stations that
// were stored since.
func (c *Cache) collect(ctx context.Context) {
	for _, station := range c.stations {
		d := c.desks[station]
		if !d.stored.Swap(false) {
			continue
		}
		left, err := c.local.Collect(ctx, station)
		if err == nil {
			d.bytes.Store(left)
		} else if ctx.Err() == nil {
			d.stored.Store(true)
			c.log.Debug("not collected", "station", station, "error", err)
		}
	}
}

// finish brings the local copy into step before the process ends, and collects.
func (c *Cache) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	defer c.collect(ctx)
	if c.local.patience.Load() == 0 || !c.local.wait() {
		return
	}
	copied, err := c.local.Heads(ctx, c.stations)
	if err == nil {
		err = c.follow(ctx, nil, copied)
	}
	if c.unsaved.Load() {
		err = errors.Join(err, c.saveRetracted(ctx))
	}
	c.local.wait()
	if err != nil {
		c.log.Debug("local copy not in step", "error", err)
	}
}
