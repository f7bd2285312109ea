package jobs

import (
	"bytes"
	"context"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// withheld is a snapshot without the articles that have been taken down.
type withheld struct {
	Snapshot
	ids map[string]bool
}

func withhold(s Snapshot, retractions edition.Retractions) Snapshot {
	ids := map[string]bool{}
	for id, r := range retractions {
		if r.State == edition.Held {
			ids[id] = true
		}
	}
	if len(ids) == 0 {
		return s
	}
	return withheld{s, ids}
}

func (s withheld) Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error) {
	articles, err := s.Snapshot.Latest(ctx, stations, channel, limit+len(s.ids))
	articles = slices.DeleteFunc(articles, func(a article.Article) bool { return s.ids[a.ID] })
	return articles[:min(len(articles), limit)], err
}

func (s withheld) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for a, err := range s.Snapshot.Listing(ctx, station, from, to) {
			if err == nil && s.ids[a.ID] {
				continue
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

// Redact returns an edition without the articles that it may not show: itself
// where it shows none of them. It needs no content store, and gives the same
// edition in every process. A document that can't be read is left out: better
// than to serve what has been taken down.
func Redact(n *network.Network, e *edition.Edition, retractions edition.Retractions) *edition.Edition {
	station, ok := n.Station(e.Station())
	if !ok {
		return e
	}
	r := &redaction{edition: e, gone: map[string]bool{}}
	for id, one := range retractions {
		// What has been taken down is so wherever it is, whichever station was named.
		if one.Hides(e.Watermark()) && (one.State == edition.Held || station.All || one.Station == station.ID) {
			r.gone[oneLine(id)] = true
		}
	}
	if len(r.gone) == 0 {
		return e
	}
	var err error
	if r.places, err = locate(e, r.gone, func(article.Month) bool { return true }); err != nil || len(r.ids) == 0 {
		return e // the records are ours: they can be read
	}
	for id, one := range retractions { // the documents change when the last of those is taken down that they have
		if r.ids[oneLine(id)] && one.At.After(r.at) {
			r.at = one.At
		}
	}
	return r.apply(n, station)
}

// redaction is an edition that loses articles.
type redaction struct {
	edition *edition.Edition
	gone    map[string]bool // ids, in one line
	places
	at   time.Time       // when the articles were taken down
	locs map[string]bool // of the sitemaps' pages that go
}

// apply returns the edition that follows.
func (r *redaction) apply(n *network.Network, station *network.Station) *edition.Edition {
	e := r.edition
	b := &builder{
		Conductor: &Conductor{network: n}, station: station, asOf: r.at, current: e, memory: new(memory),
		documents: maps.Collect(e.All()), records: maps.Collect(e.Records()),
	}
	if index, ok := e.Document(network.IndexPath); ok {
		b.options.StaleIfError = index.Advice().StaleIfError
	}
	r.locs = map[string]bool{}
	for _, path := range r.shards {
		r.redactShard(b, path)
	}
	for channel := range r.feeds {
		r.redactFeed(b, channel)
	}
	if len(r.feeds) > 0 {
		r.redactRecord(b)
	}
	r.redactNews(b)
	if len(r.shards) > 0 && b.baidu() != nil {
		delete(b.documents, network.BaiduPath)
	}
	if b.index() != nil {
		delete(b.documents, network.IndexPath)
	}
	redacted := edition.New(e.Station(), e.Number()+1, e.Watermark().Add(time.Millisecond), e.Build(), b.documents)
	return redacted.WithRecords(b.records).WithPending(e.Pending()).Following(e)
}

// redactShard takes the pages out of a month's sitemap; one without a page goes.
func (r *redaction) redactShard(b *builder, path string) {
	ids, at := recordIDs(b.records[path]), 0
	var left []string
	gone := func(loc string) bool {
		id := ""
		if at < len(ids) {
			id = ids[at]
		}
		at++
		if r.gone[id] {
			r.locs[loc] = true
			return true
		}
		left = append(left, id)
		return false
	}
	if !r.redactSitemap(b, path, gone) || at != len(ids) {
		delete(b.documents, path)
		delete(b.records, path)
		return
	}
	w := edition.NewWriter(recordType)
	for _, id := range left {
		writeLine(w, id)
	}
	b.addRecord(path, contentOf(w), len(left))
}

// redactSitemap takes pages out of a sitemap and reports whether any is left.
func (r *redaction) redactSitemap(b *builder, path string, gone func(loc string) bool) bool {
	document := b.documents[path]
	if document == nil {
		return false
	}
	w := edition.NewWriter(sitemap.ContentType)
	left, err := sitemap.Remove(w, read(document), gone)
	content := contentOf(w)
	if err != nil || left == 0 {
		return false
	}
	b.addContent(path, content, left, time.Time{})
	return true
}

// read returns a reader of a document without encoding.
func read(document *edition.Document) io.Reader {
	return bytes.NewReader(document.Body())
}

// redactNews takes the pages out of the Google News sitemaps. Where none is left
// it names the home page, as one without articles does.
func (r *redaction) redactNews(b *builder) {
	left := 0
	for n := 1; b.documents[network.NewsPath(n)] != nil; n++ {
		path := network.NewsPath(n)
		// A month that has yet to be built does not tell its pages; the feeds do.
		if r.redactSitemap(b, path, func(loc string) bool { return r.locs[loc] || r.guids[loc] }) {
			left++
		} else {
			delete(b.documents, path)
		}
	}
	if b.documents[network.NewsPath(1)] == nil {
		home := []sitemap.URL{{Loc: b.station.Address("/")}}
		if _, err := b.addSitemaps(sequence(home), sitemap.Options{News: true}, network.NewsPath); err != nil {
			delete(b.documents, network.NewsPath(1))
		}
	}
}

// redactFeed takes the articles out of a feed, in all formats.
func (r *redaction) redactFeed(b *builder, channel string) {
	for _, format := range formats {
		path := network.FeedPath(channel, format.name)
		document := b.documents[path]
		if document == nil {
			continue
		}
		body, removed := document.Body(), 0
		revised, err := edition.Revision{
			MediaType: format.mediaType, AsOf: r.at, Advice: document.Advice(), Items: document.Items(),
			Render: func(modified time.Time) (rest []byte, err error) {
				rest, removed, err = feed.Remove(format.mediaType, body, func(guid string) bool { return r.guids[guid] }, modified.In(b.station.Zone))
				return rest, err
			},
		}.Revise(document)
		if err != nil {
			delete(b.documents, path)
			continue
		}
		b.documents[path] = revised.Carrying(document.Items() - removed)
	}
}

// redactRecord takes the articles out of the record of the feeds.
func (r *redaction) redactRecord(b *builder) {
	lines, err := feedLines(r.edition)
	if err != nil {
		return
	}
	w := edition.NewWriter(recordType)
	n := 0
	for _, channel := range slices.Sorted(maps.Keys(lines)) {
		for _, line := range lines[channel] {
			if !r.gone[line.id] {
				writeLine(w, channel, line.id, line.guid)
				n++
			}
		}
	}
	b.addRecord(feedsRecord, contentOf(w), n)
}
