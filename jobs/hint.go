package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// Hint is what somebody knows to have changed: stations whose feeds are to be
// read anew, and articles that are to be looked for, whatever the content store
// tells of changes.
type Hint struct {
	Stations, Articles []string // ids
	// Here has this process build what the hint names, or without names all that
	// has changed, also where another process leads.
	Here bool
}

// maxHints bounds how many ids wait for a content store that is away. What is
// dropped, the audit finds.
const maxHints = 10_000

// Hint has the next refresh follow a hint. The error names a station that does
// not publish.
func (c *Conductor) Hint(h Hint) error {
	for _, id := range h.Stations {
		if station, ok := c.network.Station(id); !ok || !station.Publishes() {
			return fmt.Errorf("no station %q publishes", id)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := len(h.Stations) + len(h.Articles)
	for _, other := range c.hinted {
		waiting += 1 + len(other.Stations) + len(other.Articles)
	}
	if waiting <= maxHints {
		c.hinted = append(c.hinted, h)
	}
	return nil
}

// hints returns the hints since the last call.
func (c *Conductor) hints() []Hint {
	c.mu.Lock()
	defer c.mu.Unlock()
	hints := c.hinted
	c.hinted = nil
	return hints
}

// hintAgain keeps hints that could not be followed.
func (c *Conductor) hintAgain(hints []Hint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hinted = append(hints, c.hinted...)
}

// followHints marks what hints touch.
func (c *Conductor) followHints(ctx context.Context, snapshot Snapshot, hints []Hint) error {
	for _, here := range []bool{false, true} {
		var articles []string
		for _, h := range hints {
			if h.Here != here {
				continue
			}
			articles = append(articles, h.Articles...)
			for _, id := range h.Stations {
				if station, ok := c.network.Station(id); ok {
					c.mark(station).feeds = true
				}
			}
			c.alone = c.alone || here && len(h.Stations)+len(h.Articles) == 0
		}
		if err := c.followArticles(ctx, snapshot, articles); err != nil {
			return err
		}
		if !here { // a hint for those who lead is nothing to others
			maps.DeleteFunc(c.dirty, func(station string, _ *dirt) bool { return !c.leads(station) })
			continue
		}
		for station := range c.dirty {
			c.asked[station] = true
		}
	}
	return nil
}

// leads reports whether this run builds a station.
func (c *Conductor) leads(station string) bool {
	return c.alone || c.asked[station] || c.editions.Leads(station)
}

// followArticles marks where articles are by what the content store has of them,
// and where the editions have them: they may have moved, or have gone.
func (c *Conductor) followArticles(ctx context.Context, snapshot Snapshot, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	states, err := find(ctx, snapshot, ids)
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

// findSize is how many articles a store is asked for at once.
const findSize = 500

// find returns what is known of the articles of any number of ids.
func find(ctx context.Context, snapshot Snapshot, ids []string) (states []article.State, err error) {
	for part := range slices.Chunk(ids, findSize) {
		found, err := snapshot.Find(ctx, part)
		if err != nil {
			return nil, err
		}
		states = append(states, found...)
	}
	return states, nil
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
		c.known, c.knownOf = c.checked, maps.Clone(c.led)
	}
}

// Checked returns the moment up to which all changes of a station are known, by
// the content store's clock; zero: none yet, or another process leads.
func (c *Conductor) Checked(station string) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.knownOf[station] {
		return time.Time{}
	}
	return c.known
}
