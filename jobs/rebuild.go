package jobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// parallel is how many stations are built at the same time: their work is
// rendering and compressing, and the content store has other customers.
const parallel = 2

// maxLate is how often a station is built again at once because another process
// has published meanwhile.
const maxLate = 3

// noteTime bounds how long a process that is stopped notes what has gone.
const noteTime = 5 * time.Second

// Report is what became of one station.
type Report struct {
	Station   *network.Station
	Edition   *edition.Edition // the current one; nil if there is none
	Changed   int              // documents that were not so in the edition before
	Published bool
	Late      bool // another process published each time before this one could
	Err       error

	told bool
}

// rebuild builds and publishes the dirty stations. One that fails stays dirty
// and keeps its edition; the others are not held up.
//
// A large backlog is worked off in rounds, each published: what is new comes
// first, in every station, and is looked for again between the rounds.
func (c *Conductor) rebuild(ctx context.Context, each func(Report)) error {
	reports := map[string]*Report{}
	held := map[string]bool{} // until the next refresh: those that failed, or were too late again and again
	late := map[string]int{}
	var faults []error
	for round := c.round(held); len(round) > 0; round = c.round(held) {
		for r := range c.buildAll(ctx, round) {
			report, ok := reports[r.station.ID]
			if !ok {
				report = &Report{Station: r.station}
				reports[r.station.ID] = report
			}
			report.add(r)
			c.noteTrouble(r.station, report.Err)
			faults = append(faults, report.Err)
			again := false
			if errors.Is(r.err, edition.ErrStale) {
				late[r.station.ID]++
				again = late[r.station.ID] < maxLate
			}
			report.Late = errors.Is(r.err, edition.ErrStale) && !again
			if held[r.station.ID] = r.err != nil && !again; r.err == nil {
				c.settle(r)
			}
			if (len(r.left) == 0 || r.err != nil) && !again && !report.told {
				report.told = true
				each(*report)
			}
		}
		if len(c.round(held)) > 0 {
			faults = append(faults, c.markChanges(ctx))
		}
	}
	return errors.Join(faults...)
}

// round returns the dirty stations that are built next: those with something
// new, else some with a backlog.
func (c *Conductor) round(held map[string]bool) []*network.Station {
	var fresh, backlog []*network.Station
	for _, station := range c.network.Stations {
		d, ok := c.dirty[station.ID]
		switch {
		case !ok || held[station.ID]:
		case d.fresh:
			fresh = append(fresh, station)
		default:
			backlog = append(backlog, station)
		}
	}
	if len(fresh) > 0 {
		return fresh
	}
	return backlog[:min(len(backlog), parallel)]
}

// result is what became of one station in one round.
type result struct {
	station   *network.Station
	work      *dirt
	left      []article.Month             // that were not reached
	later     map[article.Month]time.Time // when else it does, see Conductor.later
	due       time.Time                   // when the edition changes by the clock alone; zero: never
	edition   *edition.Edition            // the current one
	changed   int
	published bool
	err       error
}

func (r *Report) add(more result) {
	r.Edition = more.edition
	r.Changed += more.changed
	r.Published = r.Published || more.published
	if !errors.Is(more.err, edition.ErrStale) {
		r.Err = more.err
	}
}

// settle notes what is left to be done after a round.
func (c *Conductor) settle(r result) {
	delete(c.dirty, r.station.ID)
	if len(r.left) > 0 {
		c.markBacklog(r.station, r.left)
		rest := c.dirty[r.station.ID]
		rest.accepted, rest.before = r.work.accepted, r.work.before
		maps.Copy(rest.audited, r.work.audited)
	}
	c.due[r.station.ID] = r.due
	for month, at := range r.later {
		if c.later[r.station.ID] == nil {
			c.later[r.station.ID] = map[article.Month]time.Time{}
		}
		if old, ok := c.later[r.station.ID][month]; !ok || at.Before(old) {
			c.later[r.station.ID][month] = at
		}
	}
	c.audits.built(r)
	if r.work.everything || r.work.feeds {
		c.read[r.station.ID] = time.Now()
	}
}

// buildAll builds stations, some at a time, and yields what became of each.
func (c *Conductor) buildAll(ctx context.Context, stations []*network.Station) iter.Seq[result] {
	return func(yield func(result) bool) {
		results := make(chan result, len(stations))
		var builds errgroup.Group
		builds.SetLimit(parallel)
		work := maps.Clone(c.dirty) // which changes with every result
		go func() {
			for _, station := range stations {
				builds.Go(func() error {
					results <- c.station(ctx, station, work[station.ID])
					return nil
				})
			}
			_ = builds.Wait() // each build reports its own error
			close(results)
		}()
		for r := range results {
			if !yield(r) {
				return
			}
		}
	}
}

// station builds the station's next edition from one snapshot and publishes it
// if it differs.
func (c *Conductor) station(ctx context.Context, station *network.Station, work *dirt) result {
	r := result{station: station, work: work}
	r.edition, _ = c.editions.Current(station.ID)
	if r.edition != nil && r.edition.Build() != c.build {
		work.everything = true // another version or configuration has published
	}
	// A poisonous article must not take the other stations along.
	err := recovered(func() error { return c.publish(ctx, &r) })
	if err != nil {
		r.err = fmt.Errorf("station %s: %w", station.ID, err)
	}
	return r
}

func (c *Conductor) publish(ctx context.Context, r *result) error {
	current := r.edition
	next, err := c.next(ctx, r)
	if err != nil {
		return err
	}
	// That months have yet to be looked at is no news: who takes over from an
	// edition without that asks for the changes since then.
	if current != nil && current.Equal(next) && current.Build() == next.Build() && (len(current.Pending()) == 0 || slices.Equal(current.Pending(), next.Pending())) {
		return nil
	}
	err = c.editions.Publish(ctx, next)
	r.edition, _ = c.editions.Current(r.station.ID)
	if errors.Is(err, edition.ErrStale) {
		// Another process was quicker: its edition is served now, and this
		// station stays dirty until a snapshot of ours is later.
		c.log.DebugContext(ctx, "edition not published", "station", r.station.ID, "err", err)
		return err
	}
	if err == nil {
		r.changed = changed(current, next)
		r.published = true
	}
	// Also an edition of which there was an error may be out by now, and whoever
	// comes next finds nothing to do: what has gone is noted even by a process that
	// is being stopped.
	noting, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	return errors.Join(err, c.noteGone(noting, r.station, current, next, r.work))
}

// changed counts the documents that are new or other than before, and those
// that have gone.
func changed(current, next *edition.Edition) int {
	if current == nil {
		return next.Len()
	}
	n := 0
	for path, d := range next.All() {
		if old, ok := current.Document(path); !ok || old.Hash() != d.Hash() {
			n++
		}
	}
	for path := range current.All() {
		if _, ok := next.Document(path); !ok {
			n++
		}
	}
	return n
}

// recovered runs what may panic and returns the panic as an error.
func recovered(run func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value: value, stack: debug.Stack()}
		}
	}()
	return run()
}
