package jobs

import (
	"maps"
	"time"

	"feedstation/internal/network"
)

// lead notes which stations this process builds now, and returns up to when all
// changes of all of them are known. Of one that it did not build before that is
// its current edition's moment; the others have theirs, so that a station in
// which nothing happens has nobody's changes followed again but its own.
func (c *Conductor) lead(now time.Time) (since time.Time) {
	since = now
	for _, station := range c.network.Stations {
		led := c.leads(station.ID)
		taken := led && !c.led[station.ID]
		c.led[station.ID] = led
		if !led { // whoever builds it follows its changes, and has its troubles
			c.since[station.ID] = now
			c.noteTrouble(station, nil)
			c.noteAudit(station.ID, nil)
		}
		if taken {
			c.since[station.ID] = c.take(station, now)
		}
		if c.since[station.ID].After(now) { // the clock has been set back
			c.since[station.ID] = now
		}
		if c.since[station.ID].Before(since) {
			since = c.since[station.ID]
		}
	}
	return since
}

// take forgets what is known of a station that another process may have built,
// and returns up to when all its changes are in its current edition. One without
// an edition, or with one that was built otherwise, is marked whole.
func (c *Conductor) take(station *network.Station, now time.Time) (since time.Time) {
	clear(c.seen) // what was followed for other stations only
	c.taken = nil // and so with retractions
	*c.memory[station.ID] = memory{}
	delete(c.due, station.ID)
	delete(c.read, station.ID)
	maps.DeleteFunc(c.audits.months, func(key auditKey, _ audited) bool { return key.station == station.ID }) // another has built since
	current, ok := c.editions.Current(station.ID)
	if !ok || current.Build() != c.build || c.options.Version == "" {
		c.mark(station).everything = true
		return now
	}
	return current.Watermark()
}

// leads reports whether this run builds a station.
func (c *Conductor) leads(station string) bool {
	return c.alone || c.asked[station] || c.editions.Leads(station)
}
