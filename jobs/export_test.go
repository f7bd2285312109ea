package jobs

import "time"

// WithClock returns the timetable with another clock for its times of day: that
// of a bubble can't be set.
func (tt *Timetable) WithClock(clock func() time.Time) *Timetable {
	tt.clock = clock
	return tt
}

// WithClock returns the conductor with another clock for what it is woken by.
func (c *Conductor) WithClock(clock func() time.Time) *Conductor {
	c.clock = clock
	return c
}

// Hint is [Conductors.Hint] for a single content store.
func (c *Conductor) Hint(h Hint) error { return c.peers.Hint(h) }
