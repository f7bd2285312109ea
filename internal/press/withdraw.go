package press

import (
	"bytes"
	"errors"
	"maps"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// Redact returns an edition without the articles that it may not show: itself
// where it shows none of them. It needs no content store, and gives the same
// edition in every process.
func Redact(n *network.Network, e *edition.Edition, retractions edition.Retractions) *edition.Edition {
	station, ok := n.Station(e.Station())
	if !ok {
		return e
	}
	down := edition.Retractions{}
	for id, one := range retractions {
		if one.Down() { // wherever it is: an id is unique
			down[id] = one
		}
	}
	return Withdraw(n, station, e, down)
}

// Withdraw returns the edition that follows one without the articles of
// retractions, of whatever state, and without links to them: the edition itself
// where it shows none of them. A document of which can't be said what it shows, or
// that can't be read and shows one, is left out: better than to serve what has been
// withdrawn.
func Withdraw(n *network.Network, station *network.Station, e *edition.Edition, retractions edition.Retractions) *edition.Edition {
	if len(retractions) == 0 {
		return e
	}
	w := &withdrawal{
		stations: n.Stations,
		draft: &draft{
			station: station, current: e, headers: edition.DefaultHeaders,
			documents: maps.Collect(e.All()), contents: maps.Collect(e.AllContents()),
		},
		losses: map[string]*loss{}, hidden: map[string]time.Time{},
	}
	w.findArticles(retractions)
	w.findLinks(retractions)
	if len(w.losses) == 0 {
		return e
	}
	for _, l := range w.losses { // documents change when the last of the articles is withdrawn
		w.asOf = edition.Later(w.asOf, l.linked)
		for id := range l.articles {
			w.asOf = edition.Later(w.asOf, retractions[id].At)
		}
	}
	if w.asOf.IsZero() {
		w.asOf = e.Watermark()
	}
	if index, ok := e.Document(network.IndexPath); ok {
		w.headers.StaleIfError, w.headers.StaleWhileRevalidate = index.Headers().StaleIfError, index.Headers().StaleWhileRevalidate
	}
	for _, l := range w.losses {
		w.apply(l)
	}
	w.complete()
	next := edition.New(e.Station(), e.Watermark().Add(time.Millisecond), e.Build(), w.documents)
	return next.At(e.URL()).WithContents(w.contents).WithPending(e.Pending()).From(e.Origin()).InZone(e.Zone()).Following(e)
}

// withdrawal is an edition that loses articles.
type withdrawal struct {
	*draft
	stations []*network.Station   // of the network
	losses   map[string]*loss     // by path, of a feed in all formats that of its RSS
	hidden   map[string]time.Time // when what no link may name was withdrawn, by article.Link
}

// findArticles notes what the edition loses. It reads the contents of feeds, then those
// of the months in which the articles were published, as the feeds or the
// retractions have it, then those of all months, for articles of which that is not
// known or that are not there. An article that feeds of all stations have is not
// looked for further, nor is one that is known to be another station's.
func (w *withdrawal) findArticles(retractions edition.Retractions) {
	ids := map[string]bool{}
	months := map[article.Month]bool{}
	note := func(published time.Time) {
		if !published.IsZero() {
			months[article.MonthOf(published, w.station.Zone)] = true
		}
	}
	for id, r := range retractions {
		ids[id] = true
		note(r.Published)
	}
	for _, month := range w.current.Pending() { // its articles may be elsewhere now
		months[month] = true
	}
	damagedOnly := false
	search := func(in func(month article.Month, shard bool) bool, found func(edition.Article)) {
		for path, contents := range w.contents {
			month, _, shard := network.ParseShardPath(path)
			if len(ids) == 0 || !in(month, shard) || !mayHave(path, contents, ids) {
				continue
			}
			l, err := lossOf(path, contents, ids, retractions)
			if err != nil && damagedOnly && !errors.Is(err, edition.ErrDamaged) {
				continue
			}
			if err != nil {
				delete(w.contents, path) // so that what its documents have is unknown
				continue
			}
			if len(l.articles) > 0 {
				w.losses[path] = l
			}
			for _, a := range l.articles {
				found(a)
			}
		}
	}
	left := maps.Clone(ids)
	for id, r := range retractions {
		if !r.Published.IsZero() && r.Station != w.station.ID {
			delete(left, id)
		}
	}
	search(func(_ article.Month, shard bool) bool { return !shard }, func(a edition.Article) {
		note(a.Published)
		if w.station.All {
			delete(left, a.ID)
		}
	})
	search(func(month article.Month, shard bool) bool { return shard && months[month] }, func(a edition.Article) { delete(left, a.ID) })
	// A disk that does not answer must not take the archive along.
	ids, damagedOnly = left, true
	search(func(month article.Month, shard bool) bool { return shard && !months[month] }, func(edition.Article) {})
	for path := range w.documents {
		if w.unknown(path) {
			w.losses[path] = &loss{path: path, unknown: true}
		}
	}
}

// mayHave reports whether contents at a path may have articles of some ids. A feed can
// have very many archives, none of which is read for nothing.
func mayHave(path string, contents *edition.Document, ids map[string]bool) bool {
	if network.IsArchive(path) {
		return edition.MayHave(contents, ids)
	}
	return edition.HasAny(contents, ids)
}

// unknown reports whether a document carries articles, and nothing says which.
func (w *withdrawal) unknown(path string) bool {
	if channel, cut, _, ok := network.ParseArchivePath(path); ok {
		return w.contents[network.ArchivePath(channel, cut, network.RSS)] == nil
	}
	channel, _, feed := parseFeedPath(path)
	if !feed {
		channel, feed = network.ParsePreviewPath(path)
	}
	if feed {
		path = network.FeedPath(channel, network.RSS)
	}
	if !feed && (!network.IsSitemap(path) || path == network.IndexPath) {
		return false
	}
	return w.contents[path] == nil
}

// parseFeedPath is the inverse of [network.FeedPath], and of [network.ProfilePath]
// for the profiles there are, whose documents are RSS.
func parseFeedPath(path string) (channel string, format network.Format, ok bool) {
	for _, format := range network.Formats() {
		if channel, ok := strings.CutSuffix(path, "/"+string(format)); ok {
			return strings.TrimPrefix(channel, "/"), format, true
		}
	}
	for _, p := range feed.Profiles() {
		if channel, ok := strings.CutSuffix(path, network.ProfilePath("", p.Name)); ok {
			return strings.TrimPrefix(channel, "/"), network.RSS, true
		}
	}
	return "", "", false
}

func isFeedPath(path string) bool {
	_, _, ok := parseFeedPath(path)
	return ok
}

// apply takes the articles out of the documents at a path, and of its contents, and
// removes links. A sitemap without a page goes.
func (w *withdrawal) apply(l *loss) {
	if l.unknown {
		delete(w.documents, l.path)
		return
	}
	channel, _, isFeed := parseFeedPath(l.path)
	at, cut, _, isArchive := network.ParseArchivePath(l.path)
	if len(l.articles) > 0 {
		w.addContents(l.path, edition.NewContents(l.left), l.lines)
		if len(l.left) == 0 && !isFeed && !isArchive {
			delete(w.contents, l.path)
		}
	}
	if isArchive { // which the next build makes again
		for _, format := range formats {
			w.withdrawFromFeed(network.ArchivePath(at, cut, format.name), format.name, format.mediaType, l, nil)
		}
		return
	}
	if !isFeed {
		w.withdrawFromSitemap(l)
		return
	}
	notices := map[string]*feed.Prepared{}
	for _, a := range l.notices {
		if item, err := noticeItem(w.station, a); err == nil { // else it is in the contents alone, until the next build
			notices[a.Address] = item
		}
	}
	for _, format := range formats {
		w.withdrawFromFeed(network.FeedPath(channel, format.name), format.name, format.mediaType, l, notices)
	}
	for _, p := range feed.Profiles() { // which have notices of their own, from the next build on
		w.withdrawFromFeed(network.ProfilePath(channel, p.Name), network.RSS, feed.RSSType, l, nil)
	}
}

// withdrawFromSitemap takes pages out of a sitemap, which has a line for each.
func (w *withdrawal) withdrawFromSitemap(l *loss) {
	document := w.documents[l.path]
	if document == nil {
		return // of a month of which no article is listed
	}
	total, gone := 0, 0
	text, err := linesBut(document, func(page int, _ []byte) bool {
		total = max(total, page+1)
		if l.at[page] {
			gone++
		}
		return l.at[page]
	})
	if len(l.articles) > 0 && (err != nil || gone == total || total != l.entries) {
		delete(w.documents, l.path)
	}
	if err != nil || w.documents[l.path] == nil {
		return
	}
	if text, _ = unlink(l.path, text, w.hidden); int64(len(text)) < document.Size() {
		w.addText(l.path, text, total-gone)
	}
}

// withdrawFromList takes addresses out of Baidu's list, and reports whether
// there are some left. The next build adds older ones.
func (w *withdrawal) withdrawFromList() bool {
	document := w.documents[network.BaiduPath]
	gone := map[string]bool{}
	for _, l := range w.losses {
		if document == nil || l.unknown {
			return false
		}
		for _, a := range l.articles {
			if loc, err := sitemap.Loc(a.Address); err == nil && IsShard(l.path) {
				gone[loc+"\n"] = true
			}
		}
	}
	left := 0
	text, err := linesBut(document, func(_ int, line []byte) bool {
		if gone[string(line)] {
			return true
		}
		left++
		return false
	})
	if err == nil && int64(len(text)) < document.Size() {
		w.addText(network.BaiduPath, text, left)
	}
	return left > 0
}

// linesBut returns the lines of a document but those that are dropped; page is the
// number of a sitemap's page, from 0 on, and -1 of another line.
func linesBut(document *edition.Document, drop func(page int, line []byte) bool) ([]byte, error) {
	body, err := document.Body()
	if err != nil {
		return nil, err
	}
	text := make([]byte, 0, len(body))
	pages := 0
	for line := range bytes.Lines(body) {
		page := -1
		if bytes.HasPrefix(line, []byte("<url>")) {
			page = pages
			pages++
		}
		if !drop(page, line) {
			text = append(text, line...)
		}
	}
	return text, nil
}

// addText adds what is left of a document that has so many items.
func (w *withdrawal) addText(path string, text []byte, items int) {
	chunk := gzjoin.New(text)
	w.addContent(path, edition.Join(w.documents[path].MediaType(), []*gzjoin.Chunk{&chunk}), items, time.Time{})
}

// withdrawFromFeed takes articles, and links to others, out of a document of a feed
// in one format, and puts notices in the places of some, by address.
func (w *withdrawal) withdrawFromFeed(path string, format network.Format, mediaType string, l *loss, notices map[string]*feed.Prepared) {
	document := w.documents[path]
	if document == nil {
		return
	}
	whole, err := document.Body()
	if err != nil {
		if len(l.addresses) > 0 {
			delete(w.documents, path)
		}
		return
	}
	c := describe(w.station, network.Channel{}) // of which no item has more than the author
	body, _ := unlink(path, whole, w.hidden)
	removed := 0
	revised, err := edition.Revision{
		MediaType: mediaType, AsOf: w.asOf, Headers: document.Headers(), Items: document.Items(),
		Render: func(modified time.Time) (rest []byte, err error) {
			at, n := modified.In(w.station.Zone), 0
			removed = 0
			by := func(address string) (*feed.Prepared, bool) {
				if l.addresses[address] && !l.ended[address] {
					removed++
				}
				return notices[address], l.addresses[address]
			}
			if rest, n, err = c.Replace(mediaType, body, by, at); n == 0 {
				rest = stamped(format, rest, at)
			}
			return rest, err
		},
	}.Revise(document)
	if err != nil {
		delete(w.documents, path)
		return
	}
	w.documents[path] = revised.Carrying(document.Items() - removed)
}

// complete makes what depends on the other documents: pages, too. Where no news is left its
// sitemap names the home page, as one without articles does.
func (w *withdrawal) complete() {
	w.renewPages()
	if w.documents[network.NewsPath(1)] == nil {
		w.addNews(homePage(w.station))
	}
	if !w.withdrawFromList() && w.baidu() != nil {
		delete(w.documents, network.BaiduPath)
	}
	if w.index() != nil {
		delete(w.documents, network.IndexPath)
	}
}
