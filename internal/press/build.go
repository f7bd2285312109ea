package press

import (
	"context"
	"errors"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Order is what an edition is built from, besides the press.
type Order struct {
	Station     *network.Station
	Snapshot    Snapshot
	Origin      edition.Origin   // of the snapshot
	Previous    *edition.Edition // the one that it follows; nil: none
	Work        *Work
	Memory      Memory              // of the build before; the zero Memory: none
	Retractions edition.Retractions // what no edition may show
	// Editions returns the current edition of another station, of whose articles a
	// feed may have some. It may be nil.
	Editions func(station string) (*edition.Edition, bool)
	// Offers are what other content stores have for the feeds of a station with all
	// articles.
	Offers []*Offer
	// Enough reports whether old months that have not been reached wait for the
	// next build, so that what is new does not wait for them.
	Enough func() bool
}

// Outcome is what a build has found out besides the edition.
type Outcome struct {
	Due     time.Time          // when the edition changes by the clock alone; zero: never
	Pending []article.Month    // that were not reached
	LeftOut []article.RowError // that no feed can carry; column "feed"
	// Withdrawn are the articles of the previous edition that the content
	// store calls withdrawn, drafts or expired, where the gate keeps the next
	// one from being published.
	Withdrawn []article.State
	// Returned are the articles, by month, that were withdrawn and are back with an
	// older row, of the months that were looked at: they stay withdrawn. Back are those
	// whose rows had gone.
	Returned map[article.Month][]string
	Back     []string
	Settled  map[string]bool // addresses that another month names than before, because of other articles
	Cut      []Cut
	Archives bool   // some are left for the next build
	Memory   Memory // for the next build
}

// Done reports whether nothing is left for the next build.
func (o *Outcome) Done() bool { return len(o.Pending) == 0 && !o.Archives }

// Cut is a feed that does not have all articles of its window.
type Cut struct {
	Path     string
	Articles int
	Since    time.Time // publication of the oldest
	Wanted   time.Time
}

// Memory is what a build has found out that spares the next one work. A build can
// do without it, and does where somebody else has published since.
type Memory struct {
	feeds map[string]rendered // by channel
	month monthMemory
	list  listMemory
}

// builder builds one edition of one station from one snapshot.
type builder struct {
	*Press
	*draft
	snapshot    Snapshot
	retractions edition.Retractions
	editions    func(station string) (*edition.Edition, bool)
	enough      func() bool
	digests     map[string]uint64           // of the articles of feeds, by id
	items       map[string]*Item            // of these, as far as a feed needs them
	broken      map[string]bool             // articles whose rows no feed can be made from
	guids       map[string]string           // what identifies the articles of feeds to readers, by id; nil: nobody has asked
	holders     map[string]string           // ids of these, by guid
	returned    map[monthOf]map[string]bool // see returnedTo
	gone        map[string]bool             // see Work.Gone
	inFeeds     map[string]edition.Known    // see knownInFeeds
	moved       map[string]bool             // addresses that a month names now, or that it named: false
	readdress   Readdressed                 // of the months that were written
	later       map[string]bool             // addresses that the month under way leaves to later ones; nil: as before
	chains      map[string]*chain           // of the archives of feeds, by channel; nil: feeds have none
	written     int                         // how many archives were written
	outcome     Outcome
}

// Build returns the edition that follows the previous one: equal to it where
// nothing has changed. The error is a *ShrunkError or a
// *ReaddressedError where it must not replace it, which may still lose
// [Outcome.Withdrawn]. The outcome holds either way.
func (p *Press) Build(ctx context.Context, o Order) (*edition.Edition, Outcome, error) {
	b, err := p.builder(ctx, o)
	if err != nil {
		return nil, Outcome{Memory: o.Memory}, err
	}
	err = b.build(ctx, o.Work)
	b.outcome.Memory = b.memory
	if err != nil {
		return nil, b.outcome, err
	}
	e := edition.New(b.station.ID, watermark(b.current, b.asOf), p.Fingerprint(b.station), b.documents).At(b.station.URL)
	e = e.WithContents(b.contents).WithPending(b.outcome.Pending).From(o.Origin).InZone(b.station.Zone.String()).Following(b.current)
	return e, b.outcome, b.gate(ctx, e, o.Work)
}

// builder returns what builds an edition.
func (p *Press) builder(ctx context.Context, o Order) (*builder, error) {
	snapshot, err := withhold(ctx, gather(p.network, o.Snapshot, o.Offers), o.Retractions)
	if err != nil {
		return nil, err
	}
	b := &builder{
		Press: p,
		draft: &draft{
			station: o.Station, current: o.Previous, asOf: o.Snapshot.Time(), everything: o.Work.Everything,
			headers: p.headers(), listed: p.options.Sitemaps.List, documents: map[string]*edition.Document{}, contents: map[string]*edition.Document{},
		},
		snapshot: snapshot, retractions: o.Retractions, editions: o.Editions, enough: o.Enough, digests: map[string]uint64{}, items: map[string]*Item{}, broken: map[string]bool{},
	}
	b.gone = o.Work.Gone
	if b.archives() {
		b.chains = b.chainsBefore()
	}
	if !o.Work.Everything { // where nothing is taken on trust
		b.memory = o.Memory
	}
	b.memory.feeds = maps.Clone(b.memory.feeds)
	return b, nil
}

// build adds all documents. The feeds are rendered while the sitemaps are read.
func (b *builder) build(ctx context.Context, work *Work) error {
	changed, err := b.readFeeds(ctx, work)
	if err != nil {
		return err
	}
	var feeds map[string]*edition.Document
	var rendering errgroup.Group
	rendering.Go(func() error {
		return Recovered(func() (err error) {
			feeds, err = b.renderFeeds(changed)
			return err
		})
	})
	sitemaps := Recovered(func() error { return b.sitemaps(ctx, work) })
	if err := errors.Join(rendering.Wait(), sitemaps); err != nil {
		return err
	}
	maps.Copy(b.documents, feeds)
	for i := range changed {
		b.addFeedContents(&changed[i])
	}
	b.noteWindows()
	return errors.Join(b.addArchives(ctx, work), b.standing(), b.addDirectory())
}

// watermark is the snapshot's time, but later than that of the current edition,
// which was read before: a clock that was ahead once must not hold up every
// edition until it is reached again.
func watermark(current *edition.Edition, asOf time.Time) time.Time {
	if current == nil || asOf.After(current.Watermark()) {
		return asOf
	}
	return current.Watermark().Add(time.Millisecond)
}

// readdressed reports whether the station has another address than when the
// current edition was built, so that none of its sitemaps can be kept, or another
// time zone, so that an article may be of another month.
func (b *builder) readdressed() bool {
	return b.current != nil && (b.current.URL() != b.station.URL || rezoned(b.current, b.station))
}

// rezoned reports whether a station has another time zone than when an edition was
// built.
func rezoned(e *edition.Edition, station *network.Station) bool {
	return e.Zone() != "" && e.Zone() != station.Zone.String()
}

// changed is when the article last changed. Where that is yet to come, as the
// content store's clock has been set back, that of publication stands in for it.
func (b *builder) changed(a *article.Article) time.Time {
	if a.Updated.After(b.asOf) {
		return a.Published
	}
	return a.Updated
}
