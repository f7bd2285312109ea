package jobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
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

// tries is how often a station is built in a row because another process has
// published meanwhile.
const tries = 3

// passTime is how long a pass goes on with old months before it publishes what
// it has.
const passTime = time.Second

// Report is what became of one station.
type Report struct {
	Station   *network.Station
	Edition   *edition.Edition // the current one; nil if there is none
	Changed   int              // documents that were not so in the edition before
	Published bool
	Late      bool // another process published each time before this one could
	Err       error

	complete bool
}

// rebuild builds and publishes the dirty stations: all that have something new,
// then some with a backlog, each part with passTime for old months. One that
// fails stays dirty and keeps its edition; the others are not held up.
func (c *Conductor) rebuild(ctx context.Context, done func(result)) error {
	var faults []error
	for _, next := range []func() []*desk{c.fresh, c.backlog} {
		for r := range c.buildAll(ctx, next()) {
			d := c.desk(r.station.ID)
			d.memory, d.held = r.outcome.Memory, r.err != nil
			if r.err == nil {
				d.settle(r)
			}
			if errors.Is(r.err, edition.ErrStale) {
				r.late, r.err = true, nil
			}
			c.note(ctx, notBuilt, r.station.ID, r.err)
			faults = append(faults, r.err)
			done(r)
		}
	}
	return errors.Join(faults...)
}

// fresh returns the stations with something new.
func (c *Conductor) fresh() []*desk {
	return slices.DeleteFunc(c.dirty(), func(d *desk) bool { return !d.work.fresh })
}

// backlog returns the next stations that have only a backlog.
func (c *Conductor) backlog() []*desk {
	all := slices.DeleteFunc(c.dirty(), func(d *desk) bool { return d.work.fresh })
	return all[:min(len(all), parallel)]
}

// dirty returns the stations that have to be built and did not fail.
func (c *Conductor) dirty() []*desk {
	return slices.DeleteFunc(slices.Clone(c.desks), func(d *desk) bool { return d.work == nil || d.held })
}

// result is what became of one station in one pass.
type result struct {
	station   *network.Station
	work      *work
	outcome   press.Outcome
	asOf      time.Time        // of the snapshot
	edition   *edition.Edition // the current one
	changed   int
	drift     map[article.Month]Drift
	published bool
	late      bool
	err       error
}

func (r *Report) add(more result) {
	r.Edition = more.edition
	r.Changed += more.changed
	r.Published = r.Published || more.published
	r.Late, r.Err = more.late, more.err
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
		started := time.Now()
		enough := func() bool { return time.Since(started) >= passTime }
		go func() {
			for _, r := range begun {
				builds.Go(func() error {
					results <- c.station(ctx, r, enough)
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
func (c *Conductor) station(ctx context.Context, r result, enough func() bool) result {
	for try := 0; try == 0 || try < tries && errors.Is(r.err, edition.ErrStale); try++ {
		// A poisonous article must not take the other stations along.
		r.err = press.Recovered(func() error { return c.publish(ctx, &r, enough) })
	}
	if r.err != nil {
		r.err = fmt.Errorf("station %s: %w", r.station.ID, r.err)
	}
	return r
}

func (c *Conductor) publish(ctx context.Context, r *result, enough func() bool) error {
	current, _ := c.editions.Current(r.station.ID)
	r.edition = current
	if current != nil && current.Build() != c.press.Fingerprint(r.station) {
		r.work.Everything = true // another version or configuration has published
	}
	next, err := c.next(ctx, r, enough)
	if _, shrunk := errors.AsType[*press.ShrunkError](err); shrunk && len(r.outcome.Withdrawn) > 0 {
		// What is refused is for somebody to decide; what has been withdrawn is not.
		refused := err
		withdrawn := edition.Retractions{}
		for _, state := range r.outcome.Withdrawn {
			withdrawn[state.ID] = edition.Retraction{Station: state.Station, ID: state.ID, At: r.asOf, Published: state.Published}
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
	// Pending months alone are no reason to publish: a process that takes over from an
	// edition without that asks for the changes since then.
	if current != nil && current.Equal(next) && current.Build() == next.Build() && (len(current.Pending()) == 0 || slices.Equal(current.Pending(), next.Pending())) {
		return nil
	}
	err := c.editions.Publish(ctx, next)
	r.edition, _ = c.editions.Current(r.station.ID)
	if errors.Is(err, edition.ErrStale) {
		// Another process was quicker: its edition is served now, and this
		// station stays dirty until a snapshot of ours is later.
		c.log.DebugContext(ctx, "edition not published", "station", r.station.ID, "error", err)
		return err
	}
	if err == nil {
		r.changed = changed(current, next)
		r.published = true
		for month, d := range r.drift {
			c.noteDrift(r.station, month, d)
		}
	}
	return err
}

// next returns the edition that follows the current one.
func (c *Conductor) next(ctx context.Context, r *result, enough func() bool) (*edition.Edition, error) {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	r.asOf = snapshot.Time()
	next, outcome, err := c.press.Build(ctx, press.Order{
		Station: r.station, Snapshot: snapshot, Previous: r.edition, Work: &r.work.Work, Memory: r.outcome.Memory,
		Retractions: c.editions.Retractions(), Enough: enough,
	})
	r.outcome = outcome
	c.noteLeftOut(slices.Concat(snapshot.Faults(), outcome.LeftOut))
	if err == nil {
		r.drift, err = c.unhinted(ctx, snapshot, r, next)
	}
	return next, err
}

// maxLeftOut bounds how many articles are remembered as left out.
const maxLeftOut = 1000

// noteLeftOut logs and counts the articles, and the values of articles, that were
// left out, each fault once.
func (c *Conductor) noteLeftOut(faults []article.RowError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fault := range faults {
		text := fault.Error()
		if _, known := c.leftOut[text]; known || len(c.leftOut) == maxLeftOut {
			continue
		}
		if fault.Kept {
			column, _, _ := strings.Cut(fault.Column, "[") // images[0].width is of images
			c.leftOut[text] = column + ", value only"
			c.log.Warn("odd value left out of an article", "id", fault.ID, "column", fault.Column, "error", fault.Err)
			continue
		}
		c.leftOut[text] = fault.Column
		c.log.Warn("article left out", "id", fault.ID, "column", fault.Column, "error", fault.Err)
	}
}

// LeftOut returns how many articles have been left out, by the column of their row
// that is broken; "feed": no feed can carry them. Where the article is there without
// a value of that column, the key is "images, value only". It counts up to 1000.
func (c *Conductor) LeftOut() map[string]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := map[string]int64{}
	for _, column := range c.leftOut {
		counts[column]++
	}
	return counts
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
