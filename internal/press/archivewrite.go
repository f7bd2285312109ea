package press

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// frame is what an archive is made from besides its articles: the configuration, and its
// neighbours.
func (w *archivist) frame(c *chain, i int) string {
	prev, next := w.neighbours(c, i)
	sum := sha256.Sum256([]byte(prev.RSS + " " + next.RSS))
	return w.print + " " + hex.EncodeToString(sum[:4]) + " "
}

// neighbours returns the addresses of the archives before and after one.
func (w *archivist) neighbours(c *chain, i int) (prev, next feed.Addresses) {
	if i+1 < min(len(c.cuts), w.options.Archives.Depth) {
		prev = w.archiveAddresses(c.channel, c.cuts[i+1])
	}
	if i > 0 {
		next = w.archiveAddresses(c.channel, c.cuts[i-1])
	}
	return prev, next
}

// digestOfHeads returns a digest of what archives show of articles that is the same in
// every process.
func digestOfHeads(heads []article.Article) string {
	h := sha256.New()
	for i := range heads {
		a := &heads[i]
		fmt.Fprintf(h, "%q %q %q %q %d %d %d\n", a.ID, a.Station, a.URL, a.Channels, a.Published.UnixNano(), a.Updated.UnixNano(), a.Modified.UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// write writes an archive.
func (w *archivist) write(ctx context.Context, c *chain, i int, heads []article.Article, made string) error {
	slices.SortStableFunc(heads, func(a, b article.Article) int { return b.Published.Compare(a.Published) })
	items, err := w.archiveItems(ctx, heads)
	if err != nil {
		return err
	}
	path := c.path(i, network.RSS)
	entries := w.entriesOf(path, heads, items)
	document := describe(w.station, c.channel)
	document.Current = feed.Addresses{RSS: document.RSSURL, Atom: document.AtomURL, JSON: document.JSONURL}
	own := w.archiveAddresses(c.channel, c.cuts[i])
	document.RSSURL, document.AtomURL, document.JSONURL = own.RSS, own.Atom, own.JSON
	document.Hubs = nil // which tell of the feed
	document.PrevArchive, document.NextArchive = w.neighbours(c, i)
	document.SummaryOnly, document.Items = !w.feedOf(c.channel).FullText, preparedOf(entries)
	var newest time.Time
	var lines []byte
	for _, e := range entries {
		w.decide(path, e.ID, 0)
		newest, lines = edition.Later(newest, e.Updated), e.AppendTo(lines)
	}
	links := []link{{"self", own}, {"current", document.Current}, {"prev-archive", document.PrevArchive}, {"next-archive", document.NextArchive}}
	written := make([]*edition.Document, len(formats))
	err = inParallel(len(formats), func(n int) (err error) {
		format := formats[n]
		written[n], err = edition.Revision{
			MediaType: format.mediaType, Newest: newest, AsOf: w.asOf, Items: len(entries), Headers: w.feedHeaders(strings.Join(linksOf(format.name, links...), ", "), archiveAge),
			Render: func(modified time.Time) ([]byte, error) {
				d := document
				d.Updated = modified.In(w.station.Zone)
				return format.render(&d)
			},
		}.Revise(w.before(c.path(i, format.name)))
		return err
	})
	if err != nil {
		return err
	}
	for n, format := range formats {
		w.documents[c.path(i, format.name)] = written[n]
	}
	w.addContents(path, edition.NewContents(lines), len(entries))
	w.contents[path] = w.contents[path].MadeFrom(made)
	return nil
}

// archiveItems makes the items of an archive by id: those that the feeds remember, and
// those that are read, which no feed has to remember. One that can't be made is nil.
func (w *archivist) archiveItems(ctx context.Context, heads []article.Article) (map[string]*feed.Prepared, error) {
	items := map[string]*feed.Prepared{}
	var read []article.Article
	for i, a := range heads {
		item := w.known.Item(digest(w.seed, heads[i:i+1]))
		if _, named := w.work.Articles[a.ID]; item != nil && !named && !w.work.Feeds && !w.work.Everything {
			items[a.ID] = item.prepared
			continue
		}
		read = append(read, a)
	}
	err := w.readWhole(ctx, read, w.work, func(_, articles []article.Article) {
		for id, item := range w.prepare(articles, nil) {
			items[id] = item.prepared
		}
	})
	if err != nil {
		return nil, err
	}
	for id, item := range items {
		if item != nil {
			items[id] = item.WithoutNext()
		}
	}
	return items, nil
}
