package press

import (
	"bytes"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// withheld is a snapshot without the articles that have been taken down.
// None names one of these.
type withheld struct {
	Snapshot
	ids   map[string]bool
	links map[string]bool // by article.Link
}

func withhold(ctx context.Context, s Snapshot, retractions edition.Retractions) (Snapshot, error) {
	ids := map[string]bool{}
	for id, r := range retractions {
		if r.Down() {
			ids[id] = true
		}
	}
	if len(ids) == 0 {
		return s, nil
	}
	states, err := Find(ctx, s, slices.Collect(maps.Keys(ids)))
	return withheld{s, ids, hiddenLinks(retractions, states)}, err
}

// Latest asks for more where that many articles have some of those in them: mostly
// the newest have none.
func (s withheld) Latest(ctx context.Context, stations []string, channel string, limit int) ([]article.Article, error) {
	for ask := limit; ; ask *= 2 {
		ask = min(ask, limit+len(s.ids))
		articles, err := s.Snapshot.Latest(ctx, stations, channel, ask)
		if err != nil {
			return nil, err
		}
		found := len(articles)
		articles = slices.DeleteFunc(articles, func(a article.Article) bool { return s.ids[a.ID] })
		for i := range articles {
			articles[i].Unlink(s.links)
		}
		if len(articles) >= limit || found < ask || ask == limit+len(s.ids) {
			return articles[:min(len(articles), limit)], nil
		}
	}
}

func (s withheld) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for a, err := range s.Snapshot.Listing(ctx, station, from, to) {
			if err == nil && s.ids[a.ID] {
				continue
			}
			a.Unlink(s.links)
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
	hidden, links := map[string]time.Time{}, []target{}
	for id, one := range retractions {
		if one.Down() { // wherever it is: an id is unique
			hidden[id] = one.At
			if one.Down() && one.URL != "" {
				links = append(links, target{one.URL, one.Translations, one.At})
			}
		}
	}
	return withdraw(station, e, hidden, links)
}

// Withdraw returns the edition that follows one without some articles, given with
// the moments at which they were withdrawn, by their ids: the edition itself where
// it shows none of them. A document of which can't be said what it shows is left
// out: better than to serve what has been withdrawn.
func Withdraw(station *network.Station, e *edition.Edition, articles map[string]time.Time) *edition.Edition {
	return withdraw(station, e, articles, nil)
}

// withdraw also removes the links to targets.
func withdraw(station *network.Station, e *edition.Edition, articles map[string]time.Time, targets []target) *edition.Edition {
	ids := map[string]bool{}
	for id := range articles {
		ids[id] = true
	}
	w := &withdrawal{draft: &draft{
		station: station, current: e, advice: edition.DefaultAdvice,
		documents: maps.Collect(e.All()), contents: maps.Collect(e.AllContents()),
	}}
	var losses []loss
	for path, contents := range e.AllContents() {
		if !edition.HasAny(contents, ids) {
			continue
		}
		l := lossOf(path, contents, ids)
		losses = append(losses, l)
		for _, id := range l.ids {
			if at := articles[id]; at.After(w.asOf) { // documents change when the last of those is withdrawn that they have
				w.asOf = at
			}
		}
	}
	for path := range e.All() {
		if len(ids) > 0 && w.unknown(path) {
			losses = append(losses, loss{path: path, all: true})
		}
	}
	naming, at := w.naming(targets)
	if len(losses)+len(naming) == 0 {
		return e
	}
	w.asOf = later(w.asOf, at)
	if w.asOf.IsZero() {
		w.asOf = e.Watermark()
	}
	if index, ok := e.Document(network.IndexPath); ok {
		w.advice.StaleIfError, w.advice.StaleWhileRevalidate = index.Advice().StaleIfError, index.Advice().StaleWhileRevalidate
	}
	for _, l := range losses {
		w.apply(l)
	}
	for _, path := range naming {
		w.removeLinks(path, targets)
	}
	w.complete(slices.ContainsFunc(losses, func(l loss) bool { return IsShard(l.path) }))
	next := edition.New(e.Station(), e.Number()+1, e.Watermark().Add(time.Millisecond), e.Build(), w.documents)
	return next.At(e.URL()).WithContents(w.contents).WithPending(e.Pending()).Following(e)
}

// loss is what contents lose.
type loss struct {
	path    string
	all     bool // the document is lost: it can't be said what it has
	ids     []string
	at      map[int]bool    // which of the document's entries go, in its order
	guids   map[string]bool // the same of a feed
	entries int             // that the document has
	left    []byte          // lines
	lines   int             // that are left
}

func lossOf(path string, contents *edition.Document, ids map[string]bool) loss {
	l := loss{path: path, at: map[int]bool{}, guids: map[string]bool{}}
	for a, err := range edition.Articles(contents) {
		if err != nil {
			return loss{path: path, all: true, ids: slices.Collect(maps.Keys(ids))}
		}
		if ids[a.ID] {
			l.ids, l.guids[a.Address], l.at[l.entries] = append(l.ids, a.ID), true, !a.Unlisted
		} else {
			l.left, l.lines = a.AppendTo(l.left), l.lines+1
		}
		if !a.Unlisted {
			l.entries++
		}
	}
	return l
}

// withdrawal is an edition that loses articles.
type withdrawal struct{ *draft }

// unknown reports whether a document carries articles, and nothing says which.
func (w *withdrawal) unknown(path string) bool {
	channel, _, feed := parseFeedPath(path)
	if feed {
		path = network.FeedPath(channel, network.RSS)
	}
	if !feed && (!network.IsSitemap(path) || path == network.IndexPath) {
		return false
	}
	return w.contents[path] == nil
}

// parseFeedPath is the inverse of [network.FeedPath].
func parseFeedPath(path string) (channel string, format network.Format, ok bool) {
	for _, format := range network.Formats() {
		if channel, ok := strings.CutSuffix(path, "/"+string(format)); ok {
			return strings.TrimPrefix(channel, "/"), format, true
		}
	}
	return "", "", false
}

// apply takes the articles out of the documents at a path, and of its contents. A
// sitemap without a page goes.
func (w *withdrawal) apply(l loss) {
	if l.all {
		delete(w.documents, l.path)
		delete(w.contents, l.path)
		return
	}
	w.addContents(l.path, edition.NewContents(l.left), l.lines)
	channel, _, isFeed := parseFeedPath(l.path)
	if isFeed {
		for _, format := range formats {
			w.withdrawFromFeed(network.FeedPath(channel, format.name), format.mediaType, l.guids)
		}
		return
	}
	w.withdrawFromSitemap(l)
	if l.lines == 0 {
		delete(w.contents, l.path)
	}
}

// withdrawFromSitemap takes pages out of a sitemap, which has a line for each.
func (w *withdrawal) withdrawFromSitemap(l loss) {
	document := w.documents[l.path]
	if document == nil {
		return // of a month of which no article is listed
	}
	var text []byte
	total, left := 0, 0
	for line := range bytes.Lines(document.Body()) {
		if bytes.HasPrefix(line, []byte("<url>")) {
			total++
			if l.at[total-1] {
				continue
			}
			left++
		}
		text = append(text, line...)
	}
	if left == 0 || total != l.entries {
		delete(w.documents, l.path)
		return
	}
	if left < total {
		chunk := gzjoin.New(text)
		w.addContent(l.path, edition.Join(sitemap.ContentType, []*gzjoin.Chunk{&chunk}), left, time.Time{})
	}
}

// withdrawFromFeed takes articles out of a feed in one format.
func (w *withdrawal) withdrawFromFeed(path, mediaType string, guids map[string]bool) {
	document := w.documents[path]
	if document == nil {
		return
	}
	body, removed := document.Body(), 0
	revised, err := edition.Revision{
		MediaType: mediaType, AsOf: w.asOf, Advice: document.Advice(), Items: document.Items(),
		Render: func(modified time.Time) (rest []byte, err error) {
			rest, removed, err = feed.Remove(mediaType, body, func(guid string) bool { return guids[guid] }, modified.In(w.station.Zone))
			return rest, err
		},
	}.Revise(document)
	if err != nil {
		delete(w.documents, path)
		return
	}
	w.documents[path] = revised.Carrying(document.Items() - removed)
}

// complete makes what depends on the other documents, among them the list for
// Baidu if a month has changed. Where no news is left its
// sitemap names the home page, as one without articles does.
func (w *withdrawal) complete(month bool) {
	if w.documents[network.NewsPath(1)] == nil {
		w.addNews(homePage(w.station))
	}
	if month && w.baidu() != nil {
		delete(w.documents, network.BaiduPath)
	}
	if w.index() != nil {
		delete(w.documents, network.IndexPath)
	}
}
