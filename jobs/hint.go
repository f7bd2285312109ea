package jobs

import (
	"context"
	"fmt"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// hints are what others know to have changed.
type hints struct{ stations, articles []string } // ids

// Hint has the next refresh read all feeds of some stations, and look for some
// articles, whatever the content store tells of changes. The error names a
// station that does not publish.
func (c *Conductor) Hint(stations, articles []string) error {
	for _, id := range stations {
		if station, ok := c.network.Station(id); !ok || !station.Publishes() {
			return fmt.Errorf("no station %q publishes", id)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hinted.stations = append(c.hinted.stations, stations...)
	c.hinted.articles = append(c.hinted.articles, articles...)
	return nil
}

// followHints marks what the hints since the last call touch, and returns the
// articles that they name.
func (c *Conductor) followHints() (articles []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range c.hinted.stations {
		if station, ok := c.network.Station(id); ok {
			c.mark(station).feeds = true
		}
	}
	articles = c.hinted.articles
	c.hinted = hints{}
	return articles
}

// followArticles marks where articles are by what the content store has of them,
// and where the editions have them: they may have moved, or have gone.
func (c *Conductor) followArticles(ctx context.Context, snapshot Snapshot, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	states, err := snapshot.Find(ctx, ids)
	if err != nil {
		return err
	}
	wanted, home := map[string]bool{}, map[string]bool{}
	for _, id := range ids {
		wanted[oneLine(id)] = true
	}
	for _, state := range states {
		c.follow(article.Change{ID: state.ID, Station: state.Station, Published: state.Published})
		home[state.Station] = true
	}
	for _, station := range c.network.Stations {
		current, ok := c.editions.Current(station.ID)
		if !ok {
			continue
		}
		// The sitemaps of other stations are of interest only where an article is
		// in none: an archive has millions of pages.
		found, err := locate(current, wanted, home[station.ID] || len(states) < len(ids))
		if err != nil {
			return err
		}
		for _, month := range found.months {
			c.mark(station).months[month] = true
		}
		if len(found.feeds) > 0 {
			c.mark(station).feeds = true
		}
	}
	return nil
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
