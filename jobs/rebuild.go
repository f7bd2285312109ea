package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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
// published meanwhile, or because what it needs of its edition was found damaged.
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
	// Empty says why the station's feed has no article, though the content store has
	// some of the station; nil: it has, or the store has none.
	Empty error
	// Elsewhere is why the sitemaps lack most of the newest articles; nil: they don't.
	Elsewhere error
}

// result is a report of one pass, with what the next one needs to know.
type result struct {
	Report
	work    *work
	outcome press.Outcome
	asOf    time.Time // of the snapshot
	drift   map[article.Month]Drift
	causes  map[Drift]string
	leftOut []article.RowError   // rows that were read and can't be published
	offers  map[offerKey]offered // that it was built from
}

// rebuild builds and publishes the dirty stations: all that have something new,
// then some with a backlog, each part with passTime for old months. One that
// fails stays dirty and keeps its edition; the others are not held up. Done is
// called with each result, one call at a time.
func (c *Conductor) rebuild(ctx context.Context, done func(*result)) error {
	var mu sync.Mutex
	var faults []error
	for _, next := range []func() []*desk{c.fresh, c.backlog} {
		started := time.Now()
		enough := func() bool { return time.Since(started) >= passTime }
		var builds errgroup.Group
		builds.SetLimit(parallel)
		for _, d := range next() {
			builds.Go(func() error {
				r := c.build(ctx, d, enough)
				mu.Lock()
				defer mu.Unlock()
				if d.guest {
					c.note(ctx, notOffered, d.station.ID, r.Err)
					faults = append(faults, r.Err)
					return nil
				}
				c.note(ctx, notBuilt, d.station.ID, r.Err)
				c.count(ctx, r)
				noteOf(ctx).built(&r.Report)
				if r.Err == nil && !r.Late {
					c.note(ctx, windowCut, d.station.ID, cutError(r.outcome.Cut))
					c.note(ctx, articlesBack, d.station.ID, backError(d.back))
					c.noteFeed(ctx, r)
				}
				if _, lacks := errors.AsType[*lackError](r.Err); !lacks || c.building { // it is the other store that fails
					faults = append(faults, r.Err)
				}
				done(r)
				return nil
			})
		}
		_ = builds.Wait() // each notes its own error
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
	return slices.DeleteFunc(slices.Clone(c.desks), func(d *desk) bool { return d.work == nil || d.held || c.awaits(d) })
}

// build builds the station's next edition from one snapshot and publishes it
// if it differs.
func (c *Conductor) build(ctx context.Context, d *desk, enough func() bool) *result {
	r := &result{Report: Report{Station: d.station}, work: d.work, outcome: press.Outcome{Memory: d.memory}}
	for try := 0; try == 0 || try < tries && (errors.Is(r.Err, edition.ErrStale) || errors.Is(r.Err, edition.ErrDamaged)); try++ {
		// A poisonous article must not take the other stations along.
		r.Err = press.Recovered(func() error {
			if d.guest {
				return c.offer(ctx, d, r)
			}
			return c.publish(ctx, r, enough)
		})
	}
	d.memory, d.held = r.outcome.Memory, r.Err != nil
	switch {
	case r.Err == nil:
		c.quarantine(r)
		d.built(r)
		c.noteUpToDate(d)
		c.noteOffers(r)
	case errors.Is(r.Err, edition.ErrStale):
		r.Late, r.Err = true, nil
	default:
		r.Err = fmt.Errorf("station %s: %w", d.station.ID, r.Err)
	}
	return r
}

func (c *Conductor) publish(ctx context.Context, r *result, enough func() bool) error {
	current, _ := c.editions.Current(r.Station.ID)
	r.Edition = current
	if current != nil {
		r.work.Restore(current)
		if err := c.lacks(r.Station); err != nil {
			return errors.Join(err, c.withdrawOwn(ctx, r, current))
		}
	}
	if current != nil && current.Build() != c.press.Fingerprint(r.Station) {
		r.work.Everything = true // another version or configuration has published
	}
	next, err := c.next(ctx, r, enough)
	if press.IsRefused(err) && len(r.outcome.Withdrawn) > 0 {
		// What is refused is for somebody to decide; what has been withdrawn is not.
		return errors.Join(err, c.withdraw(ctx, r, current, r.outcome.Withdrawn))
	}
	if err != nil {
		return err
	}
	return c.put(ctx, r, current, next)
}

// withdraw takes articles out of the current edition of which the content store says
// that they are not shown any more.
func (c *Conductor) withdraw(ctx context.Context, r *result, current *edition.Edition, states []article.State) error {
	withdrawn := edition.Retractions{}
	for _, state := range states {
		withdrawn[state.ID] = edition.Retraction{Station: state.Station, ID: state.ID, At: r.asOf, Published: state.Published, Row: state.At, Notice: c.options.Notices && state.Withdrawn}
	}
	return c.put(ctx, r, current, press.Withdraw(c.network, r.Station, current, withdrawn))
}

// put publishes an edition if it differs from the current one.
func (c *Conductor) put(ctx context.Context, r *result, current, next *edition.Edition) error {
	// Pending months alone are no reason to publish: a process that takes over from an
	// edition without that asks for the changes since then. An older store that was
	// accepted is one, so that every process accepts it.
	older := c.acceptOlder && current != nil && (current.Origin().Newest.After(next.Origin().Newest) || next.Origin().Lacks(current.Origin()))
	if current != nil && !older && current.Equal(next) && current.Build() == next.Build() && (len(current.Pending()) == 0 || slices.Equal(current.Pending(), next.Pending())) {
		return nil
	}
	err := c.editions.Publish(ctx, next)
	r.Edition, _ = c.editions.Current(r.Station.ID)
	if errors.Is(err, edition.ErrStale) {
		// Another process was quicker: its edition is served now, and this
		// station stays dirty until a snapshot of ours is later.
		c.log.DebugContext(ctx, "edition not published", "station", r.Station.ID, "error", err)
		return err
	}
	if err == nil {
		r.Changed = len(edition.ChangedPaths(current, next))
		r.Published = true
		if back := r.outcome.Back; len(back) > 0 {
			c.log.WarnContext(ctx, "articles are back whose rows had gone", "station", r.Station.ID, "articles", len(back), "ids", back[:min(len(back), 5)])
		}
		for month, d := range r.drift {
			c.noteDrift(r.Station, month, d, r.causes[d])
		}
	}
	return err
}

// next returns the edition that follows the current one.
func (c *Conductor) next(ctx context.Context, r *result, enough func() bool) (*edition.Edition, error) {
	snapshot, origin, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	r.asOf = snapshot.Time()
	next, outcome, err := c.press.Build(ctx, press.Order{
		Station: r.Station, Snapshot: snapshot, Origin: origin, Previous: r.Edition, Work: &r.work.Work, Memory: r.outcome.Memory,
		Retractions: c.editions.Retractions(), Editions: c.editions.Current, Offers: c.offersFor(r), Enough: enough,
	})
	r.outcome = outcome
	c.noteLeftOut(r, slices.Concat(snapshot.Faults(), outcome.LeftOut))
	if err == nil {
		r.drift, err = c.unhinted(ctx, snapshot, r, next)
	}
	r.causes = map[Drift]string{}
	for _, d := range r.drift {
		if r.causes[d] == "" {
			r.causes[d] = causeOf(ctx, snapshot, d)
		}
	}
	return next, err
}

// maxLeftOut bounds how many articles are remembered as left out.
const maxLeftOut = 1000

// noteLeftOut notes the articles that were left out, logs and counts them, and the
// values of articles that were, each fault once.
func (c *Conductor) noteLeftOut(r *result, faults []article.RowError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.leftOut = slices.DeleteFunc(slices.Clone(faults), func(f article.RowError) bool { return f.Kept })
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
