// Package jobs is the conductor: what runs when. A refresh asks the content
// store what has changed and rebuilds the editions it touches, an audit
// compares everything with the store; both publish what differs, and nothing
// else. Task and Timetable run them on schedules.
package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Snapshot is the content store as it was at one moment: all answers agree.
type Snapshot interface {
	// Time returns the moment by the store's clock.
	Time() time.Time
	// Changes returns what has changed after since; repeated hints are allowed.
	Changes(ctx context.Context, since time.Time) ([]article.Change, error)
	// Latest returns the newest visible articles of the stations, newest first;
	// with a channel, those that are in the channel of that id.
	Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error)
	// Months returns the months in which the station has articles, newest first.
	Months(ctx context.Context, station string, zone *time.Location) ([]article.Month, error)
	// Listing yields the visible articles first published in [from, to), oldest
	// first, without their texts.
	Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error]
	Close()
}

// Editions is where editions are published and where the current ones are.
type Editions interface {
	Current(station string) (*edition.Edition, bool)
	Publish(ctx context.Context, e *edition.Edition) error
}

// Options tell what the documents are like.
type Options struct {
	Items    int    // in a feed, at most
	FullText bool   // false: feeds carry summaries only
	NewsName string // the publication's name on Google News
	// StaleIfError is how long proxies may serve what they have while this
	// server can't be reached; 0: not told.
	StaleIfError time.Duration
	Version      string // the program's; another one builds every edition anew
}

// Conductor builds editions from the content store and publishes them. Its
// methods may be called at any time; one of them runs at a time.
type Conductor struct {
	log      *slog.Logger
	network  *network.Network
	snapshot func(context.Context) (Snapshot, error)
	editions Editions
	options  Options
	build    string // what the documents depend on besides the articles

	running chan struct{} // holds a token while a method runs

	// What follows belongs to the method that runs.
	checked time.Time             // changes up to then are known; zero: not asked yet
	seen    map[sighting]struct{} // hints of the store's overlap that have been followed
	dirty   map[string]*dirt      // by station: what has to be rebuilt
	due     map[string]time.Time  // by station: when its news sitemap changes by the clock
}

type sighting struct {
	id string
	at int64
}

// NewConductor returns a conductor. Snapshot opens a snapshot of the content
// store.
func NewConductor(log *slog.Logger, n *network.Network, snapshot func(context.Context) (Snapshot, error), editions Editions, options Options) *Conductor {
	return &Conductor{
		log: log, network: n, snapshot: snapshot, editions: editions, options: options,
		build:   fingerprint(n, options),
		running: make(chan struct{}, 1),
		seen:    map[sighting]struct{}{}, dirty: map[string]*dirt{}, due: map[string]time.Time{},
	}
}

// parallel is how many stations are built at the same time: their work is
// rendering and compressing, and the content store has other customers.
const parallel = 2

// Report is what became of one station.
type Report struct {
	Station   *network.Station
	Edition   *edition.Edition // the current one; nil if there is none
	Changed   int              // documents that were not so in the edition before
	Published bool
	Err       error

	lost bool // another process published a later edition
}

// Refresh rebuilds what has changed since the last refresh, and at the first
// one every edition that another version or configuration has built. The error
// joins those of the stations that failed.
func (c *Conductor) Refresh(ctx context.Context) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := c.markChanges(ctx); err != nil {
		return err
	}
	var faults []error
	c.rebuild(ctx, func(r Report) { faults = append(faults, r.Err) })
	return errors.Join(faults...)
}

// Audit compares everything with the content store: it rebuilds every document
// and publishes what differs, whatever the hints have said. Each, which may be
// nil, is called when a station is done, one call at a time. The error joins
// those of the stations that failed.
func (c *Conductor) Audit(ctx context.Context, each func(Report)) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	for _, station := range c.network.Stations {
		c.mark(station).everything = true
	}
	var faults []error
	c.rebuild(ctx, func(r Report) {
		faults = append(faults, r.Err)
		if each != nil {
			each(r)
		}
	})
	return errors.Join(faults...)
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

// rebuild builds and publishes the dirty stations. One that fails stays dirty
// and keeps its edition; the others are not held up.
func (c *Conductor) rebuild(ctx context.Context, each func(Report)) {
	type result struct {
		Report
		due time.Time
	}
	results := make(chan result)
	var builds errgroup.Group
	builds.SetLimit(parallel)
	work := maps.Clone(c.dirty)
	go func() {
		for _, station := range c.network.Stations {
			d, ok := work[station.ID]
			if !ok {
				continue
			}
			builds.Go(func() error {
				report, due := c.station(ctx, station, d)
				results <- result{report, due}
				return nil
			})
		}
		_ = builds.Wait() // each build reports its own error
		close(results)
	}()
	for r := range results {
		if r.Err == nil && !r.lost {
			delete(c.dirty, r.Station.ID)
			c.due[r.Station.ID] = r.due
		}
		each(r.Report)
	}
}

// station builds the station's next edition from one snapshot and publishes it
// if it differs. It returns when the edition changes by the clock alone.
func (c *Conductor) station(ctx context.Context, station *network.Station, d *dirt) (r Report, due time.Time) {
	r.Station = station
	defer func() {
		// A poisonous article must not take the other stations along.
		if fault := recover(); fault != nil {
			r.Err = fmt.Errorf("station %s: %w", station.ID, &panicError{fault, debug.Stack()})
		}
	}()
	current, _ := c.editions.Current(station.ID)
	r.Edition = current
	next, due, err := c.next(ctx, station, current, d)
	if err != nil {
		r.Err = fmt.Errorf("station %s: %w", station.ID, err)
		return r, due
	}
	r.Changed = changed(current, next)
	if current != nil && current.Equal(next) && current.Build() == next.Build() {
		return r, due
	}
	err = c.editions.Publish(ctx, next)
	if errors.Is(err, edition.ErrStale) {
		// Another process was quicker: its edition is served now, and this
		// station stays dirty until a snapshot of ours is later.
		c.log.DebugContext(ctx, "edition not published", "station", station.ID, "err", err)
		r.lost = true
		return r, due
	}
	if err != nil {
		r.Err = fmt.Errorf("station %s: %w", station.ID, err)
		return r, due
	}
	r.Edition, _ = c.editions.Current(station.ID)
	r.Published = true
	return r, due
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

// fingerprint identifies what the documents depend on besides the articles.
func fingerprint(n *network.Network, options Options) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %+v\n", n.Name, options)
	for _, s := range n.Stations {
		fmt.Fprintf(h, "%q %q %q %q %q %q %q %q %q %q %t %+v\n", s.ID, s.Name, s.URL, s.Description, s.Email,
			s.Language, s.Zone, s.Icon, s.Logo, s.Rights, s.All, s.Channels)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
