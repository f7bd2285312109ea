package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// builder builds one edition of one station from one snapshot.
type builder struct {
	*Conductor
	station    *network.Station
	snapshot   Snapshot
	asOf       time.Time        // of the snapshot
	current    *edition.Edition // nil: there is none
	memory     *memory
	everything bool // is built anew, so that nothing tells when it changed
	accepted   bool // however little is left

	retractions edition.Retractions
	started     time.Time
	documents   map[string]*edition.Document
	records     map[string]*edition.Document // see records.go

	later      map[article.Month]time.Time // when what changes by the clock, see Conductor.later
	usableHost string                      // the last that usable found to be a host
}

// memory is what one build of a station has found out that spares the next one
// work. A build can do without it, and does where somebody else has published
// since.
type memory struct {
	feeds     map[string]rendered // by channel
	month     monthInParts
	addresses map[edition.Hash]*addressPiece // by sitemap
}

// next returns the edition that follows the current one.
func (c *Conductor) next(ctx context.Context, r *result) (*edition.Edition, error) {
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	retractions := c.editions.Retractions()
	b := &builder{
		Conductor: c, station: r.station, snapshot: withhold(snapshot, retractions), asOf: snapshot.Time(), retractions: retractions,
		current: r.edition, memory: c.memory[r.station.ID], everything: r.work.everything, accepted: r.work.accepted, started: time.Now(),
		documents: map[string]*edition.Document{}, records: map[string]*edition.Document{}, later: map[article.Month]time.Time{},
	}
	if r.work.everything {
		*b.memory = memory{} // nothing is taken on trust
	}
	err = b.build(ctx, r)
	r.later = b.later
	c.logFaults(snapshot.Faults())
	if err != nil {
		return nil, err
	}
	number := int64(1)
	if b.current != nil {
		number = b.current.Number() + 1
	}
	e := edition.New(r.station.ID, number, watermark(b.current, b.asOf), c.build, b.documents)
	return e.WithRecords(b.records).WithPending(r.left).Following(b.current), b.gate(ctx, e, r.work)
}

// build adds all documents. The feeds are rendered while the sitemaps are read.
func (b *builder) build(ctx context.Context, r *result) error {
	changed, err := b.readFeeds(ctx, r.work)
	if err != nil {
		return err
	}
	var feeds map[string]*edition.Document
	var rendering errgroup.Group
	rendering.Go(func() error {
		return recovered(func() (err error) {
			feeds, err = b.renderFeeds(changed)
			return err
		})
	})
	sitemaps := recovered(func() error { return b.sitemaps(ctx, r) })
	if err := errors.Join(rendering.Wait(), sitemaps); err != nil {
		return err
	}
	maps.Copy(b.documents, feeds)
	return errors.Join(b.recordFeeds(changed), b.robots(), b.opml())
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
		c.log.Warn("article left out", "id", fault.ID, "column", fault.Column, "err", fault.Err)
	}
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

// addBody adds a document that does not print when it changed.
func (b *builder) addBody(path, mediaType string, body []byte, newest time.Time) error {
	document, err := edition.Revision{
		MediaType: mediaType, Newest: newest, AsOf: b.asOf, Advice: b.advice(),
		Render: func(time.Time) ([]byte, error) { return body, nil },
	}.Revise(b.previous(path))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	b.documents[path] = document
	return nil
}

// addContent does so with content that is compressed already, of so many
// articles.
func (b *builder) addContent(path string, content *edition.Content, items int, newest time.Time) {
	if b.appears(path, newest) {
		newest = b.asOf
	}
	revision := edition.Revision{Newest: newest, AsOf: b.asOf, Items: items, Advice: b.advice()}
	if b.current != nil {
		revision.Since = b.current.Watermark()
	}
	b.documents[path] = revision.Settle(content, b.previous(path))
}

// appears reports whether a sitemap is there now that was not before, though its
// articles are older than that: they have been imported, are back, or were in
// another file. That, then, is when it changed.
func (b *builder) appears(path string, newest time.Time) bool {
	month, _, ok := network.ParseShardPath(path)
	pending := ok && b.current != nil && slices.Contains(b.current.Pending(), month)
	return b.current != nil && !b.everything && b.previous(path) == nil && !pending && !newest.After(b.current.Watermark())
}

func (b *builder) previous(path string) *edition.Document {
	if b.current == nil {
		return nil
	}
	d, _ := b.current.Document(path)
	return d
}

// readdressed reports whether the station has another address than when the
// current edition was built, so that none of its sitemaps can be kept.
func (b *builder) readdressed() bool {
	robots := b.previous(network.RobotsPath)
	return robots != nil && !bytes.Contains(robots.Body(), []byte("Sitemap: "+b.station.Address(network.IndexPath)+"\n"))
}

// changed is when the article last changed. Until a time in the future has come,
// that of publication stands in for it, and the build notes when that is.
func (b *builder) changed(a *article.Article) time.Time {
	if !a.Updated.After(b.asOf) {
		return a.Updated
	}
	var month article.Month // zero: only the feeds, of an article of another station
	if a.Station == b.station.ID {
		month = article.MonthOf(a.Published, b.station.Zone)
	}
	if at, ok := b.later[month]; !ok || a.Updated.Before(at) {
		b.later[month] = a.Updated
	}
	return a.Published
}
