// Package cache keeps published editions: in memory, where this process serves
// them from, in the local copy on its disk, which is its memory after a
// restart, and, where configured, in Redis, which all processes share.
//
// Local copy, a folder a station:
//
//	{dir}/{station}/manifest.json   the current edition's manifest
//	{dir}/{station}/previous.json   the one before
//	{dir}/{station}/{hash}.doc      one document, packed (edition.Document.Pack)
//	{dir}/{station}/lock            held by the process that publishes
//
// Redis, all keys of a station in one hash slot:
//
//	f:{station}:m                   HASH: number, watermark (Unix ms), manifest, previous (JSON)
//	f:{station}:d:{hash}            STRING: one document, packed
package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/edition"
)

// ErrNone is what a store answers that has no edition of a station.
var ErrNone = errors.New("no edition")

// Store keeps the newest edition of each station.
type Store interface {
	// Heads returns the heads of the stored editions, zero for none, in the
	// order of the stations.
	Heads(ctx context.Context, stations []string) ([]Head, error)
	// Fetch returns a station's edition; documents that known has already are
	// taken from it. The error is ErrNone when there is none, and
	// edition.ErrDamaged when it is not what was stored.
	Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error)
	// Publish stores an edition and returns it as it was numbered: at least as
	// it came, and higher than the one it replaces. The error is edition.ErrStale
	// when the stored edition is later than the edition's base.
	Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error)
}

// Head tells one edition of a station from another, and which is later.
type Head struct {
	Number    int64
	Watermark int64 // Unix milliseconds
}

func headOf(e *edition.Edition) Head { return Head{e.Number(), e.Watermark().UnixMilli()} }

// Cache is the editions that this process serves. It is safe for concurrent
// use.
type Cache struct {
	log      *slog.Logger
	stations []string
	local    *Local
	redis    *Redis // nil: not configured

	current map[string]*atomic.Pointer[edition.Edition]
	swapped chan struct{} // holds a token while editions are new to Encode
	publish sync.Mutex    // one publication at a time: the newest wins
	redisUp state
	localUp state
}

// Open returns the cache of the stations with what the local copy holds. A
// station whose local copy is damaged starts without an edition, and the log
// says so. Redis may be nil; it is not asked here.
func Open(ctx context.Context, log *slog.Logger, stations []string, local *Local, redis *Redis) (*Cache, error) {
	c := &Cache{log: log, stations: stations, local: local, redis: redis, current: map[string]*atomic.Pointer[edition.Edition]{}, swapped: make(chan struct{}, 1)}
	c.redisUp.name, c.localUp.name = "redis", "local copy"
	for _, station := range stations {
		c.current[station] = new(atomic.Pointer[edition.Edition])
		e, err := local.Fetch(ctx, station, nil)
		switch {
		case errors.Is(err, ErrNone):
		case err != nil:
			log.Error("local copy not used", "station", station, "err", err)
		default:
			c.current[station].Store(e)
		}
	}
	c.swapped <- struct{}{}
	return c, ctx.Err()
}

// Close closes the connections to Redis. What is published stays current.
func (c *Cache) Close() error {
	if c.redis == nil {
		return nil
	}
	return c.redis.Close()
}

// Current returns the edition of a station that is served now.
func (c *Cache) Current(station string) (*edition.Edition, bool) {
	p, ok := c.current[station]
	if !ok {
		return nil, false
	}
	e := p.Load()
	return e, e != nil
}

// Publish makes an edition the current one: in Redis, in the local copy and in
// memory. A Redis that does not answer and a local copy that can't be written
// are logged, once, and hold nothing up: this process serves the edition, and
// Follow hands it on. The error is edition.ErrStale when another process has published
// a later one; that one is then the current one.
func (c *Cache) Publish(ctx context.Context, e *edition.Edition) error {
	c.publish.Lock()
	defer c.publish.Unlock()
	if c.redis != nil {
		numbered, err := c.redis.Publish(ctx, e)
		switch {
		case errors.Is(err, edition.ErrStale):
			return errors.Join(fmt.Errorf("publish %s: %w", e.Station(), err), c.fetch(ctx, c.redis, e.Station()))
		case err != nil:
			c.redisUp.note(c.log, err)
		default:
			c.redisUp.note(c.log, nil)
			e = numbered
		}
	}
	return c.keep(ctx, e)
}

// keep makes e the current edition of this process.
func (c *Cache) keep(ctx context.Context, e *edition.Edition) error {
	numbered, err := c.local.Publish(ctx, e)
	switch {
	case errors.Is(err, edition.ErrStale):
		return errors.Join(fmt.Errorf("publish %s: %w", e.Station(), err), c.fetch(ctx, c.local, e.Station()))
	case err != nil:
		c.localUp.note(c.log, err)
	default:
		c.localUp.note(c.log, nil)
		e = numbered
	}
	c.swap(e.Published())
	return nil
}

// fetch makes the store's edition the current one.
func (c *Cache) fetch(ctx context.Context, from Store, station string) error {
	known, _ := c.Current(station)
	e, err := from.Fetch(ctx, station, known)
	if err != nil {
		return fmt.Errorf("follow %s: %w", station, err)
	}
	if from == Store(c.local) {
		c.swap(e)
		return nil
	}
	return c.keep(ctx, e)
}

// swap makes e the edition that is served.
func (c *Cache) swap(e *edition.Edition) {
	if current, ok := c.Current(e.Station()); ok && headOf(current) == headOf(e) {
		return
	}
	c.current[e.Station()].Store(e)
	select {
	case c.swapped <- struct{}{}:
	default:
	}
	c.log.Info("edition served", "station", e.Station(), "number", e.Number(), "documents", e.Len())
}

// Encode makes the encodings of the current editions' documents that take long,
// until ctx ends: an edition is served before it has them.
func (c *Cache) Encode(ctx context.Context) error {
	n := 0
	for {
		var calm <-chan time.Time
		if n >= manyEncoded {
			calm = time.After(calmAfter)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-calm:
			debug.FreeOSMemory()
			n = 0
			continue
		case <-c.swapped:
		}
		for _, station := range c.stations {
			if e, ok := c.Current(station); ok {
				n += encode(ctx, e)
			}
		}
	}
}

// What a large build and its encodings needed is not needed again for a long
// time: after so many documents, and so long without another, it is given back.
const (
	manyEncoded = 100
	calmAfter   = 5 * time.Second
)

// encode encodes the documents of an edition that are not yet and returns how
// many these were.
func encode(ctx context.Context, e *edition.Edition) (n int) {
	for _, d := range e.All() {
		if ctx.Err() == nil && d.Encode() {
			n++
		}
	}
	return n
}

// Follow keeps the current editions in step with those that other processes
// publish, asking every interval until ctx ends: those of Redis where it is
// configured, otherwise those of the local copy. Editions that Redis lacks,
// because it was away or has been emptied, are handed to it.
func (c *Cache) Follow(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := c.Sync(ctx); err != nil && ctx.Err() == nil {
			c.log.Debug("not in step", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Sync brings this process and the store it follows into step, once. A station
// that can't be brought into step keeps its edition and does not hold up the
// others; the error joins them.
func (c *Cache) Sync(ctx context.Context) error {
	var store Store = c.local
	up := &c.localUp
	if c.redis != nil {
		store, up = c.redis, &c.redisUp
	}
	heads, err := store.Heads(ctx, c.stations)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		up.note(c.log, err)
		return err
	}
	var faults []error
	for i, station := range c.stations {
		faults = append(faults, c.sync(ctx, store, station, heads[i]))
	}
	err = errors.Join(faults...)
	up.note(c.log, err)
	return err
}

// sync brings one station into step. Of two editions the one of the later
// snapshot wins, whatever their numbers: numbers of processes that were apart
// can be equal, or the wrong way round.
func (c *Cache) sync(ctx context.Context, store Store, station string, theirs Head) error {
	c.publish.Lock()
	defer c.publish.Unlock()
	mine, ok := c.Current(station)
	switch {
	case ok && theirs == headOf(mine), !ok && theirs == Head{}:
		return nil
	case ok && theirs.Watermark <= mine.Watermark().UnixMilli() && theirs.Number <= mine.Number(),
		ok && theirs.Watermark < mine.Watermark().UnixMilli():
		return c.handOn(ctx, store, mine)
	case ok && theirs.Number <= mine.Number():
		return c.renumber(ctx, store, station, mine.Number()+1)
	}
	return c.fetch(ctx, store, station)
}

// handOn gives this process's edition to a store that lacks it.
func (c *Cache) handOn(ctx context.Context, store Store, mine *edition.Edition) error {
	numbered, err := store.Publish(ctx, mine)
	if err != nil {
		return fmt.Errorf("hand on %s: %w", mine.Station(), err)
	}
	if numbered.Number() != mine.Number() {
		return c.keep(ctx, numbered)
	}
	return nil
}

// renumber lifts the number of a later edition that a store got under a low
// number, because it had been emptied or its publisher was apart: readers of
// this process must never see numbers go back.
func (c *Cache) renumber(ctx context.Context, store Store, station string, number int64) error {
	mine, _ := c.Current(station)
	e, err := store.Fetch(ctx, station, mine)
	if err != nil {
		return fmt.Errorf("follow %s: %w", station, err)
	}
	numbered, err := store.Publish(ctx, e.Numbered(number))
	if err != nil {
		return fmt.Errorf("follow %s: %w", station, err)
	}
	return c.keep(ctx, numbered)
}

// state logs when something stops working and when it works again, once each.
type state struct {
	name string
	mu   sync.Mutex
	down bool
}

func (s *state) note(log *slog.Logger, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil && !s.down:
		log.Error("out of reach, serving goes on", "what", s.name, "err", err)
	case err == nil && s.down:
		log.Info("in reach again", "what", s.name)
	}
	s.down = err != nil
}
