package jobs

import "time"

// lead notes which stations this process builds now, and returns up to when all
// changes of all of them are known. Of one that it did not build before that is
// its current edition's moment; the others have theirs, so that a station in
// which nothing happens has nobody's changes followed again but its own.
func (c *Conductor) lead(now time.Time) (since time.Time) {
	since = now
	for _, d := range c.desks {
		led := c.leads(d)
		taken := led && !d.led
		d.led = led
		if !led { // whoever builds it follows its changes, and has its troubles
			d.since = now
			c.noteTrouble(d.station, nil)
			c.noteAudit(d.station.ID, nil)
		}
		if taken {
			d.since = c.take(d, now)
		}
		if d.since.After(now) { // the clock has been set back
			d.since = now
		}
		if d.since.Before(since) {
			since = d.since
		}
	}
	return since
}

// take forgets what is known of a station that another process may have built,
// and returns up to when all its changes are in its current edition. One without
// an edition, or with one that was built otherwise, is marked whole.
func (c *Conductor) take(d *desk, now time.Time) (since time.Time) {
	clear(c.seen) // what was followed for other stations only
	c.taken = nil // and so with retractions
	d.forget()
	current, ok := c.editions.Current(d.station.ID)
	if !ok || current.Build() != c.press.Fingerprint(d.station) || c.options.Version == "" {
		d.mark().Everything = true
		return now
	}
	return current.Watermark()
}

// leads reports whether this run builds a station.
func (c *Conductor) leads(d *desk) bool {
	return c.alone || d.asked || c.editions.Leads(d.station.ID)
}
