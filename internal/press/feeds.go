package press

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/feed"
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

	// Once it is rendered:
	shown   []edition.Article // what its documents have, with notices
	items   []pages.Item      // the first of these
	newest  pages.Item        // the first that is no notice; without a URL: none is
	changed time.Time         // the newest change of them
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
	return changed, nil
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
	return f, nil
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

// paths returns those of the documents of a channel's feed: its outputs, and its page.
func (b *draft) paths(channel network.Channel) (paths []string) {
	for _, output := range b.outputs(channel) {
		paths = append(paths, output.path)
	}
	if channel.ID != "" {
		paths = append(paths, network.PreviewPath(channel.ID))
	}
	return paths
}

// formats are what each feed is published as.
var formats = [...]struct {
	name      network.Format
	mediaType string
	render    func(*feed.Feed) ([]byte, error)
}{
	{network.RSS, feed.RSSType, (*feed.Feed).RSS},
	{network.Atom, feed.AtomType, (*feed.Feed).Atom},
	{network.JSON, feed.JSONType, (*feed.Feed).JSON},
}

// output is a document that a feed is published as.
type output struct {
	path, mediaType string
	link            string // as edition.Headers has it
	// render also returns how many articles the document has, of a feed of which so
	// many items are notices.
	render func(f feed.Feed, notices int) ([]byte, int, error)
}

// outputs returns the documents of a channel's feed: all formats, and one for each
// aggregator.
func (b *draft) outputs(channel network.Channel) []output {
	var list []output
	for _, format := range formats {
		list = append(list, output{
			path: network.FeedPath(channel.ID, format.name), mediaType: format.mediaType, link: b.formatLinks(channel, format.name),
			render: func(f feed.Feed, notices int) ([]byte, int, error) {
				body, err := format.render(&f)
				return body, len(f.Items) - notices, err
			},
		})
	}
	for _, p := range feed.Profiles() {
		if slices.Contains(b.station.FeedProfiles(channel), p.Name) {
			list = append(list, b.profileOutput(channel, p))
		}
	}
	return list
}

// renderFeeds returns the documents of feeds, all outputs of all feeds at the
// same time: most of it is compressing. It reads nothing from the store.
func (b *builder) renderFeeds(feeds []channelFeed) (map[string]*edition.Document, error) {
	made := make([][]*edition.Document, len(feeds))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range feeds {
		channel, newest := b.fill(&feeds[i])
		rhythm := channel.Rhythm()
		others := b.others(&feeds[i])
		outputs, notices := b.outputs(f.channel), len(channel.Items)-feeds[i].count()
		made[i] = make([]*edition.Document, len(outputs))
		for n, output := range outputs {
			items := 0
			revision := edition.Revision{
				MediaType: output.mediaType, Newest: newest, AsOf: b.asOf, Items: feeds[i].count(), Changed: others, Headers: b.feedHeaders(output.link, rhythm),
				Render: func(modified time.Time) (body []byte, err error) {
					c := channel
					c.Updated = modified.In(b.station.Zone)
					body, items, err = output.render(c, notices)
					return body, err
				},
			}
			work.Go(func() error {
				return Recovered(func() error {
					document, err := revision.Revise(b.before(output.path))
					if err != nil {
						return fmt.Errorf("%s: %w", output.path, err)
					}
					made[i][n] = document.Carrying(items)
					return nil
				})
			})
		}
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	documents := map[string]*edition.Document{}
	for i, f := range feeds {
		for n, output := range b.outputs(f.channel) {
			documents[output.path] = made[i][n]
		}
	}
	if err := b.addPreviews(feeds, documents); err != nil {
		return nil, err
	}
	b.remember(feeds, documents)
	return documents, nil
}

// others reports whether a feed is known to show other articles than before.
func (b *builder) others(f *channelFeed) bool {
	var before []edition.Article
	if contents := b.contentsBefore(f.path()); contents != nil {
		var err error
		if before, err = collect(edition.Lines(contents)); err != nil {
			return false // the documents are compared
		}
	}
	return !slices.Equal(guids(f.shown), guids(before))
}

// guids returns those of the articles that a feed shows.
func guids(articles []edition.Article) []string {
	var all []string
	for _, a := range articles {
		all = append(all, a.KnownBy())
	}
	return all
}

// remember notes what the documents were made from.
func (b *builder) remember(feeds []channelFeed, documents map[string]*edition.Document) {
	if b.memory.feeds == nil {
		b.memory.feeds = map[string]rendered{}
	}
	for _, f := range feeds {
		made := rendered{input: f.input, due: f.due, cut: b.cutOf(&f), row: pages.Feed{Articles: f.count(), Newest: f.newest}, changed: f.changed}
		for i := range f.articles {
			made.articles = append(made.articles, f.articles[i].ID)
		}
		for _, notice := range f.notices {
			made.articles = append(made.articles, notice.ID)
		}
		for _, path := range b.paths(f.channel) {
			made.documents = append(made.documents, documents[path].Hash())
		}
		b.memory.feeds[f.channel.ID] = made
	}
}

// noteWindows notes which feeds do not have all of their windows, and when the
// first article leaves one by the clock.
func (b *builder) noteWindows() {
	for _, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		made := b.memory.feeds[channel.ID]
		b.outcome.Due = sooner(b.outcome.Due, made.due)
		if made.cut.Articles > 0 {
			b.outcome.Cut = append(b.outcome.Cut, made.cut)
		}
	}
}

// sooner returns the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// digestOf returns a digest of what a feed is made from.
func (b *builder) digestOf(f *channelFeed) uint64 {
	contents := make([]uint64, len(f.articles))
	for i := range f.articles {
		contents[i] = b.items[f.articles[i].ID].content
	}
	for _, notice := range f.notices {
		contents = append(contents, maphash.Comparable(b.seed, notice))
	}
	return digestAll(b.seed, contents)
}

// describe returns a feed without its items.
func describe(s *network.Station, channel network.Channel) feed.Feed {
	return feed.Feed{
		Title: s.Title(channel), Description: s.Description, Language: s.Language, Rights: s.Rights,
		HomeURL: s.Address("/"),
		RSSURL:  s.Address(network.FeedPath(channel.ID, network.RSS)),
		AtomURL: s.Address(network.FeedPath(channel.ID, network.Atom)),
		JSONURL: s.Address(network.FeedPath(channel.ID, network.JSON)),
		Author:  s.Name, Email: s.Email, Icon: s.Icon, Logo: s.Logo,
		Generator: "feedstation", Comment: pages.Comment(s, channel),
	}
}
