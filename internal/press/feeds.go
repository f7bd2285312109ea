package press

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// channelFeed is a feed whose articles have been read.
type channelFeed struct {
	channel  network.Channel // the zero channel is the station itself
	articles []article.Article
	input    uint64 // digest of the articles

	addresses []string // by article, once it is rendered; "": it is not in the documents
}

// rendered is what a feed was made from and what it has become.
type rendered struct {
	input     uint64
	articles  []string // ids
	documents [len(formats)]edition.Hash
}

// readFeeds reads the articles of the station's own feed and of each channel's,
// unless the feed is clean. A feed that keeps its documents, because it is clean
// or its articles are as they were, is not returned.
func (b *builder) readFeeds(ctx context.Context, work *Work) ([]channelFeed, error) {
	stations := []string{b.station.ID}
	if b.station.All {
		stations = nil
		for _, s := range b.network.Stations {
			stations = append(stations, s.ID)
		}
	}
	var own []article.Article // those of the station's own feed
	var changed []channelFeed
	for i, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		if b.clean(channel, own, work) && b.keepFeed(channel) {
			continue
		}
		articles, err := b.snapshot.Latest(ctx, stations, channel.ID, b.options.Items)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			own = articles
		}
		for i := range articles {
			articles[i].Updated = b.changed(&articles[i])
		}
		f := channelFeed{channel: channel, articles: articles, input: digest(b.seed, articles)}
		if before, ok := b.memory.feeds[channel.ID]; !ok || before.input != f.input || !b.keepFeed(channel) {
			changed = append(changed, f)
		}
	}
	return changed, nil
}

// clean reports whether no changed article can be in the feed, or have been in
// it: one that the station's own feed shows tells its channels itself, any
// other may be in every channel.
func (b *builder) clean(channel network.Channel, own []article.Article, work *Work) bool {
	before, ok := b.memory.feeds[channel.ID]
	if !ok || work.Everything || work.Feeds {
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
	var documents [len(formats)]*edition.Document
	for i, format := range formats {
		documents[i] = b.previous(network.FeedPath(channel.ID, format.name))
		if documents[i] == nil || documents[i].Hash() != before.documents[i] {
			return false // another process has published something else
		}
	}
	for _, format := range formats {
		b.keep(network.FeedPath(channel.ID, format.name))
	}
	return true
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

// renderFeeds returns the documents of feeds, all formats of all feeds at the
// same time: most of it is compressing. It reads nothing from the store.
func (b *builder) renderFeeds(feeds []channelFeed) (map[string]*edition.Document, error) {
	items := b.prepare(feeds)
	made := make([][len(formats)]*edition.Document, len(feeds))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, f := range feeds {
		channel, newest := b.fill(&feeds[i], items)
		rhythm := channel.Rhythm()
		others, err := b.others(&feeds[i])
		if err != nil {
			return nil, err
		}
		for n, format := range formats {
			path := network.FeedPath(f.channel.ID, format.name)
			revision := edition.Revision{
				MediaType: format.mediaType, Newest: newest, AsOf: b.asOf, Items: len(channel.Items), Changed: others, Headers: b.feedHeaders(f.channel, format.name, rhythm),
				Render: func(modified time.Time) ([]byte, error) {
					c := channel
					c.Updated = modified.In(b.station.Zone)
					return format.render(&c)
				},
			}
			work.Go(func() error {
				return Recovered(func() error {
					document, err := revision.Revise(b.previous(path))
					if err != nil {
						return fmt.Errorf("%s: %w", path, err)
					}
					made[i][n] = document
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
		for n, format := range formats {
			documents[network.FeedPath(f.channel.ID, format.name)] = made[i][n]
		}
	}
	b.remember(feeds, documents)
	return documents, nil
}

// others reports whether a feed shows other articles than before.
func (b *builder) others(f *channelFeed) (bool, error) {
	var before []edition.Article
	if b.current != nil {
		if contents, ok := b.current.Contents(network.FeedPath(f.channel.ID, network.RSS)); ok {
			var err error
			if before, err = articlesOf(contents); err != nil {
				return false, err
			}
		}
	}
	return !slices.Equal(guids(f.shown()), guids(before)), nil
}

// guids returns those of the articles that a feed shows: each once.
func guids(articles []edition.Article) []string {
	var all []string
	seen := map[string]bool{}
	for _, a := range articles {
		if !seen[a.Address] {
			seen[a.Address] = true
			all = append(all, a.Address)
		}
	}
	return all
}

// remember notes what the documents were made from.
func (b *builder) remember(feeds []channelFeed, documents map[string]*edition.Document) {
	if b.memory.feeds == nil {
		b.memory.feeds = map[string]rendered{}
	}
	for _, f := range feeds {
		made := rendered{input: f.input}
		for i := range f.articles {
			made.articles = append(made.articles, f.articles[i].ID)
		}
		for i, format := range formats {
			made.documents[i] = documents[network.FeedPath(f.channel.ID, format.name)].Hash()
		}
		b.memory.feeds[f.channel.ID] = made
	}
}

// fill returns a feed with its items, and when the newest of them changed.
func (b *builder) fill(f *channelFeed, items map[string]*feed.Prepared) (c feed.Feed, newest time.Time) {
	c = describe(b.station, f.channel)
	c.SummaryOnly = !b.options.FullText
	for i := range f.articles {
		a := &f.articles[i]
		if a.Updated.After(newest) {
			newest = a.Updated
		}
		item, address := items[a.ID], ""
		if item != nil {
			c.Items = append(c.Items, item)
			address = item.Address()
		}
		f.addresses = append(f.addresses, address)
	}
	return c, newest
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
		Generator: "feedstation",
	}
}
