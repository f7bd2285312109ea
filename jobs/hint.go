package jobs

import (
	"context"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/press"
)

// Hint names what has changed: stations whose feeds are to be read again, and
// articles that are to be looked up, whatever the content store reports as changed.
type Hint struct {
	Stations, Articles []string // ids
	// Here has this process build what the hint names, or without names all that
	// has changed, also where another process leads.
	Here bool
}

// maxHints bounds how many ids wait while the content store is unreachable. The
// audit finds what is dropped.
const maxHints = 10_000

func (c *Conductor) hint(h Hint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := len(h.Stations) + len(h.Articles)
	for _, other := range c.hinted {
		waiting += 1 + len(other.Stations) + len(other.Articles)
	}
	if waiting <= maxHints {
		c.hinted = append(c.hinted, h)
	}
}

// hints returns the hints since the last call.
func (c *Conductor) hints() []Hint {
	c.mu.Lock()
	defer c.mu.Unlock()
	hints := c.hinted
	c.hinted = nil
	return hints
}

// hintAgain keeps hints that could not be followed, or not for certain.
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
				if d := c.desk(id); d != nil { // else it is of another store
					d.mark().Feeds = true
				}
			}
			c.alone = c.alone || here && len(h.Stations)+len(h.Articles) == 0
		}
		if err := c.followArticles(ctx, snapshot, articles); err != nil {
			return err
		}
		for _, d := range c.desks {
			if here {
				d.asked = d.asked || d.work != nil
			} else if !c.leads(d) { // it is for the process that leads
				d.work = nil
			}
		}
	}
	return nil
}

// followArticles marks where articles are by what the content store has of them,
// and where the editions have them: they may have moved, or have gone.
func (c *Conductor) followArticles(ctx context.Context, snapshot Snapshot, ids []string) error {
	if ids = c.own(ids); len(ids) == 0 {
		return nil
	}
	states, err := press.Find(ctx, snapshot, ids)
	if err != nil {
		return err
	}
	wanted, home := map[string]bool{}, map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	for _, state := range states {
		c.follow(article.Change{ID: state.ID, Station: state.Station, Published: state.Published})
		home[state.Station] = true
	}
	for _, d := range c.desks {
		station := d.station
		current, ok := c.editions.Current(station.ID)
		if !ok {
			continue
		}
		// An archive has millions of pages. All of another station are looked at
		// only where an article is in none; one that has moved from there has
		// mostly kept its time of publication.
		everywhere := home[station.ID] || len(states) < len(ids)
		months := map[article.Month]bool{}
		for _, state := range states {
			months[article.MonthOf(state.Published, station.Zone)] = true
		}
		found, feeds := press.Locate(current, wanted, func(month article.Month) bool { return !d.guest && (everywhere || months[month]) })
		for _, month := range found {
			for id := range wanted {
				d.mark().Month(month).Add(id, time.Time{})
			}
		}
		if feeds {
			d.mark().Feeds = true
		}
	}
	return nil
}
