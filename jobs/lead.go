package jobs

import (
	"maps"
	"time"
)

// lead notes which stations this process builds now. Of those that it did not
// build before, all changes are known up to their current editions; those
// without one, or with one that was built otherwise, are marked whole.
func (c *Conductor) lead(now time.Time) {
	if c.checked.IsZero() {
		c.checked = now
	}
	for _, station := range c.network.Stations {
		led := c.leads(station.ID)
		taken := led && !c.led[station.ID]
		c.led[station.ID] = led
		if !led { // whoever builds it has its troubles
			c.noteTrouble(station, nil)
			c.noteAudit(station.ID, nil)
		}
		if !taken {
			continue
		}
		clear(c.seen) // what was followed for other stations only
		c.taken = nil // and so with retractions
		*c.memory[station.ID] = memory{}
		delete(c.due, station.ID)
		delete(c.read, station.ID)
		maps.DeleteFunc(c.audits.months, func(key auditKey, _ audited) bool { return key.station == station.ID }) // another has built since
		current, ok := c.editions.Current(station.ID)
		if !ok || current.Build() != c.build || c.options.Version == "" {
			c.mark(station).everything = true
			continue
		}
		if current.Watermark().Before(c.checked) {
			c.checked = current.Watermark()
		}
	}
}

// leads reports whether this run builds a station.
func (c *Conductor) leads(station string) bool {
	return c.alone || c.asked[station] || c.editions.Leads(station)
}
