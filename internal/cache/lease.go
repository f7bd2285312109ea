package cache

import (
	"context"
	"sync"
	"time"
)

const (
	// leaseTime is how long a station stays with a process that has stopped.
	leaseTime = 15 * time.Second
	// releaseTime bounds how long a process that ends gives its leases back.
	releaseTime = 500 * time.Millisecond
)

// leases are the stations that this process is to build. They spare processes
// each other's work; nothing rests on them.
type leases struct {
	token string

	mu     sync.Mutex
	asked  bool                 // there was an answer, or none, to Acquire
	down   bool                 // there was none last time
	until  map[string]time.Time // by station, of those that are ours
	theirs map[string]string    // by station, the token of another process that builds it
}

// Process returns the token by which other processes know this one.
func (c *Cache) Process() string { return c.leases.token }

// Leader returns the token of the process that builds a station, as far as this
// one knows.
func (c *Cache) Leader(station string) string {
	if c.Leads(station) {
		return c.leases.token
	}
	c.leases.mu.Lock()
	defer c.leases.mu.Unlock()
	return c.leases.theirs[station]
}

// Leads reports whether this process is to build a station: always, where Redis
// is not configured, does not answer or has not been asked. It does not ask.
func (c *Cache) Leads(station string) bool {
	if c.redis == nil || c.conditions.Has(redisUnreachable) {
		return true
	}
	c.leases.mu.Lock()
	defer c.leases.mu.Unlock()
	return !c.leases.asked || c.leases.down || time.Now().Before(c.leases.until[station])
}

// Acquire takes those leases of stations that no other process has, and renews
// this process's own, in one round trip.
func (c *Cache) Acquire(ctx context.Context, stations []string) error {
	if c.redis == nil {
		return nil
	}
	started := time.Now()
	holders, err := c.redis.Acquire(ctx, stations, c.leases.token, leaseTime)
	c.leases.mu.Lock()
	defer c.leases.mu.Unlock()
	c.leases.asked, c.leases.down = true, err != nil
	if err != nil {
		return err
	}
	for i, station := range stations {
		if c.leases.theirs[station] = holders[i]; holders[i] == c.leases.token {
			c.leases.until[station] = started.Add(leaseTime)
		} else {
			delete(c.leases.until, station)
		}
	}
	return nil
}

// Lead holds the leases of stations until ctx ends, and then gives them back,
// which does not wait for a Redis that has stopped. It asks at once.
func (c *Cache) Lead(ctx context.Context, stations []string) error {
	if c.redis == nil {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(leaseTime / 3)
	defer tick.Stop()
	for {
		if err := c.Acquire(ctx, stations); err != nil && ctx.Err() == nil {
			c.log.Debug("leases not renewed", "error", err)
		}
		select {
		case <-ctx.Done():
			c.release(context.WithoutCancel(ctx), stations)
			return nil
		case <-tick.C:
		}
	}
}

func (c *Cache) release(ctx context.Context, stations []string) {
	ctx, cancel := context.WithTimeout(ctx, releaseTime)
	defer cancel()
	c.leases.mu.Lock()
	for _, station := range stations {
		delete(c.leases.until, station)
	}
	c.leases.mu.Unlock()
	if err := c.redis.Release(ctx, stations, c.leases.token); err != nil {
		c.log.Debug("leases not given back", "error", err)
	}
}
