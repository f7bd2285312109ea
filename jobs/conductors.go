package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/network"
)

// Store is a content store.
type Store struct {
	Name string // as stations have it in Content
	// Snapshot opens a snapshot.
	Snapshot func(context.Context) (Snapshot, error)
	Overlap  time.Duration // see Options; 0: that of the options
}

// Conductors build the editions of a network, one those of each content store. There is
// at least one, and a store for each station.
type Conductors []*Conductor

// NewConductors returns the conductors of the stores.
func NewConductors(log *slog.Logger, n *network.Network, stores []Store, editions Editions, options Options) Conductors {
	var all Conductors
	for _, store := range stores {
		if open := store.Snapshot; store.Name != "" || len(stores) > 1 {
			store.Snapshot = func(ctx context.Context) (Snapshot, error) {
				s, err := open(ctx)
				if err != nil {
					return nil, err
				}
				return named{s, n, store.Name}, nil
			}
		}
		all = append(all, newConductor(log, n, store, editions, options))
	}
	for _, c := range all {
		c.peers = all
	}
	return all
}

// Of returns the conductor of the store of a name.
func (all Conductors) Of(content string) *Conductor {
	i := slices.IndexFunc(all, func(c *Conductor) bool { return c.name == content })
	return all[i]
}

// station returns the conductor that builds a station of the network.
func (all Conductors) station(id string) *Conductor {
	for _, c := range all {
		if d := c.desk(id); d != nil && !d.guest {
			return c
		}
	}
	return nil
}

// Build is [Conductor.Build] for all stations. A store that fails keeps no other one's
// stations from being built; of several, its own stations are reported as failed.
func (all Conductors) Build(ctx context.Context, accept []string, each func(Report)) error {
	if len(all) == 1 {
		return all[0].Build(ctx, accept, each)
	}
	var mu sync.Mutex
	reported := map[string]bool{}
	one := func(r Report) {
		mu.Lock()
		defer mu.Unlock()
		reported[r.Station.ID] = true
		each(r)
	}
	faults := make([]error, len(all))
	var builds errgroup.Group
	for i, c := range all {
		builds.Go(func() error {
			faults[i] = c.Build(ctx, accept, one)
			return nil
		})
	}
	_ = builds.Wait() // each has its fault
	for i, c := range all {
		waiting := func(d *desk) bool { return !d.guest && !reported[d.station.ID] }
		if slices.ContainsFunc(c.desks, waiting) && !c.lookedAt().IsZero() { // for an offer, and the store answers
			faults[i] = errors.Join(faults[i], c.buildAll(ctx, one, func() error { return nil }))
		}
		for _, d := range c.desks {
			if waiting(d) {
				e, _ := c.editions.Current(d.station.ID)
				one(Report{Station: d.station, Edition: e, Err: faults[i]})
			}
		}
	}
	return errors.Join(faults...)
}

// AcceptOlder is [Conductor.AcceptOlder] for all.
func (all Conductors) AcceptOlder() {
	for _, c := range all {
		c.AcceptOlder()
	}
}

// Hint has the next refreshes follow a hint. An article's id without a store's name may be
// of any store. The error names a station that does not publish.
func (all Conductors) Hint(h Hint) error {
	for _, id := range h.Stations {
		if all.station(id) == nil {
			return fmt.Errorf("no station %q publishes", id)
		}
	}
	for _, c := range all {
		if part := c.part(h); len(part.Stations)+len(part.Articles) > 0 || len(h.Stations)+len(h.Articles) == 0 {
			c.hint(part)
		}
	}
	return nil
}

// HintStore has the next refresh of a store follow a hint, which has the store's own ids.
func (all Conductors) HintStore(content string, h Hint) {
	c := all.Of(content)
	c.hint(c.part(h))
}

// Unopened notes that the store of a name could not be opened, or with nil that it could.
func (all Conductors) Unopened(ctx context.Context, content string, err error) {
	c := all.Of(content)
	err = c.named(err)
	c.countFault(ctx, err)
	c.note(ctx, ofStore(StoreUnreachable, content), "", err)
	if err != nil {
		c.offerNothing(ctx, err)
	}
}

// named returns an error with the name of the store; nil: there is none.
func (c *Conductor) named(err error) error {
	if err == nil || c.name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", c.name, err)
}

// part returns what a hint says of the conductor's store.
func (c *Conductor) part(h Hint) Hint {
	part := Hint{Here: h.Here}
	for _, id := range h.Stations {
		if c.desk(id) != nil {
			part.Stations = append(part.Stations, id)
		}
	}
	for _, id := range h.Articles {
		if c.name != "" && c.network.ContentOf(id) == "" {
			id = c.name + ":" + id
		}
		part.Articles = append(part.Articles, c.own([]string{id})...)
	}
	return part
}

// Condition returns why a station can't be built, or be built completely, or else audited;
// not ok: it can.
func (all Conductors) Condition(station string) (why condition.Condition, ok bool) {
	home := all.station(station)
	if home == nil {
		return why, false
	}
	if why, ok = home.Condition(station); ok {
		return why, true
	}
	for _, c := range all {
		if c == home || c.desk(station) == nil {
			continue
		}
		if why, ok = c.store(); ok {
			return why, true
		}
		if why, ok = c.conditions.Get(notOffered, station); ok {
			return why, true
		}
	}
	return why, false
}

// Conditions returns what is wrong with the content stores and the stations.
func (all Conductors) Conditions() (conditions []condition.Condition) {
	for _, c := range all {
		conditions = append(conditions, c.Conditions()...)
	}
	return conditions
}

// Store returns what is wrong with the content store of a name, and when the last look at
// it began that came to its end, by the monotonic clock; not ok: nothing is wrong.
func (all Conductors) Store(name string) (why condition.Condition, looked time.Time, ok bool) {
	c := all.Of(name)
	why, ok = c.store()
	return why, c.lookedAt(), ok
}

func (c *Conductor) lookedAt() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lastLook
}

// Checked is [Conductor.Checked] for any station.
func (all Conductors) Checked(station string) time.Time {
	if c := all.station(station); c != nil {
		return c.Checked(station)
	}
	return time.Time{}
}

// CheckedOf is Checked for what one store has for the station.
func (all Conductors) CheckedOf(station, content string) time.Time {
	c := all.station(station)
	if c == nil || c.name == content {
		return all.Checked(station)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o := c.offers[offerKey{station, content}]; o != nil {
		return o.included
	}
	return time.Time{}
}

// Published is [Conductor.Published] of all.
func (all Conductors) Published() map[Outcome]int64 { return sum(all, (*Conductor).Published) }

// Faults is [Conductor.Faults] of all.
func (all Conductors) Faults() map[Fault]int64 { return sum(all, (*Conductor).Faults) }

// Quarantined is [Conductor.Quarantined] of all.
func (all Conductors) Quarantined(station string) (articles int) {
	for _, c := range all {
		articles += c.Quarantined(station)
	}
	return articles
}

// Quarantine is [Conductor.Quarantine] of all.
func (all Conductors) Quarantine(station string) (faults []article.RowError) {
	for _, c := range all {
		faults = append(faults, c.Quarantine(station)...)
	}
	return faults
}

// Drifted is [Conductor.Drifted] for any station.
func (all Conductors) Drifted(station string) int64 {
	if c := all.station(station); c != nil {
		return c.Drifted(station)
	}
	return 0
}

// Refused is [Conductor.Refused] for any station.
func (all Conductors) Refused(station string) bool {
	c := all.station(station)
	return c != nil && c.Refused(station)
}

// Drift is [Conductor.Drift] of all.
func (all Conductors) Drift() map[Drift]int64 { return sum(all, (*Conductor).Drift) }

// LeftOut is [Conductor.LeftOut] of all.
func (all Conductors) LeftOut() map[string]int64 { return sum(all, (*Conductor).LeftOut) }

func sum[K comparable](all Conductors, counts func(*Conductor) map[K]int64) map[K]int64 {
	total := map[K]int64{}
	for _, c := range all {
		for key, n := range counts(c) {
			total[key] += n
		}
	}
	return total
}
