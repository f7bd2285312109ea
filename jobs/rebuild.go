package jobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// parallel is how many stations are built at the same time: their work is
// rendering and compressing, and the content store has other customers.
const parallel = 2

// maxLate is how often a station is built again at once because another process
// has published meanwhile.
const maxLate = 3

// roundTime is how long a build goes on with old months before it publishes
// what it has.
const roundTime = time.Second

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
				c.desk(r.station.ID).settle(r)
			}
			if (len(r.outcome.Pending) == 0 || r.err != nil) && !again && !report.told {
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
func (c *Conductor) round(held map[string]bool) []*desk {
	var fresh, backlog []*desk
	for _, d := range c.desks {
		switch {
		case d.work == nil || held[d.station.ID]:
		case d.work.fresh:
			fresh = append(fresh, d)
		default:
			backlog = append(backlog, d)
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
	work      *work
	outcome   press.Outcome
	asOf      time.Time        // of the snapshot
	edition   *edition.Edition // the current one
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

// buildAll builds stations, some at a time, and yields what became of each.
func (c *Conductor) buildAll(ctx context.Context, desks []*desk) iter.Seq[result] {
	return func(yield func(result) bool) {
		results := make(chan result, len(desks))
		var builds errgroup.Group
		builds.SetLimit(parallel)
		var begun []result
		for _, d := range desks { // which change with every result
			begun = append(begun, result{station: d.station, work: d.work, outcome: press.Outcome{Memory: d.memory}})
		}
		go func() {
			for _, r := range begun {
				builds.Go(func() error {
					results <- c.station(ctx, r)
					return nil
				})
			}
			_ = builds.Wait() // each build reports its own error
			close(results)
		}()
		for r := range results {
			c.desk(r.station.ID).memory = r.outcome.Memory
			if !yield(r) {
				return
			}
		}
	}
}

// station builds the station's next edition from one snapshot and publishes it
// if it differs.
func (c *Conductor) station(ctx context.Context, r result) result {
	r.edition, _ = c.editions.Current(r.station.ID)
	if r.edition != nil && r.edition.Build() != c.press.Fingerprint(r.station) {
		r.work.Everything = true // another version or configuration has published
	}
	// A poisonous article must not take the other stations along.
	err := press.Recovered(func() error { return c.publish(ctx, &r) })
	if err != nil {
		r.err = fmt.Errorf("station %s: %w", r.station.ID, err)
	}
	return r
}

func (c *Conductor) publish(ctx context.Context, r *result) error {
	current := r.edition
	next, err := c.next(ctx, r)
	if _, shrunk := errors.AsType[*press.ShrunkError](err); shrunk && len(r.outcome.Withdrawn) > 0 {
		// What is refused is for somebody to decide; what has been withdrawn is not.
		refused := err
		withdrawn := map[string]time.Time{}
		for _, id := range r.outcome.Withdrawn {
			withdrawn[id] = r.asOf
		}
		if err := c.put(ctx, r, current, press.Withdraw(r.station, current, withdrawn)); err != nil {
			return errors.Join(refused, err)
		}
		return refused
	}
	if err != nil {
		return err
	}
	return c.put(ctx, r, current, next)
}

// put publishes an edition if it differs from the current one.
func (c *Conductor) put(ctx context.Context, r *result, current, next *edition.Edition) error {
	// That months have yet to be looked at is no news: who takes over from an
	// edition without that asks for the changes since then.
	if current != nil && current.Equal(next) && current.Build() == next.Build() && (len(current.Pending()) == 0 || slices.Equal(current.Pending(), next.Pending())) {
		return nil
	}
	err := c.editions.Publish(ctx, next)
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
	return err
}

// next returns the edition that follows the current one.
func (c *Conductor) next(ctx context.Context, r *result) (*edition.Edition, error) {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	started := time.Now()
	r.asOf = snapshot.Time()
	next, outcome, err := c.press.Build(ctx, press.Order{
		Station: r.station, Snapshot: snapshot, Previous: r.edition, Work: &r.work.Work, Memory: r.outcome.Memory,
		Retractions: c.editions.Retractions(), Enough: func() bool { return time.Since(started) >= roundTime },
	})
	r.outcome = outcome
	for _, o := range outcome.Omitted {
		c.log.Warn("article left out", "id", o.ID, "station", o.Station, "error", o.Err)
	}
	c.logFaults(snapshot.Faults())
	return next, err
}

// maxLogged bounds how many broken rows are remembered as logged.
const maxLogged = 1000

// logFaults logs the broken rows that have not been logged before.
func (c *Conductor) logFaults(faults []article.RowError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fault := range faults {
		text := fault.Error()
		if c.logged[text] || len(c.logged) == maxLogged {
			continue
		}
		c.logged[text] = true
		c.log.Warn("article left out", "id", fault.ID, "column", fault.Column, "error", fault.Err)
	}
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
