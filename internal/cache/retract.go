package cache

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Retractions returns the retractions that this process knows. They must not be
// written to.
func (c *Cache) Retractions() edition.Retractions { return *c.retractions.Load() }

// Retract adds retractions: to those of this process, whose editions it amends at
// once, then, once the outbox knows what that changes, to those of Redis, then to those of the local copy; and it publishes
// the amended editions. What Redis and the local copy do not take they get later.
// The error is edition.ErrUnsent where a retraction is in effect in this process
// only: Redis, or without Redis the local copy, does not have it.
func (c *Cache) Retract(ctx context.Context, retractions ...edition.Retraction) error {
	if !c.learn(retractions...) {
		return nil
	}
	c.unamended.Store(false)
	changed := c.amendServed()
	c.noteAmended(ctx, changed)
	var err error
	if c.redis != nil {
		err = c.send(ctx, retractions)
		if ctx.Err() == nil {
			c.noteWritten(c.redis, "", err)
		}
	}
	if saveErr := c.saveRetracted(ctx); c.redis == nil {
		err = saveErr
	}
	if err != nil {
		err = fmt.Errorf("retract: %w: %w", edition.ErrUnsent, err)
	}
	if ctx.Err() != nil {
		c.unamended.Store(true) // Sync does what could not be done
	}
	err = errors.Join(err, c.publishAmended(ctx, changed))
	if slices.ContainsFunc(retractions, func(r edition.Retraction) bool { return r.State == edition.Lifted }) {
		err = errors.Join(err, c.repin(ctx))
	}
	return err
}

// send adds retractions to those of Redis.
func (c *Cache) send(ctx context.Context, retractions []edition.Retraction) error {
	err := c.redis.Retract(ctx, retractions...)
	if err == nil {
		c.noteSent(slices.Values(retractions))
	}
	return err
}

// noteSent notes which retractions are stored.
func (c *Cache) noteSent(retractions iter.Seq[edition.Retraction]) {
	c.retracting.Lock()
	defer c.retracting.Unlock()
	known := c.Retractions()
	for r := range retractions {
		c.sent[r.ID] = r
	}
	maps.DeleteFunc(c.sent, func(id string, _ edition.Retraction) bool { _, ok := known[id]; return !ok })
}

// Unsent returns the ids of articles, in their order, whose take-down, or its end,
// is not known to be stored: in Redis, where other processes learn of it, or
// without Redis in the local copy, without which a restart ends it.
func (c *Cache) Unsent() (ids []string) {
	c.retracting.Lock()
	defer c.retracting.Unlock()
	for id, r := range c.Retractions() {
		sent := c.sent[id]
		if !sent.At.Equal(r.At) || sent.State != r.State {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// learn adds retractions to those of this process and reports whether it did
// not know all of them. Redis may not, either.
func (c *Cache) learn(retractions ...edition.Retraction) bool {
	c.retracting.Lock()
	defer c.retracting.Unlock()
	all, changed := c.Retractions().With(retractions...)
	if !changed {
		return false
	}
	c.retractions.Store(&all)
	c.unamended.Store(true)
	return true
}

// saveRetracted writes what this process knows into the local copy, together
// with what is there.
func (c *Cache) saveRetracted(ctx context.Context) error {
	known := c.Retractions()
	c.unsaved.Store(true)
	err := c.local.AddRetracted(ctx, known)
	if err == nil {
		c.unsaved.Store(false)
		if c.redis == nil {
			c.noteSent(maps.Values(known))
		}
	}
	if ctx.Err() == nil {
		c.noteWritten(c.local, "", err)
	}
	return err
}

// apply does what follows from retractions that this process has learned from
// others.
func (c *Cache) apply(ctx context.Context) error {
	if !c.unamended.Swap(false) {
		return nil
	}
	changed := c.amendServed()
	return errors.Join(c.saveRetracted(ctx), c.publishAmended(ctx, changed))
}

// readRetracted learns those of the local copy, when its files are others than
// last time. Where they are not what this process knows, they are written again.
// The error of damaged ones is edition.ErrDamaged, once.
func (c *Cache) readRetracted() error {
	c.copying.Lock()
	defer c.copying.Unlock()
	mine := c.Retractions()
	file, err := c.local.LookRetracted(c.copied, len(mine) > 0 && !c.conditions.Has(localUnwritable)) // else they are written anyway
	if err != nil && !errors.Is(err, edition.ErrDamaged) || !file.Read {
		return err
	}
	c.copied = file.Seen
	c.learn(file.Retractions...)
	if c.redis == nil {
		c.noteSent(slices.Values(file.Retractions))
	}
	there, _ := edition.Retractions(nil).With(file.Retractions...)
	if _, lacks := there.With(slices.Collect(maps.Values(mine))...); err != nil || lacks || !file.Whole && len(c.Retractions()) > 0 {
		c.unamended.Store(true)
	}
	return err
}

// followRetractions brings the retractions into step with the local copy and, when
// they may be others than last time, with Redis. What they change is left to apply.
func (c *Cache) followRetractions(ctx context.Context, heads []store.Head) error {
	faults := []error{c.readRetracted()}
	if errors.Is(faults[0], edition.ErrDamaged) { // what this process knows is written in their place
		c.log.Error("retractions of the local copy not read", "error", faults[0])
		faults[0] = nil
	}
	if len(heads) > 0 && (heads[0].Retracted != c.noted || len(c.Unsent()) > 0) {
		err := c.shareRetractions(ctx)
		if err == nil {
			c.noted = heads[0].Retracted
		}
		faults = append(faults, err)
	}
	if c.unsaved.Load() {
		faults = append(faults, c.saveRetracted(ctx))
	}
	return errors.Join(faults...)
}

// shareRetractions brings the retractions into step with Redis.
func (c *Cache) shareRetractions(ctx context.Context) error {
	theirs, err := c.learnShared(ctx)
	if err == nil {
		err = c.send(ctx, c.lackedBy(theirs))
	}
	if err != nil {
		return fmt.Errorf("retractions: %w", err)
	}
	return nil
}

// lackedBy returns the retractions that others do not have.
func (c *Cache) lackedBy(theirs []edition.Retraction) (lacked []edition.Retraction) {
	have, _ := edition.Retractions(nil).With(theirs...)
	for _, mine := range c.Retractions() {
		if old, ok := have[mine.ID]; !ok || mine.Replaces(old) {
			lacked = append(lacked, mine)
		}
	}
	return lacked
}

// readRetractions learns those that a later edition of a store than was seen may have been
// made with: they are where the edition is, so that no disk holds up what Redis has. Sync
// amends the editions of other stations.
func (c *Cache) readRetractions(ctx context.Context, s store.Store) error {
	if s == store.Store(c.local) {
		return c.readRetracted()
	}
	_, err := c.learnShared(ctx)
	return err
}

// learnShared learns the retractions of Redis. One that is damaged there is a
// problem of its own: the others hold.
func (c *Cache) learnShared(ctx context.Context) (theirs []edition.Retraction, err error) {
	theirs, err = c.redis.Retracted(ctx)
	if err == nil || errors.Is(err, edition.ErrDamaged) {
		c.conditions.Note(redisDamaged, "", err)
		c.learn(theirs...)
		c.noteSent(slices.Values(theirs))
		return theirs, nil
	}
	return nil, err
}
