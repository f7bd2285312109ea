package press

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Archives are what a feed no longer has (RFC 5005 §4): documents of so many articles,
// each of which ends at a cut. Where more than so many articles are in none, the oldest of
// them become one, so that the feed has all that is in no archive. A cut does not move
// then: an archive changes with its own articles, and with the links to its neighbours.
// One that has grown to twice as many is cut in two, of which the newer one keeps the name.
//
// The cuts are the paths of the contents of the edition before, so that every process goes
// on with the same ones. Without these they are counted from the oldest article on: as
// many are left out of archives as are more than a multiple, and articles that come later
// change nothing of that.

// chain is the archives of a feed.
type chain struct {
	channel network.Channel
	before  []network.Cut // of the edition before, newest first, and so the next
	cuts    []network.Cut // behind the last that the depth allows is where that begins
}

// path returns the path of an archive in a format.
func (c *chain) path(i int, format network.Format) string {
	return network.ArchivePath(c.channel.ID, c.cuts[i], format)
}

// below returns where an archive begins; nil: with the oldest article.
func (c *chain) below(i int) *network.Cut {
	if i+1 < len(c.cuts) {
		return &c.cuts[i+1]
	}
	return nil
}

// archives reports whether the feeds of the station have archives. Those of a station with
// all articles have none where these are in several content stores: a store has no more
// than the newest for another one's stations.
func (b *builder) archives() bool {
	elsewhere := func(s *network.Station) bool { return s.Content != b.station.Content }
	return b.options.Archives.Depth > 0 && !(b.station.All && slices.ContainsFunc(b.network.Stations, elsewhere))
}

// archiveSize returns how many articles an archive has: what is in none has to fit the
// feed.
func (b *builder) archiveSize(channel network.Channel) int {
	return min(b.options.Archives.Items, b.feedOf(channel).Items)
}

// chainsBefore returns the archives that the current edition has, by channel.
func (b *builder) chainsBefore() map[string]*chain {
	chains := map[string]*chain{}
	for _, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		chains[channel.ID] = &chain{channel: channel}
	}
	if b.current != nil {
		for path := range b.current.AllContents() {
			channel, cut, _, ok := network.ParseArchivePath(b.station.Present(path))
			if c := chains[channel]; ok && c != nil {
				c.before = append(c.before, cut)
			}
		}
	}
	for _, c := range chains {
		slices.SortFunc(c.before, func(a, b network.Cut) int { return b.Compare(a) })
		c.before = slices.Compact(c.before)
		c.cuts = c.before
	}
	return chains
}

// close closes an archive of a feed that has been chosen where more articles are in none
// than one may have, and has the feed show all that are left.
func (b *builder) close(ctx context.Context, f *channelFeed) error {
	c, n := b.chains[f.channel.ID], b.archiveSize(f.channel)
	c.cuts = c.before
	open, all, err := b.unarchived(ctx, f, c)
	if err != nil {
		return err
	}
	total := len(open)
	if !all {
		since := time.Time{}
		if len(c.cuts) > 0 {
			since = c.cuts[0].Time().Add(time.Second)
		}
		count, err := b.snapshot.Count(ctx, b.sources(), f.channel.ID, since)
		if err != nil {
			return err
		}
		total = max(total, int(count))
	}
	if full := (total - 1) / n; full > 0 {
		left := total - full*n
		c.cuts = slices.Concat([]network.Cut{cutAt(&open[left])}, c.before)
		open = open[:left]
	}
	f.include(open)
	return nil
}

func cutAt(a *article.Article) network.Cut { return network.CutOf(a.Published, a.ID) }

// unarchived returns the heads of the articles of a feed that are in no archive, newest
// first; all says whether these are all of them, and not more than two archives have.
func (b *builder) unarchived(ctx context.Context, f *channelFeed, c *chain) (open []article.Article, all bool, err error) {
	var from *network.Cut
	if len(c.cuts) > 0 {
		from = &c.cuts[0]
	}
	n := len(f.articles)
	if n < b.feedOf(f.channel).Items || from != nil && f.articles[n-1].Published.Unix() < from.At { // the feed has them
		return within(f.articles, from, nil), true, nil
	}
	open, more, err := b.headsIn(ctx, f.channel, from, nil, 2*b.archiveSize(f.channel)+1)
	return open, !more, err
}

// within returns the heads behind one cut and up to another one, in the order of cuts,
// newest first; nil: no bound.
func within(heads []article.Article, from, to *network.Cut) (list []article.Article) {
	for i := range heads {
		at := cutAt(&heads[i])
		if (from == nil || at.Compare(*from) > 0) && (to == nil || at.Compare(*to) <= 0) {
			list = append(list, heads[i])
		}
	}
	slices.SortStableFunc(list, func(a, b article.Article) int { return cmp.Or(cutAt(&b).Compare(cutAt(&a)), cmp.Compare(a.ID, b.ID)) })
	return list
}

// include adds articles to a feed that it does not have: of one second, the feed may have
// chosen others.
func (f *channelFeed) include(open []article.Article) {
	wanted := map[string]bool{}
	for _, a := range open {
		wanted[a.ID] = true
	}
	for _, a := range f.articles {
		delete(wanted, a.ID)
	}
	for _, a := range open {
		if wanted[a.ID] {
			f.articles = append(f.articles, a)
		}
	}
	slices.SortStableFunc(f.articles, func(a, b article.Article) int { return b.Published.Compare(a.Published) })
	for i, a := range f.articles {
		if slices.ContainsFunc(open, func(other article.Article) bool { return other.ID == a.ID }) {
			f.least = max(f.least, i+1)
		}
	}
}

// maxSecond is how many articles of one second archives can have.
const maxSecond = 100_000

// headsIn returns the heads of a channel's articles behind one cut and up to another one,
// as within does: the newest, at least so many if there are; more says that there may be
// older ones.
func (b *builder) headsIn(ctx context.Context, channel network.Channel, from, to *network.Cut, least int) (heads []article.Article, more bool, err error) {
	since, until := time.Time{}, b.asOf.Add(time.Second)
	if from != nil {
		since = from.Time()
	}
	if to != nil {
		until = to.Time().Add(time.Second)
	}
	for most := least + 1; ; most *= 2 {
		read, err := b.snapshot.Between(ctx, b.sources(), channel.ID, since, until, most)
		if err != nil {
			return nil, false, err
		}
		if more = len(read) == most; more { // of the last second there may be more
			last := read[most-1].Published.Truncate(time.Second)
			read = slices.DeleteFunc(read, func(a article.Article) bool { return a.Published.Before(last.Add(time.Second)) })
			rest, err := b.snapshot.Between(ctx, b.sources(), channel.ID, last, last.Add(time.Second), maxSecond)
			if err != nil {
				return nil, false, err
			}
			read = append(read, rest...)
		}
		if _, err := b.withholdReturned(ctx, read); err != nil {
			return nil, false, err
		}
		read = slices.DeleteFunc(read, func(a article.Article) bool { return b.broken[a.ID] })
		for i := range read {
			read[i].Updated = b.changed(&read[i])
		}
		if heads = within(read, from, to); len(heads) >= least || !more {
			return heads, more, nil
		}
	}
}

// archiveAddresses returns those of an archive.
func (b *builder) archiveAddresses(channel network.Channel, cut network.Cut) feed.Addresses {
	at := func(format network.Format) string {
		return b.station.Address(network.ArchivePath(channel.ID, cut, format))
	}
	return feed.Addresses{RSS: at(network.RSS), Atom: at(network.Atom), JSON: at(network.JSON)}
}

// newestArchive returns the addresses of a feed's newest archive; none: there is none.
func (b *builder) newestArchive(channel network.Channel) feed.Addresses {
	c := b.chains[channel.ID]
	if c == nil || len(c.cuts) == 0 {
		return feed.Addresses{}
	}
	return b.archiveAddresses(channel, c.cuts[0])
}

// archivist writes the archives of a build.
type archivist struct {
	*builder
	work  *Work
	spans []Span // in which articles have come, changed or left
	print string // fingerprint of the station
}

// addArchives adds the archives of all feeds: those that may have changed are compared with
// the content store, the newest first, and the others are kept. What is not reached stays
// as it was for now.
func (b *builder) addArchives(ctx context.Context, work *Work) error {
	if b.chains == nil {
		return nil
	}
	w := &archivist{b, work, b.touched(work), b.Fingerprint(b.station)}
	for _, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		c, depth := b.chains[channel.ID], b.options.Archives.Depth
		for i := 0; i < min(len(c.cuts), depth); i++ {
			if err := w.add(ctx, c, i); err != nil {
				return fmt.Errorf("%s: %w", c.path(i, network.RSS), err)
			}
		}
		if len(c.cuts) > depth {
			at := c.path(depth, network.RSS)
			b.addContents(at, edition.NewContents(nil), 0)
			b.contents[at] = b.contents[at].MadeFrom(edition.Beyond)
		}
	}
	return nil
}

// touched returns when articles were published that have come, changed or left.
func (b *builder) touched(work *Work) []Span {
	spans := slices.Clone(work.Spans)
	for month, e := range work.Months {
		from, to := month.Bounds(b.station.Zone)
		switch {
		case slices.Contains(b.outcome.Pending, month): // with the month
		case e.Whole || len(e.at) < len(e.ids):
			spans = append(spans, Span{from, to})
		default:
			for _, at := range e.at {
				spans = append(spans, Span{at, at})
			}
		}
	}
	return spans
}

// touches reports whether articles have come, changed or left in an archive.
func (w *archivist) touches(c *chain, i int) bool {
	below := c.below(i)
	return w.work.Everything || slices.ContainsFunc(w.spans, func(s Span) bool {
		return s.From.Unix() <= c.cuts[i].At && (below == nil || s.To.Unix() >= below.At)
	})
}

// add adds an archive.
func (w *archivist) add(ctx context.Context, c *chain, i int) error {
	was, whole := w.was(c, i)
	switch {
	case whole && !w.touches(c, i) && strings.HasPrefix(was.Made(), w.frame(c, i)):
		w.keepArchive(c, i, was)
		return nil
	case w.written > 0 && w.enough() && (i > 0 || whole): // the feed leads to the newest one
		if was == nil {
			w.addContents(c.path(i, network.RSS), edition.NewContents(nil), 0)
			was = w.contents[c.path(i, network.RSS)]
		}
		w.outcome.Archives = true
		w.keepArchive(c, i, was.MadeFrom(""))
		return nil
	}
	n := w.archiveSize(c.channel)
	heads, _, err := w.headsIn(ctx, c.channel, c.below(i), &c.cuts[i], 2*n)
	if err != nil {
		return err
	}
	if len(heads) >= 2*n {
		cut := cutAt(&heads[n])
		c.cuts = slices.Insert(slices.Clone(c.cuts), i+1, cut)
		heads = within(heads, &cut, nil)
	}
	made := w.frame(c, i) + digestOfHeads(heads)
	named := func(a article.Article) bool { _, named := w.work.Articles[a.ID]; return named }
	if whole && was.Made() == made && !w.work.Everything && !slices.ContainsFunc(heads, named) {
		w.keepArchive(c, i, was)
		return nil
	}
	w.written++
	return w.write(ctx, c, i, heads, made)
}

// was returns the contents that an archive had, nil for none, and whether all of it is
// there.
func (w *archivist) was(c *chain, i int) (was *edition.Document, whole bool) {
	was = w.contentsBefore(c.path(i, network.RSS))
	whole = was != nil && !was.Lost()
	for _, format := range network.Formats() {
		document := w.before(c.path(i, format))
		whole = whole && document != nil && !document.Lost()
	}
	return was, whole
}

// keepArchive keeps the documents of an archive, as far as they are there.
func (w *archivist) keepArchive(c *chain, i int, contents *edition.Document) {
	for _, format := range network.Formats() {
		if document := w.before(c.path(i, format)); document != nil {
			w.documents[c.path(i, format)] = document
		}
	}
	w.contents[c.path(i, network.RSS)] = contents
}
