package jobs

import (
	"fmt"
	"time"

	"feedstation/internal/network"
)

// Hint has the next refresh read all feeds of some stations, whatever the
// content store tells of changes. The error names a station that does not
// publish.
func (c *Conductor) Hint(stations []string) error {
	for _, id := range stations {
		if station, ok := c.network.Station(id); !ok || !station.Publishes() {
			return fmt.Errorf("no station %q publishes", id)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hinted = append(c.hinted, stations...)
	return nil
}

// followHints marks the stations of the hints since the last call.
func (c *Conductor) followHints() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range c.hinted {
		if station, ok := c.network.Station(id); ok {
			c.mark(station).feeds = true
		}
	}
	c.hinted = nil
}

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

// Trouble returns since when a station can't be built, and why; the error is nil
// if it can.
func (c *Conductor) Trouble(station string) (since time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.troubles[station]; ok && t.err != nil {
		return t.since, t.err
	}
	return c.storeTrouble.since, c.storeTrouble.err
}

// noteTrouble notes how a station's build ended.
func (c *Conductor) noteTrouble(station *network.Station, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.troubles[station.ID].note(err)
}

// noteStore notes how asking the content store ended, and up to when all changes
// are known.
func (c *Conductor) noteStore(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.storeTrouble.note(err)
	if err == nil {
		c.known = c.checked
	}
}

// Checked returns the moment up to which all changes are known, by the content
// store's clock; zero: none yet.
func (c *Conductor) Checked() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known
}
