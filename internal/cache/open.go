package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
)

// heldBytes is how much of the documents that are at rest is in memory: what is asked
// for again and again.
const heldBytes = 32 << 20

// Open returns the cache of the stations with what the local copy holds,
// amended (nil: as it is). Where the current edition is damaged there, the
// newest kept one is served that is not; a station without any starts without
// an edition. The log tells of both. Where the retractions can't be read, the
// local copy serves nothing until an edition has come from elsewhere, see
// [disk.Store.Trusting]. The error is that of a local copy that can't be written to
// and has nothing to serve. Shared may be nil; it is not asked here.
func Open(ctx context.Context, log *slog.Logger, stations []string, files *disk.Store, shared *redis.Store, amend Amend) (*Cache, error) {
	if amend == nil {
		amend = func(e *edition.Edition, _ edition.Retractions) *edition.Edition { return e }
	}
	c := &Cache{log: log, stations: stations, files: files, redis: shared, amend: amend, desks: map[string]*desk{}, conditions: condition.New(log)}
	c.local = &local{files: files, reading: make(chan struct{}, readers), failed: func(station string, err error) {
		if !errors.Is(err, edition.ErrStale) {
			c.conditions.Note(localUnwritable, station, err)
		}
	}}
	c.sent = map[string]edition.Retraction{}
	c.leases = leases{token: rand.Text(), until: map[string]time.Time{}, theirs: map[string]string{}}
	c.retractions.Store(new(edition.Retractions))
	c.ring = edition.NewRing(heldBytes)
	for _, station := range stations {
		c.desks[station] = &desk{station: station, rest: edition.NewRest(objects{c.local, station}, c.ring), gone: map[string]bool{}}
	}
	rest := c.rests()
	files.Resting(rest)
	files.Comparing(c.left)
	if shared != nil {
		shared.Resting(rest)
	}
	if err := c.readRetracted(); err != nil {
		log.Error("retractions of the local copy not read", "error", err, "served", files.Trusts())
		if !files.Trusts() {
			c.conditions.Note(localUnwritable, "", files.Distrust(ctx, stations))
		}
	}
	var opening errgroup.Group
	opening.SetLimit(runtime.GOMAXPROCS(0))
	for _, d := range c.desks {
		opening.Go(func() error {
			c.takeOver(ctx, d)
			c.open(ctx, d)
			return nil
		})
	}
	_ = opening.Wait() // each tells of its own error
	c.opened.Store(true)
	c.hideWithdrawn()
	if files.Fault() != nil {
		if shared == nil && !c.serves() {
			return nil, fmt.Errorf("cache: the folder %s can't be written to, and has nothing to serve: %w", files.Dir(), files.Fault())
		}
		c.conditions.Note(localUnwritable, "", files.Fault())
		c.unsaved.Store(true) // Sync tries until it can be written
	}
	return c, ctx.Err()
}

// serves reports whether some station has an edition.
func (c *Cache) serves() bool {
	return slices.ContainsFunc(c.stations, func(station string) bool {
		_, ok := c.Served(station)
		return ok
	})
}

// open loads a station from the local copy.
func (c *Cache) open(ctx context.Context, d *desk) {
	heads, err := c.local.Heads(ctx, []string{d.station})
	if err == nil {
		err = heads[0].Err
	}
	if err != nil {
		c.log.Error("local copy not used", "station", d.station, "error", err)
		return
	}
	e, err := c.local.Fetch(ctx, d.station, nil)
	damaged := err == nil && !store.VersionOf(e).Same(heads[0].Version)
	if err == nil {
		e, err = c.withoutLeft(e, damaged)
	}
	switch {
	case errors.Is(err, store.ErrNone):
	case err != nil:
		c.log.Error("local copy not used", "station", d.station, "error", err)
	default:
		if damaged {
			c.log.Error("local copy damaged, what is whole is served", "station", d.station, "edition", e.Watermark())
		}
		d.current.Store(c.amended(e))
	}
	if err := c.adopt(ctx, d, heads[0].Pin, c.local); err != nil {
		c.log.Error("pinned edition not used", "station", d.station, "error", err)
	}
}

// amended returns an edition without what is retracted.
func (c *Cache) amended(e *edition.Edition) *edition.Edition { return c.amend(e, c.Retractions()) }
