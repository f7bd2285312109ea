package press

import (
	"cmp"
	"context"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// channelFeed is a feed whose articles have been chosen.
type channelFeed struct {
	channel  network.Channel   // the zero channel is the station itself
	articles []article.Article // heads
	due      time.Time         // when one leaves by the clock; zero: never
	input    uint64            // digest of what it is made from
	more     bool              // its window has more articles than it may have
	notices  []edition.Article // the newest first
	least    int               // articles that are not left out for their texts

	// Once it is rendered:
	shown    []edition.Article // what its documents have, with notices
	items    []pages.Item      // the first of these
	newest   pages.Item        // the first that is no notice; without a URL: none is
	changed  time.Time         // the newest change of them
	versions *edition.Versions // nil: not asked for
}

// path is where the contents of the feed stand.
func (f *channelFeed) path() string { return network.FeedPath(f.channel.ID, network.RSS) }

// rendered is what a feed was made from and what it has become.
type rendered struct {
	input     uint64
	articles  []string // ids
	due       time.Time
	cut       Cut            // no articles: it has all that it should
	documents []edition.Hash // by path, in the order of paths
	row       pages.Feed     // of the directory
	changed   time.Time      // the newest article or notice
}

// readFeeds chooses the articles of the station's own feed and of each channel's,
// unless the feed is clean, and makes the items that it needs. A feed that keeps
// its documents, because it is clean or its articles are as they were, is not
// returned.
func (b *builder) readFeeds(ctx context.Context, work *Work) ([]channelFeed, error) {
	var own []article.Article // those of the station's own feed
	var dirty []channelFeed
	for i, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		if b.clean(channel, own, work) && b.keepFeed(channel) {
			continue
		}
		f, err := b.choose(ctx, channel)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			own = f.articles
		}
		dirty = append(dirty, f)
	}
	if err := b.makeItems(ctx, dirty, work); err != nil {
		return nil, err
	}
	if err := b.addNotices(ctx, dirty); err != nil {
		return nil, err
	}
	var changed []channelFeed
	for _, f := range dirty {
		f.input = b.digestOf(&f)
		before, ok := b.memory.feeds[f.channel.ID]
		if ok && before.input == f.input && b.keepFeed(f.channel) {
			before.due = f.due
			b.memory.feeds[f.channel.ID] = before
			continue
		}
		changed = append(changed, f)
	}
	return changed, b.finishItems(ctx, changed, work)
}

// makeItems makes the items of feeds. A feed that turns out to have an article
// whose row is broken is chosen again without it.
func (b *builder) makeItems(ctx context.Context, feeds []channelFeed, work *Work) error {
	for {
		broken := len(b.broken)
		if err := b.readItems(ctx, feeds, work); err != nil || len(b.broken) == broken {
			return err
		}
		for i := range feeds {
			if !slices.ContainsFunc(feeds[i].articles, func(a article.Article) bool { return b.broken[a.ID] }) {
				continue
			}
			f, err := b.choose(ctx, feeds[i].channel)
			if err != nil {
				return err
			}
			feeds[i] = f
		}
	}
}

// choose returns a feed with the heads of its articles. The beginning of its window
// is a full hour, so that the feed of a quiet station does not change with every
// article that leaves.
func (b *builder) choose(ctx context.Context, channel network.Channel) (channelFeed, error) {
	rule, since := b.feedOf(channel), b.since(channel)
	var heads []article.Article
	for again := true; again; {
		var err error
		if heads, err = newestBut(ctx, b.snapshot, b.broken, b.sources(), channel.ID, since, rule.Items, rule.MaxItems+1); err != nil {
			return channelFeed{}, err
		}
		if again, err = b.withholdReturned(ctx, heads); err != nil {
			return channelFeed{}, err
		}
	}
	f := channelFeed{channel: channel, more: len(heads) > rule.MaxItems && !heads[rule.MaxItems].Published.Before(since)}
	f.articles = heads[:min(len(heads), rule.MaxItems)]
	for i := range f.articles {
		f.articles[i].Updated = b.changed(&f.articles[i])
	}
	if n := len(f.articles); n > rule.Items {
		f.due = f.articles[n-1].Published.Truncate(windowStep).Add(windowStep + rule.Window)
	}
	f.least = rule.Items
	if b.chains == nil {
		return f, nil
	}
	return f, b.close(ctx, &f)
}

// windowStep is what windows begin with a multiple of.
const windowStep = time.Hour

// since returns when the window of a feed begins.
func (b *builder) since(channel network.Channel) time.Time {
	return windowOf(b.feedOf(channel), b.asOf)
}

// windowOf returns when the window of a feed begins at a moment.
func windowOf(rule network.Feed, at time.Time) time.Time {
	if rule.Window == 0 {
		return at.Add(windowStep)
	}
	return at.Add(-rule.Window).Truncate(windowStep)
}

// feedOf returns what a feed of the station has.
func (b *builder) feedOf(channel network.Channel) network.Feed {
	return b.ruleOf(b.station, channel)
}

func (p *Press) ruleOf(station *network.Station, channel network.Channel) network.Feed {
	return cmp.Or(channel.Feed, station.Feed, p.options.Feed)
}

// sources returns the ids of the stations whose articles the feeds carry, of those of
// the station's content store.
func (b *builder) sources() (stations []string) {
	if !b.station.All {
		return []string{b.station.ID}
	}
	return b.stationsOf(b.station.Content)
}

// stationsOf returns the ids of the stations whose articles are in a content store.
func (p *Press) stationsOf(content string) (stations []string) {
	for _, s := range p.network.Stations {
		if s.Content == content {
			stations = append(stations, s.ID)
		}
	}
	return stations
}

// clean reports whether no changed article can be in the feed, or have been in
// it: one that the station's own feed shows tells its channels itself, any
// other may be in every channel.
func (b *builder) clean(channel network.Channel, own []article.Article, work *Work) bool {
	before, ok := b.memory.feeds[channel.ID]
	if !ok || work.Everything || work.Feeds || !before.due.IsZero() && !before.due.After(b.asOf) {
		return false
	}
	for id := range work.Articles {
		i := slices.IndexFunc(own, func(a article.Article) bool { return a.ID == id })
		if i < 0 || slices.Contains(own[i].Channels, channel.ID) || slices.Contains(before.articles, id) {
			return false
		}
	}
	return true
}

// keepFeed takes a feed's documents from the current edition if they are still
// those of the last build, and reports whether they are.
func (b *builder) keepFeed(channel network.Channel) bool {
	before := b.memory.feeds[channel.ID]
	if contents := b.previousContents(network.FeedPath(channel.ID, network.RSS)); contents != nil && contents.Lost() {
		return false
	}
	paths := b.paths(channel)
	if len(paths) != len(before.documents) {
		return false
	}
	for i, path := range paths {
		document := b.previous(path)
		if document == nil || document.Hash() != before.documents[i] || document.Lost() {
			return false // another process has published something else
		}
	}
	for _, path := range paths {
		b.keep(path)
	}
	return true
}
