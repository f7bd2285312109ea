package jobs

import (
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// lead notes which stations this process builds now, and returns up to when all
// changes of all of them are known. Of one that it did not build before that is
// its current edition's moment; the others keep theirs, so that a quiet station has
// no other station's changes followed again.
func (c *Conductor) lead(now time.Time) (since time.Time) {
	since = now
	for _, d := range c.desks {
		led := c.leads(d)
		taken := led && !d.led
		d.led = led
		if !led { // the process that builds it follows its changes, and has its conditions
			d.since = now
			c.conditions.Note(notBuilt, d.station.ID, nil)
			c.conditions.Note(notAudited, d.station.ID, nil)
			c.conditions.Note(windowCut, d.station.ID, nil)
			c.conditions.Note(articlesBack, d.station.ID, nil)
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
	if d.guest {
		d.mark().Feeds = true
		return now
	}
	if !ok || current.Build() != c.press.Fingerprint(d.station) || c.options.Version == "" {
		d.mark().Everything = true
		return now
	}
	if current.Watermark().After(now) { // it is not known what it was built from
		c.rewind(d, now)
	}
	return current.Watermark()
}

// followClock takes account of a content store's clock that has been set back
// since the last look. What was written since then may bear any time of as long
// ago; what was followed may come to be due again.
func (c *Conductor) followClock(now, looked time.Time) {
	since := now.Add(-looked.Sub(c.looked))
	if c.checked.IsZero() || c.checked.Sub(since) <= stepSize {
		return
	}
	clear(c.seen)
	for _, d := range c.desks {
		if d.since.After(since) {
			d.since = since
		}
		if now.Before(c.checked) {
			c.rewind(d, now)
		}
	}
}

// rewind marks what may have been built at a time that is yet to come: the feeds,
// and the months from this one on. An article of an older month that seemed to
// have expired is left to the audit.
func (c *Conductor) rewind(d *desk, now time.Time) {
	w := d.mark()
	w.Feeds = true
	this := article.MonthOf(now, d.station.Zone)
	w.Month(this).Whole = true
	if current, ok := c.editions.Current(d.station.ID); ok {
		for path := range current.All() {
			if month, _, ok := network.ParseShardPath(path); ok && month.Compare(this) > 0 {
				w.Month(month).Whole = true
			}
		}
	}
}

// leads reports whether this run builds a station.
func (c *Conductor) leads(d *desk) bool {
	return c.alone || d.asked || c.editions.Leads(d.station.ID)
}
