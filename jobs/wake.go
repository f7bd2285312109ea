package jobs

import (
	"context"
	"time"

	"feedstation/internal/edition"
)

// wakePoll is how exactly the clock's changes are kept to.
const wakePoll = time.Second

// Wake calls trigger when the clock alone changes a document, an embargo's end
// or an article that leaves the news, until ctx ends: within a second of it, and
// once each. It also does so when the clock is set, since what is due then is
// another.
func (c *Conductor) Wake(ctx context.Context, trigger func()) error {
	tick := time.NewTicker(wakePoll)
	defer tick.Stop()
	steps := newSteps(c.clock())
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now, due := c.clock(), c.nextDue()
		switch {
		case steps.since(now) != 0:
			last = time.Time{}
			trigger()
		case !due.IsZero() && !due.Equal(last) && !now.Before(due):
			last = due
			trigger()
		}
	}
}

// nextDue returns when the clock changes the next document, by this machine's
// clock; zero: none is known.
func (c *Conductor) nextDue() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wakeAt
}

// noteDue notes when the clock changes the next document.
func (c *Conductor) noteDue() {
	next := c.upcoming
	for _, d := range c.desks {
		if d.led && !d.due.Equal(unknown) {
			next = edition.Sooner(next, d.due)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wakeAt = time.Time{}
	if !next.IsZero() {
		c.wakeAt = next.Add(-c.ahead)
	}
}
