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
	"hash/maphash"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Snapshot is the content store as it was at one moment: all answers agree.
type Snapshot interface {
	// Time returns the moment by the store's clock.
	Time() time.Time
	// Changes yields what has changed after since; repeated hints are allowed. An
	// error ends it.
	Changes(ctx context.Context, since time.Time) iter.Seq2[article.Change, error]
	// Next returns when time alone changes what readers see; zero: never.
	Next(ctx context.Context) (time.Time, error)
	// Latest returns the newest visible articles of the stations, newest first;
	// with a channel, those that are in the channel of that id.
	Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error)
	// Months returns the months in which the station has articles, newest first.
	Months(ctx context.Context, station string, zone *time.Location) ([]article.Month, error)
	// Listing yields the visible articles first published in [from, to), oldest
	// first, with texts only where there are enclosures.
	Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error]
	// TotalsByMonth returns the totals of a station's months, in their order.
	TotalsByMonth(ctx context.Context, station string, months []article.Month, zone *time.Location) ([]article.Totals, error)
	// Find returns what is known of the articles of these ids, at most 1000; those
	// that the store does not have are absent.
	Find(ctx context.Context, ids []string) ([]article.State, error)
	// Faults returns the rows that the other methods have left out so far,
	// because they can't be articles.
	Faults() []article.RowError
	Close()
}

// Editions is where editions are published and where the current ones are.
type Editions interface {
	Current(station string) (*edition.Edition, bool)
	Publish(ctx context.Context, e *edition.Edition) error
	// Retractions returns which articles have been taken down.
	Retractions() edition.Retractions
	// Retract adds to them. What is published is amended before it returns.
	Retract(ctx context.Context, retractions ...edition.Retraction) error
	// Leads reports whether this process is the one that builds a station. It
	// spares processes each other's work; nothing goes wrong where two lead, or
	// none does for a while.
	Leads(station string) bool
}

// Options tell what the documents are like.
type Options struct {
	Items    int    // in a feed, at most
	FullText bool   // false: feeds carry summaries only
	NewsName string // the publication's name on Google News
	// Sitemaps are the limits of a sitemap; zero: those of package sitemap.
	Sitemaps SitemapLimits
	Robots   []string // lines of robots.txt for all robots, or groups of their own
	// Overlap is how far behind the moment that it is asked for a snapshot looks
	// for changes, as a slow transaction may have hidden some.
	Overlap time.Duration
	// MaxAge is how long a feed goes without being read anew when nothing tells
	// of a change.
	MaxAge time.Duration
	// AuditRate is how many articles a second the audits look at, besides those
	// of this month and the last; 0: none.
	AuditRate int
	// StaleIfError is how long proxies may serve what they have while this
	// server can't be reached; 0: not told.
	StaleIfError time.Duration
	Version      string // the program's; another one builds every edition anew
}

// SitemapLimits are the largest numbers of addresses and bytes in a sitemap.
type SitemapLimits struct {
	URLs  int
	Bytes int64
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
	seed     maphash.Seed
	prepared preparedItems
	// partPages is the constant of that name; tests have fewer articles.
	partPages int

	running chan struct{} // holds a token while a method runs

	mu           sync.Mutex
	logged       map[string]bool // broken rows
	hinted       []Hint
	troubles     map[string]*stationTrouble
	storeTrouble trouble
	known        time.Time
	knownOf      map[string]bool // by station, of those that are led
	wakeAt       time.Time       // see Wake

	// What follows belongs to the method that runs.
	checked  time.Time                              // changes up to then are known; zero: not asked yet
	since    map[string]time.Time                   // by station: the same, of its changes
	upcoming time.Time                              // when an embargo or an article's time ends next, by the store's clock
	ahead    time.Duration                          // by how much the store's clock is ahead of this machine's
	seen     map[uint64]sighting                    // hints that have been followed, by their hash
	runs     int                                    // of methods, so far
	dirty    map[string]*dirt                       // by station: what has to be rebuilt
	due      map[string]time.Time                   // by station: when its news sitemap changes by the clock
	read     map[string]time.Time                   // by station: when all of its feeds were last read
	later    map[string]map[article.Month]time.Time // by station: when months, and feeds as the zero month, change by the clock
	led      map[string]bool                        // by station: it is built here, see Editions.Leads
	alone    bool                                   // this run builds all stations
	asked    map[string]bool                        // stations that this run builds because somebody has asked for it
	taken    edition.Retractions                    // that have been followed
	audits   audits
	memory   map[string]*memory // by station, of all
}

// NewConductor returns a conductor. Snapshot opens a snapshot of the content
// store.
func NewConductor(log *slog.Logger, n *network.Network, snapshot func(context.Context) (Snapshot, error), editions Editions, options Options) *Conductor {
	build := options
	build.Overlap, build.MaxAge, build.AuditRate = 0, 0, 0 // no document depends on them
	c := &Conductor{
		log: log, network: n, snapshot: snapshot, editions: editions, options: options,
		build: fingerprint(n, build), seed: maphash.MakeSeed(), partPages: partPages,
		running: make(chan struct{}, 1),
		since:   map[string]time.Time{}, seen: map[uint64]sighting{}, dirty: map[string]*dirt{}, due: map[string]time.Time{},
		read: map[string]time.Time{}, later: map[string]map[article.Month]time.Time{}, memory: map[string]*memory{}, led: map[string]bool{}, asked: map[string]bool{}, logged: map[string]bool{}, troubles: map[string]*stationTrouble{},
	}
	for _, station := range n.Stations {
		c.memory[station.ID], c.troubles[station.ID] = new(memory), new(stationTrouble)
	}
	return c
}

// Refresh rebuilds what has changed since the last refresh, and at the first
// one every edition that another version or configuration has built. The error
// joins those of the stations that failed.
func (c *Conductor) Refresh(ctx context.Context) error {
	return c.run(ctx, func() error { return nil }, func(Report) {})
}

// Build rebuilds every document and publishes what differs, whatever the hints
// have said, and whichever process leads. Of the stations whose ids are in
// accept, also what has lost most of its articles is published. Each is called
// when a station is done, one call at a time. The error joins those of the
// stations that failed.
func (c *Conductor) Build(ctx context.Context, accept []string, each func(Report)) error {
	return c.run(ctx, func() error {
		c.alone = true
		for _, station := range c.network.Stations {
			c.led[station.ID] = true
			d := c.mark(station)
			d.everything, d.accepted = true, slices.Contains(accept, station.ID)
		}
		return nil
	}, each)
}

// run marks what has changed, and what mark adds, and rebuilds that. What mark
// could not look at does not hold up the rest.
func (c *Conductor) run(ctx context.Context, mark func() error, each func(Report)) error {
	release, err := c.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	defer c.noteDue()
	c.alone = false
	c.runs++
	clear(c.asked)
	if err := c.markChanges(ctx); err != nil {
		return err
	}
	err = mark()
	return errors.Join(err, c.rebuild(ctx, each))
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

// fingerprint identifies what the documents depend on besides the articles.
func fingerprint(n *network.Network, options Options) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %+v %q\n", n.Name, options, options.Robots)
	for _, s := range n.Stations {
		fmt.Fprintf(h, "%q %q %q %q %q %q %q %q %q %q %t %+v\n", s.ID, s.Name, s.URL, s.Description, s.Email,
			s.Language, s.Zone, s.Icon, s.Logo, s.Rights, s.All, s.Channels)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
