package press

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// monthMemory is the month that changes most, in the chunks of its sitemaps.
type monthMemory struct {
	month  article.Month
	shards []shardMemory
}

// shardMemory is one of a month's sitemaps.
type shardMemory struct {
	document, contents edition.Hash
	chunks             []chunk
}

// months adds the months that are dirty, newest first, and keeps the others. It
// returns those that it did not reach, which stay as they are for now.
func (b *builder) months(ctx context.Context, work *Work) (pending []article.Month, err error) {
	months := slices.Collect(maps.Keys(work.Months))
	everything := work.Everything || b.current == nil
	if everything {
		if months, err = b.snapshot.Months(ctx, b.station.ID, b.station.Zone); err != nil {
			return nil, err
		}
		months = append(months, b.formerMonths(months)...)
	}
	slices.SortFunc(months, func(a, b article.Month) int { return b.Compare(a) })
	built := map[article.Month]bool{}
	for i, month := range months {
		if i > 0 && b.enough() && !b.readdressed() {
			pending = months[i:]
			break
		}
		e := work.Months[month]
		if everything {
			e = &Extent{Whole: true}
		}
		if err := b.month(ctx, month, e); err != nil {
			return nil, fmt.Errorf("%s: %w", month, err)
		}
		built[month] = true
	}
	if b.current == nil {
		return pending, nil
	}
	for path := range b.current.AllContents() {
		month, _, shard := network.ParseShardPath(path)
		if shard && !built[month] && (!everything || slices.Contains(months, month)) {
			b.keep(path)
		}
	}
	return pending, nil
}

// month adds a month. It reads what an extent touches, and all of it where that
// is not enough.
func (b *builder) month(ctx context.Context, month article.Month, e *Extent) error {
	w, err := b.patch(ctx, month, e)
	if err != nil {
		return err
	}
	var twins map[string]bool
	for w == nil {
		from, to := month.Bounds(b.station.Zone)
		w = b.newMonth(from)
		if w.known, err = knownByMonth(b.current, b.station, month, nil); err != nil {
			return err
		}
		b.markGone(w.known)
		if w.before, w.later, err = b.pagesBefore(month); err != nil {
			return err
		}
		w.feeds, w.hidden = b.guids, twins
		if err := b.list(ctx, w, from, to); err != nil {
			return err
		}
		if err := b.leave(ctx, w); err != nil {
			return err
		}
		if w.twins != nil { // the later one of a page is known only now
			w, twins = nil, merged(twins, w.twins)
		}
	}
	b.outcome.Back = append(b.outcome.Back, w.back...)
	b.noteMoved(w)
	b.readdress.add(w.moved)
	b.addSitemaps(w, func(n int) string { return network.ShardPath(month, n) })
	if month == article.MonthOf(b.asOf, b.station.Zone) { // others change rarely
		b.memory.month = b.rememberMonth(month, w.files)
	}
	return nil
}

// formerMonths returns the months, besides some, that the current edition has.
func (b *builder) formerMonths(besides []article.Month) (months []article.Month) {
	if b.current == nil {
		return nil
	}
	for path := range b.current.AllContents() {
		month, n, ok := network.ParseShardPath(path)
		if ok && n == 1 && !slices.Contains(besides, month) {
			months = append(months, month)
		}
	}
	return months
}

func merged(a, b map[string]bool) map[string]bool {
	all := maps.Clone(b)
	maps.Copy(all, a)
	return all
}

// list writes the station's articles of a time.
func (b *builder) list(ctx context.Context, w *chunkWriter, from, to time.Time) error {
	for a, err := range b.listing(ctx, from, to) {
		if err != nil {
			return err
		}
		p, why := b.page(&a), Unlisted(b.station, &a)
		if why == 0 {
			b.addLinks(&p.URL, &a)
		}
		b.decide(network.IndexPath, a.ID, w.add(p, why))
	}
	return nil
}

// rememberMonth returns a month as it has been written; none where a sitemap has no page.
func (b *builder) rememberMonth(month article.Month, files [][]chunk) monthMemory {
	m := monthMemory{month: month}
	for i, chunks := range files {
		path := network.ShardPath(month, i+1)
		document := b.documents[path]
		if document == nil {
			return monthMemory{}
		}
		m.shards = append(m.shards, shardMemory{document.Hash(), b.contents[path].Hash(), chunks})
	}
	return m
}

// patch returns a month of which it has read again the chunks that an extent
// touches; nil where the others are not known, or what is new does not fit into the
// last sitemap with them. It is nil as well where an article has come or left that the
// extent does not name: then a hint is missing, and chunks that were not read may lack
// the article or have it twice. And it is nil where what was read shares a page with
// what was not, or an article has left, or is back.
func (b *builder) patch(ctx context.Context, month article.Month, e *Extent) (*chunkWriter, error) {
	shards := b.remembered(month)
	if shards == nil || e.Whole {
		return nil, nil
	}
	from, end := month.Bounds(b.station.Zone)
	w := b.newMonth(from)
	w.files = w.files[:0]
	var chunks []chunk
	var was []byte // the month's contents, which need not be read
	full := 0      // chunks of the sitemaps before the last
	for _, s := range shards {
		full = len(chunks)
		chunks, w.files = append(chunks, s.chunks...), append(w.files, s.chunks)
	}
	w.files[len(shards)-1] = nil
	for i := range chunks {
		was = append(was, chunks[i].contents.Text()...)
	}
	touched, err := touchedBy(e, chunks, was)
	if err != nil {
		return nil, err
	}
	// What changes in a full sitemap moves all behind it, and a sitemap need not begin
	// with a day.
	if full > 0 && slices.Contains(touched[:full+1], true) {
		return nil, nil
	}
	w.came, w.known, w.feeds = map[string]int{}, maps.Collect(edition.KnownBy(was, e.ids)), b.guids
	w.before, w.later = map[string]bool{}, map[string]bool{}
	for _, known := range w.known {
		if known.Former || len(b.gone) > 0 { // it may be another article now
			return nil, nil
		}
	}
	for i, c := range chunks {
		if touched[i] {
			maps.Copy(w.known, maps.Collect(edition.KnownBy(c.contents.Text(), nil)))
		}
	}
	addresses := map[string]bool{} // of what is read again, before and after
	whole := full == 0
	for i := full; i < len(chunks); i++ {
		c := chunks[i]
		until := c.until
		if i == len(chunks)-1 {
			until = end
		}
		// A chunk that is not full goes on with the next one.
		if !touched[i] && (w.chunk.lines == 0 || w.full()) {
			w.end()
			w.keep(c)
			whole = false
		} else {
			text := c.contents.Text()
			for a, err := range edition.ParseArticles(text) {
				if err != nil {
					return nil, err
				}
				w.came[a.ID]--
				addresses[a.Address] = true
				w.before[a.Address] = w.before[a.Address] || !a.Unlisted
				w.later[a.Address] = w.later[a.Address] || a.Later
			}
			if !touched[i] {
				maps.Copy(w.known, maps.Collect(edition.KnownBy(text, nil)))
			}
			if err := b.list(ctx, w, from, until); err != nil {
				return nil, err
			}
			if i == len(chunks)-1 && (whole || w.chunk.lines > 0) { // those that left follow the last article
				if err := b.leave(ctx, w); err != nil {
					return nil, err
				}
				clear(w.known)
			}
		}
		from = until
	}
	w.end()
	for id, n := range w.came {
		if n != 0 && !e.ids[id] && !whole {
			return nil, nil
		}
	}
	for address := range w.pages {
		addresses[address] = true
	}
	if w.twins != nil || len(w.known) > 0 || !whole && (edition.Shares(was, addresses, idsOf(w.came)) || !w.fits(len(shards))) {
		return nil, nil
	}
	return w, nil
}

func idsOf(counts map[string]int) map[string]bool {
	ids := make(map[string]bool, len(counts))
	for id := range counts {
		ids[id] = true
	}
	return ids
}

// remembered returns the sitemaps of a month if they are those of the current
// edition; nothing if that is not known.
func (b *builder) remembered(month article.Month) []shardMemory {
	m := b.memory.month
	if m.month != month || b.previous(network.ShardPath(month, len(m.shards)+1)) != nil {
		return nil
	}
	for i, s := range m.shards {
		path := network.ShardPath(month, i+1)
		document := b.previous(path)
		if document == nil || document.Hash() != s.document {
			return nil
		}
		if contents, ok := b.current.Contents(path); !ok || contents.Hash() != s.contents {
			return nil
		}
	}
	return m.shards
}

// touchedBy returns which chunks have a day that an extent touches: that of an
// article as it is now, or as the month has it.
func touchedBy(e *Extent, chunks []chunk, was []byte) ([]bool, error) {
	times := slices.Clone(e.at)
	for a, err := range edition.FindLines(was, e.ids) {
		if err != nil {
			return nil, err
		}
		times = append(times, a.Published)
	}
	touched := make([]bool, len(chunks))
	for _, at := range times {
		i := slices.IndexFunc(chunks, func(c chunk) bool { return at.Before(c.until) })
		if i < 0 {
			i = len(chunks) - 1
		}
		touched[i] = true
	}
	return touched, nil
}
