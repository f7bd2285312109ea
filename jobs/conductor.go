// Package jobs is the conductor: what runs when. A refresh asks the content
// store what has changed and rebuilds the editions it touches, an audit
// compares everything with the store; both publish what differs, and nothing
// else. Task and Timetable run them on schedules. Each content store has a
// conductor of its own, so that each fails alone.
package jobs

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// Snapshot is the content store as it was at one moment: all answers agree.
type Snapshot interface {
	press.Snapshot
	// Changes yields what has changed after since; repeated hints are allowed. An
	// error ends it.
	Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error]
	// Next returns when time alone changes what readers see; zero: never.
	Next(ctx context.Context) (time.Time, error)
	// Linked returns what is known of the articles that those of some ids have as
	// translations.
	Linked(ctx context.Context, ids []string) ([]article.State, error)
	// TotalsByMonth returns the totals of a station's months, in their order.
	TotalsByMonth(ctx context.Context, station string, months []article.Month, zone *time.Location) ([]article.Totals, error)
	// Origin returns how far the store is.
	Origin(ctx context.Context) (edition.Origin, error)
	// Untold says which changes the time of a row does not tell of, a sentence each.
	Untold(ctx context.Context) ([]string, error)
	// Row returns what the store has of the article of an id, whatever its status and
	// its times are. The error is article.ErrNoRow where it has none.
	Row(ctx context.Context, id string) (article.Row, error)
	// Named returns what is known of the articles that have an address.
	Named(ctx context.Context, page string) ([]article.State, error)
	// Faults returns the rows that the other methods have left out so far,
	// because they can't be articles.
	Faults() []article.RowError
	Close()
}

// Editions is where editions are published and where the current ones are.
type Editions interface {
	Current(station string) (*edition.Edition, bool)
	Publish(ctx context.Context, e *edition.Edition) error
	// Retractions returns the retractions of all stations.
	Retractions() edition.Retractions
	// Retract adds to them. What is published is amended before it returns.
	Retract(ctx context.Context, retractions ...edition.Retraction) error
	// Leads reports whether this process is the one that builds a station. That
	// avoids duplicate work and no more: two may lead, or none for a while.
	Leads(station string) bool
}

// Options are what the documents look like and how closely the content store is
// followed.
type Options struct {
	press.Options
	// Overlap is how far behind the moment that it is asked for a snapshot looks
	// for changes, as a slow transaction may have hidden some.
	Overlap time.Duration
	// MaxAge is how long a feed goes without being read again when no hint names it.
	MaxAge time.Duration
	// AuditRate is how many articles a second the audits look at, besides those
	// of this month and the last; 0: none.
	AuditRate int
}

// Conductor builds editions from a content store and publishes them. Its
// methods may be called at any time; one of them runs at a time.
type Conductor struct {
	name     string // of the content store
	log      *slog.Logger
	network  *network.Network
	snapshot func(context.Context) (Snapshot, error)
	editions Editions
	options  Options
	press    *press.Press
	seed     maphash.Seed     // of hints
	clock    func() time.Time // this machine's
	began    time.Time

	peers   Conductors    // of all content stores
	running chan struct{} // holds a token while a method runs
	more    atomic.Bool   // see More

	conditions *condition.Set

	mu       sync.Mutex
	trigger  func() // has a refresh run at once; nil: nobody runs any
	counts   counts
	leftOut  map[string]string // column by text of the fault, see LeftOut
	hinted   []Hint
	upToDate map[string]time.Time // by station, see Checked
	lastLook time.Time            // looked, see Conductors.Store
	wakeAt   time.Time            // see Wake
	drift    map[Drift]int64
	drifted  map[string]int64 // by station
	offers   map[offerKey]*offered
	gone     map[string]bool // ids that a store that was behind did not have
	excused  [2]change       // what was published and the store that is behind that for a reason

	// What follows belongs to the method that runs.
	desks       []*desk             // of the store's stations and those with all articles, in the network's order
	checked     time.Time           // changes up to then are known; zero: not asked yet
	looked      time.Time           // when checked was learnt, by the monotonic clock
	upcoming    time.Time           // when an embargo or an article's time ends next, by the store's clock
	ahead       time.Duration       // by how much the store's clock is ahead of this machine's
	seen        map[uint64]sighting // hints that have been followed, by their hash
	building    bool                // this pass is one of Build
	acceptOlder bool                // see AcceptOlder
	alone       bool                // this pass builds all stations
	taken       edition.Retractions // that have been followed
	lastAudit   time.Time
}

// NewConductor returns the conductor of a network whose articles are in a single
// content store without a name. Snapshot opens a snapshot of it.
func NewConductor(log *slog.Logger, n *network.Network, snapshot func(context.Context) (Snapshot, error), editions Editions, options Options) *Conductor {
	return NewConductors(log, n, []Store{{Snapshot: snapshot}}, editions, options)[0]
}

func newConductor(log *slog.Logger, n *network.Network, store Store, editions Editions, options Options) *Conductor {
	options.Overlap = cmp.Or(store.Overlap, options.Overlap)
	c := &Conductor{
		name: store.Name, log: log, network: n, snapshot: store.Snapshot, editions: editions, options: options,
		press: press.New(n, options.Options, new(preparedItems)), seed: maphash.MakeSeed(), running: make(chan struct{}, 1), clock: time.Now, began: time.Now(),
		seen: map[uint64]sighting{}, leftOut: map[string]string{}, conditions: condition.New(log), upToDate: map[string]time.Time{}, drift: map[Drift]int64{}, drifted: map[string]int64{}, counts: newCounts(),
		offers: map[offerKey]*offered{},
	}
	for _, station := range n.Stations {
		if guest := station.Content != store.Name; !guest || station.All {
			d := &desk{station: station, guest: guest}
			d.forget()
			c.desks = append(c.desks, d)
		}
	}
	return c
}

// Refresh rebuilds what has changed since the last refresh, and at the first
// one every edition that another version or configuration has built; of a large
// backlog a part, see [Conductor.More]. The error joins those of the stations
// that failed.
func (c *Conductor) Refresh(ctx context.Context) error {
	return c.run(ctx, func() error { return nil })
}

// Name returns that of the content store.
func (c *Conductor) Name() string { return c.name }

// More reports whether the last run has left a backlog, so that another refresh
// should follow at once. What has failed is no backlog.
func (c *Conductor) More() bool { return c.more.Load() }

// Build rebuilds every document and publishes what differs, whatever the hints
// have said, and whichever process leads, until nothing is left to be done. Of
// the stations whose ids are in accept, also what has lost most of its articles is
// published. Each is called when a station is done, one call at a time. The error
// joins those of the stations that failed.
func (c *Conductor) Build(ctx context.Context, accept []string, each func(Report)) error {
	return c.buildAll(ctx, each, func() error {
		for _, d := range c.desks {
			w := d.mark()
			w.Everything, w.Accepted = true, slices.Contains(accept, d.station.ID)
		}
		return nil
	})
}

// buildAll makes passes of Build until nothing is left to be done.
func (c *Conductor) buildAll(ctx context.Context, each func(Report), mark func() error) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	reports, complete := map[*network.Station]Report{}, map[*network.Station]bool{}
	done := func(r *result) {
		report := reports[r.Station]
		report.Changed += r.Changed
		report.Published = report.Published || r.Published
		report.Station, report.Edition, report.Late, report.Err = r.Station, r.Edition, r.Late, r.Err
		report.Empty, report.Elsewhere = cmp.Or(r.Empty, report.Empty), r.Elsewhere
		reports[r.Station] = report
		if !complete[r.Station] && (r.Err != nil || r.outcome.Done()) {
			complete[r.Station] = true
			each(report)
		}
	}
	c.more.Store(false)
	err = c.pass(ctx, true, mark, done)
	for c.More() {
		err = errors.Join(err, c.pass(ctx, true, func() error { return nil }, done))
	}
	return err
}

// Tasks returns the tasks that refresh and audit, each with that deadline. Either
// has refreshes follow at once until no backlog is left.
func (c *Conductor) Tasks(log *slog.Logger, deadline time.Duration) (refresh, audit *Task) {
	of := ""
	if c.name != "" {
		of = " " + c.name
	}
	then := func(run func(context.Context) error) func(context.Context) error {
		return func(ctx context.Context) error {
			err := run(ctx)
			if c.More() {
				refresh.Trigger(ByBacklog)
			}
			return err
		}
	}
	refresh = NewTask(log, "refresh"+of, deadline, then(c.Refresh))
	c.mu.Lock()
	c.trigger = func() { refresh.Trigger(ByOffer) }
	c.mu.Unlock()
	return refresh, NewTask(log, "audit"+of, deadline, then(c.Audit))
}

// run makes a pass when no other method runs.
func (c *Conductor) run(ctx context.Context, mark func() error) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err = c.pass(ctx, false, mark, func(*result) {}); err != nil && ctx.Err() == nil {
		return notedError{err}
	}
	return err
}

// pass marks what has changed, and what mark adds, and rebuilds that. What mark
// could not look at does not hold up the rest. A station that fails is not tried
// again before the backlog of the others is done. A pass of Build builds all
// stations.
func (c *Conductor) pass(ctx context.Context, build bool, mark func() error, done func(*result)) error {
	defer c.noteDue()
	c.building, c.alone = build, build
	for _, d := range c.desks {
		d.asked, d.held = false, d.held && c.More()
	}
	c.more.Store(false)
	account, began := noteOf(ctx), time.Now()
	err := c.markChanges(ctx)
	account.phase("look", began)
	if err != nil {
		c.offerNothing(ctx, err)
		return err
	}
	err = mark()
	began = time.Now()
	err = errors.Join(err, c.rebuild(ctx, done))
	account.phase("build", began)
	c.more.Store(len(c.dirty()) > 0 && ctx.Err() == nil)
	return err
}

// acquire waits until no other method runs.
func (c *Conductor) acquire(ctx context.Context) (release func(), err error) {
	select {
	case c.running <- struct{}{}:
		return func() { <-c.running }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
