package press

import (
	"bytes"
	"context"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
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
// edition in every process.
func Redact(n *network.Network, e *edition.Edition, retractions edition.Retractions) *edition.Edition {
	station, ok := n.Station(e.Station())
	if !ok {
		return e
	}
	hidden := map[string]time.Time{}
	for id, one := range retractions {
		// What has been taken down is so wherever it is, whichever station was named.
		if one.Hides(e.Watermark()) && (one.State == edition.Held || station.All || one.Station == station.ID) {
			hidden[id] = one.At
		}
	}
	return Withdraw(station, e, hidden)
}

// Withdraw returns the edition that follows one without some articles, given with
// the moments at which they were withdrawn, by their ids: the edition itself where
// it shows none of them. A document of which can't be said what it shows is left
// out: better than to serve what has been withdrawn.
func Withdraw(station *network.Station, e *edition.Edition, articles map[string]time.Time) *edition.Edition {
	if len(articles) == 0 {
		return e
	}
	r := &redaction{gone: map[string]bool{}}
	for id := range articles {
		r.gone[OneLine(id)] = true
	}
	var err error
	r.Places, err = Locate(e, r.gone, func(article.Month) bool { return true })
	if err == nil && len(r.IDs) == 0 {
		return e
	}
	for id, at := range articles { // the documents change when the last of those is withdrawn that they have
		if (err != nil || r.IDs[OneLine(id)]) && at.After(r.at) {
			r.at = at
		}
	}
	r.draft = &draft{
		station: station, asOf: r.at, current: e, advice: edition.DefaultAdvice,
		documents: maps.Collect(e.All()), records: maps.Collect(e.Records()),
	}
	if index, ok := e.Document(network.IndexPath); ok {
		r.advice.StaleIfError = index.Advice().StaleIfError
	}
	if err != nil {
		r.dropFeeds()
	}
	return r.apply()
}

// redaction is an edition that loses articles.
type redaction struct {
	*draft
	gone map[string]bool // ids, in one line
	Places
	at   time.Time       // when the articles were withdrawn
	locs map[string]bool // of the sitemaps' pages that go
}

// dropFeeds leaves out what may show any article: all feeds, and the news.
func (r *redaction) dropFeeds() {
	delete(r.records, feedsRecord)
	maps.DeleteFunc(r.documents, func(path string, _ *edition.Document) bool {
		return isFeed(path) || network.IsSitemap(path) && path != network.IndexPath && !IsShard(path)
	})
}

func isFeed(path string) bool {
	return slices.ContainsFunc(network.Formats(), func(f network.Format) bool { return strings.HasSuffix(path, "/"+string(f)) })
}

// apply returns the edition that follows.
func (r *redaction) apply() *edition.Edition {
	e := r.current
	r.locs = map[string]bool{}
	for _, path := range r.Shards {
		r.redactShard(path)
	}
	for channel := range r.Feeds {
		r.redactFeed(channel)
	}
	if len(r.Feeds) > 0 {
		r.redactRecord()
	}
	r.redactNews()
	if len(r.Shards) > 0 && r.baidu() != nil {
		delete(r.documents, network.BaiduPath)
	}
	if r.index() != nil {
		delete(r.documents, network.IndexPath)
	}
	redacted := edition.New(e.Station(), e.Number()+1, e.Watermark().Add(time.Millisecond), e.Build(), r.documents)
	return redacted.At(e.URL()).WithRecords(r.records).WithPending(e.Pending()).Following(e)
}

// redactShard takes the pages out of a month's sitemap; one without a page goes.
func (r *redaction) redactShard(path string) {
	ids, at := RecordIDs(r.records[path]), 0
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
	if !r.redactSitemap(path, gone) || at != len(ids) {
		delete(r.documents, path)
		delete(r.records, path)
		return
	}
	w := edition.NewWriter(recordType)
	for _, id := range left {
		writeLine(w, id)
	}
	r.addRecord(path, contentOf(w), len(left))
}

// redactSitemap takes pages out of a sitemap and reports whether any is left.
func (r *redaction) redactSitemap(path string, gone func(loc string) bool) bool {
	document := r.documents[path]
	if document == nil {
		return false
	}
	w := edition.NewWriter(sitemap.ContentType)
	left, err := sitemap.Remove(w, read(document), gone)
	content := contentOf(w)
	if err != nil || left == 0 {
		return false
	}
	r.addContent(path, content, left, time.Time{})
	return true
}

// read returns a reader of a document without encoding.
func read(document *edition.Document) io.Reader {
	return bytes.NewReader(document.Body())
}

// redactNews takes the pages out of the Google News sitemaps. Where none is left
// it names the home page, as one without articles does.
func (r *redaction) redactNews() {
	left := 0
	for n := 1; r.documents[network.NewsPath(n)] != nil; n++ {
		path := network.NewsPath(n)
		// A month that has yet to be built does not tell its pages; the feeds do.
		if r.redactSitemap(path, func(loc string) bool { return r.locs[loc] || r.GUIDs[loc] }) {
			left++
		} else {
			delete(r.documents, path)
		}
	}
	if r.documents[network.NewsPath(1)] == nil {
		home := []sitemap.URL{{Loc: r.station.Address("/")}}
		if _, err := r.addSitemaps(sequence(home), sitemap.Options{News: true}, network.NewsPath); err != nil {
			delete(r.documents, network.NewsPath(1))
		}
	}
}

// redactFeed takes the articles out of a feed, in all formats.
func (r *redaction) redactFeed(channel string) {
	for _, format := range formats {
		path := network.FeedPath(channel, format.name)
		document := r.documents[path]
		if document == nil {
			continue
		}
		body, removed := document.Body(), 0
		revised, err := edition.Revision{
			MediaType: format.mediaType, AsOf: r.at, Advice: document.Advice(), Items: document.Items(),
			Render: func(modified time.Time) (rest []byte, err error) {
				rest, removed, err = feed.Remove(format.mediaType, body, func(guid string) bool { return r.GUIDs[guid] }, modified.In(r.station.Zone))
				return rest, err
			},
		}.Revise(document)
		if err != nil {
			delete(r.documents, path)
			continue
		}
		r.documents[path] = revised.Carrying(document.Items() - removed)
	}
}

// redactRecord takes the articles out of the record of the feeds.
func (r *redaction) redactRecord() {
	lines, err := FeedLines(r.current)
	if err != nil {
		return
	}
	w := edition.NewWriter(recordType)
	n := 0
	for _, channel := range slices.Sorted(maps.Keys(lines)) {
		for _, line := range lines[channel] {
			if !r.gone[line.ID] {
				writeLine(w, channel, line.ID, line.GUID)
				n++
			}
		}
	}
	r.addRecord(feedsRecord, contentOf(w), n)
}
