// Package cache keeps published editions: in memory, where this process serves
// them from, in the local copy on its disk, which is its memory after a
// restart, and, where configured, in Redis, which all processes share; see packages
// disk and redis. Besides the current edition of a station some earlier ones are
// kept, to fall back on and to go back to ([Cache.Pin]).
package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
)

// Amend returns the edition that is to be served instead of e now that those
// articles are retracted: e itself when nothing is to be changed. It gives the
// same edition in every process.
type Amend func(e *edition.Edition, retractions edition.Retractions) *edition.Edition

// Outbox is told what an edition changes of the one before it, before it is published. It
// may take the time of a store that does not answer, once.
type Outbox interface {
	Note(ctx context.Context, before, after *edition.Edition, diff edition.Difference, pin store.Pin)
	// Switch is told of an edition that is about to be served instead of another one by a pin.
	Switch(ctx context.Context, before, after *edition.Edition, pin store.Pin)
}

// Cache is the editions that this process serves. It is safe for concurrent
// use.
type Cache struct {
	log      *slog.Logger
	stations []string
	files    *disk.Store
	local    *local       // asks them, with patience
	redis    *redis.Store // nil: not configured
	amend    Amend
	outbox   Outbox // nil: nobody is told

	desks  map[string]*desk
	ring   *edition.Ring // of what is at rest
	leases leases

	conditions *condition.Set

	retractions atomic.Pointer[edition.Retractions]
	retracting  sync.Mutex                    // one change of them at a time; no store is waited for
	sent        map[string]edition.Retraction // those that are known to be stored, see Unsent
	copying     sync.Mutex                    // held while their files are looked at
	copied      disk.Copies                   // their files in the local copy, as they were read
	unsaved     atomic.Bool                   // the local copy may lack some
	noted       string                        // Head.Retracted when Redis and this process had the same; of Sync
	opened      atomic.Bool                   // there are the current editions of all stations that have one
	followed    atomic.Bool                   // the stores have been asked, see Followed
	inStep      atomic.Pointer[time.Time]     // see InStep
	room        atomic.Pointer[disk.Room]     // where the local copy is; nil: not known
	abandoned   atomic.Bool                   // see Abandon
	unamended   atomic.Bool                   // editions may not be amended by what was learned last

	syncing sync.Mutex // one Sync at a time
	asked   bool       // Redis has told what it does when it is full

	away atomic.Bool // Redis did not answer: it is not asked again before Sync has
}

// desk is one station of a Cache.
type desk struct {
	station string
	rest    *edition.Rest                   // in the local copy
	lost    bool                            // documents of it are lost; of Sync
	gone    map[string]bool                 // former ids of which nothing is left; of Follow
	current atomic.Pointer[edition.Edition] // the newest
	pinned  atomic.Pointer[edition.Edition] // nil: the current one is served
	stored  atomic.Bool                     // the local copy may have what is not needed any more
	bytes   atomic.Int64                    // that the local copy has, when it was collected last

	turn  sync.Mutex           // held while an edition is published or pinned: the newest wins
	known *edition.Retractions // by which what is published was amended; of whoever has the turn

	compared atomic.Pointer[comparison] // of what is being published

	mu sync.Mutex // held while another edition becomes the served one; no store is waited for
	// What is pinned changes with both held.
	pin   store.Pin
	whole *edition.Edition // the pinned edition before it was amended
}

// Close writes what the local copy lacks, as far as the disk answers, and closes
// the connections to Redis. What is published stays current.
func (c *Cache) Close() {
	if !c.abandoned.Load() {
		c.finish()
	}
	if c.redis != nil {
		c.redis.Close()
	}
}

// Current returns the newest edition of a station, which the next one is made
// from.
func (c *Cache) Current(station string) (*edition.Edition, bool) {
	d, ok := c.desks[station]
	if !ok {
		return nil, false
	}
	e := d.current.Load()
	return e, e != nil
}

// Stored returns where there is an edition of some station already, also one that
// this process can't read: the folder of the local copy, "redis", where that
// answers, or nothing.
func (c *Cache) Stored(ctx context.Context) (where string) {
	some := func(h store.Head) bool { return h.Version != (store.Version{}) || h.Unconfirmed || h.Err != nil }
	for i, s := range c.stores() {
		if heads, err := s.Heads(ctx, c.stations); err == nil && slices.ContainsFunc(heads, some) {
			return [...]string{c.files.Dir(), redisName}[i]
		}
	}
	return ""
}

// stores returns the local copy and, where it is configured, Redis.
func (c *Cache) stores() []store.Store {
	if c.redis == nil {
		return []store.Store{c.local}
	}
	return []store.Store{c.local, c.redis}
}

// Served returns the edition of a station that clients are served: the pinned
// one where one is pinned, otherwise the current one.
func (c *Cache) Served(station string) (*edition.Edition, bool) {
	d, ok := c.desks[station]
	if !ok {
		return nil, false
	}
	e := d.served()
	return e, e != nil
}

func (d *desk) served() *edition.Edition {
	if e := d.pinned.Load(); e != nil {
		return e
	}
	return d.current.Load()
}

// begin waits for the turn of a station, in which editions are amended by what is
// known now.
func (c *Cache) begin(d *desk) {
	d.turn.Lock()
	d.known = c.retractions.Load()
}

// Publish makes an edition, amended, the current one: in Redis, in memory and in
// the local copy, which comes first where there is no Redis to tell whether
// another process was quicker. A Redis that does not answer and a local copy that
// can't be written are logged, once, and hold nothing up: this process has the
// edition, and Follow hands it on. The error is edition.ErrStale when another
// process has published a later one; that one is then the current one.
func (c *Cache) Publish(ctx context.Context, e *edition.Edition) error {
	d, ok := c.desks[e.Station()]
	if !ok {
		return fmt.Errorf("publish %s: %w", e.Station(), store.ErrNone)
	}
	c.begin(d)
	if a := c.amended(e); a != e {
		base := edition.New(e.Station(), e.Base(), "", nil)
		e = a.Following(base) // it replaces no more than e would
	}
	err := c.publish(ctx, d, d.current.Load(), e)
	d.turn.Unlock()
	return errors.Join(err, c.apply(ctx))
}

// publish publishes an edition in place of the one that was current before; nil: there
// was none. What was noted of one that comes to nothing, as another process was quicker, may
// have taken the place of what is to be told of the current one: that is noted anew.
func (c *Cache) publish(ctx context.Context, d *desk, before, e *edition.Edition) error {
	c.note(ctx, d, before, e)
	err := c.commit(ctx, d, e)
	if current := d.current.Load(); errors.Is(err, edition.ErrStale) && current != nil {
		c.note(ctx, d, e, current)
	}
	return err
}

// commit is publish of an edition that is noted.
func (c *Cache) commit(ctx context.Context, d *desk, e *edition.Edition) error {
	if c.redis != nil && !c.away.Load() {
		if err := c.local.Note(ctx, e); err != nil && ctx.Err() == nil { // keep does it again
			c.noteWritten(c.local, d.station, err)
		}
		err := c.redis.Publish(ctx, e)
		switch {
		case errors.Is(err, edition.ErrStale):
			return errors.Join(fmt.Errorf("publish %s: %w", d.station, err), c.fetch(ctx, d, c.redis, store.Version{}))
		case err != nil && ctx.Err() != nil:
			return fmt.Errorf("publish %s: %w", d.station, err)
		case err != nil:
			c.noteWritten(c.redis, d.station, err)
			c.away.Store(!redis.IsReply(err) && !errors.Is(err, edition.ErrDamaged))
		}
	}
	return c.keep(ctx, d, e)
}

// keep makes e the current edition of this process: on its disk first, as what was
// served has to be served after a restart, for which a disk that does not answer
// is not waited for.
func (c *Cache) keep(ctx context.Context, d *desk, e *edition.Edition) error {
	d.stored.Store(true)
	if current := d.current.Load(); current != nil && store.VersionOf(current) != store.VersionOf(e) { // else it was compared
		d.compare(current, e)
	}
	err := c.local.Publish(ctx, e)
	switch {
	case errors.Is(err, edition.ErrStale):
		return errors.Join(fmt.Errorf("publish %s: %w", d.station, err), c.fetch(ctx, d, c.local, store.Version{}))
	case err != nil && ctx.Err() == nil:
		c.noteWritten(c.local, d.station, err)
	case err == nil:
		d.rest.Release(e)
	}
	c.swap(d, e.Published())
	return nil
}

// swap makes e the current edition, without what was retracted while it was being
// published.
func (c *Cache) swap(d *desk, e *edition.Edition) {
	d.mu.Lock()
	if c.retractions.Load() != d.known {
		e = c.amended(e).Published() // which Sync hands on
	}
	c.replace(d, e)
	d.mu.Unlock()
	c.hideWithdrawn()
}

// replace makes e the current edition, unless a later one is; d.mu is held. Whatever a
// store says, readers of this process never see editions go back.
func (c *Cache) replace(d *desk, e *edition.Edition) {
	if current := d.current.Load(); current != nil && !store.VersionOf(e).Later(store.VersionOf(current)) {
		return
	}
	d.current.Store(e)
	if d.pinned.Load() != nil {
		c.log.Info("edition published behind the pinned one", "station", d.station, "edition", e.Watermark(), "pinned", d.pin.Watermark)
		return
	}
	c.log.Info("edition served", "station", d.station, "edition", e.Watermark(), "documents", e.Len())
}
