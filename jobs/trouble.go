package jobs

import (
	"fmt"
	"time"

	"feedstation/internal/network"
)

// trouble is what keeps stations from being built.
type trouble struct {
	since time.Time
	err   error // nil: nothing
}

func (t *trouble) note(err error) {
	if t.err == nil {
		t.since = time.Now()
	}
	t.err = err
}

// stationTrouble is what keeps a station from being built, and from being
// compared with the content store.
type stationTrouble struct{ build, audit trouble }

// Trouble returns since when a station can't be built, or else audited, and why;
// the error is nil if it can.
func (c *Conductor) Trouble(station string) (since time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.troubles[station]; t != nil && t.build.err != nil {
		return t.build.since, t.build.err
	}
	if c.storeTrouble.err != nil {
		return c.storeTrouble.since, c.storeTrouble.err
	}
	if t := c.troubles[station]; t != nil {
		return t.audit.since, t.audit.err
	}
	return time.Time{}, nil
}

// Down returns for how long the content store has been out of reach; 0: it is
// not.
func (c *Conductor) Down() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.storeTrouble.err == nil {
		return 0
	}
	return max(1, time.Since(c.storeTrouble.since))
}

// noteTrouble notes how a station's build ended.
func (c *Conductor) noteTrouble(station *network.Station, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.troubles[station.ID].build.note(err)
}

// noteAudit notes how a station's audit ended.
func (c *Conductor) noteAudit(station string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		err = fmt.Errorf("audit: %w", err)
	}
	c.troubles[station].audit.note(err)
}

// noteStore notes how asking the content store ended.
func (c *Conductor) noteStore(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.storeTrouble.note(err)
}

// noteUpToDate notes the stations that are built here and have nothing to be
// rebuilt but a backlog.
func (c *Conductor) noteUpToDate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.desks {
		switch {
		case !d.led:
			delete(c.upToDate, d.station.ID)
		case d.work == nil || !d.work.fresh:
			c.upToDate[d.station.ID] = c.looked
		}
	}
}

// Checked returns when the last look at the content store began after which the
// edition of a station was up to date, by the monotonic clock; zero: there was
// none yet, or another process leads.
func (c *Conductor) Checked(station string) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.upToDate[station]
}
