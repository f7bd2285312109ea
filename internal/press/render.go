package press

import (
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// paths returns those of the documents of a channel's feed: its outputs, and its page.
func (b *builder) paths(channel network.Channel) (paths []string) {
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
func (b *builder) outputs(channel network.Channel) []output {
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
	sums := make([][2][]edition.ItemSum, len(feeds)) // of the items in RSS and Atom, the first two formats
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
					if b.options.Deltas && n < len(sums[i]) {
						sums[i][n] = itemSums(output.mediaType, body)
					}
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
		if b.options.Deltas {
			feeds[i].versions = b.versionsOf(&feeds[i], documents, sums[i])
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
		b.outcome.Due = edition.Sooner(b.outcome.Due, made.due)
		if made.cut.Articles > 0 {
			b.outcome.Cut = append(b.outcome.Cut, made.cut)
		}
	}
}

// digestOf returns a digest of what a feed is made from.
func (b *builder) digestOf(f *channelFeed) uint64 {
	contents := make([]uint64, len(f.articles))
	for i := range f.articles {
		contents[i] = b.digests[f.articles[i].ID]
	}
	for _, notice := range f.notices {
		contents = append(contents, maphash.Comparable(b.seed, notice))
	}
	contents = append(contents, maphash.Comparable(b.seed, b.newestArchive(f.channel)))
	return digestAll(b.seed, contents)
}

// describe returns a feed without its items.
func describe(s *network.Station, channel network.Channel) feed.Feed {
	var hubs []string
	if s.Hub != "" {
		hubs = []string{s.Hub}
	}
	return feed.Feed{
		Title: s.Title(channel), Hubs: hubs, Description: s.Description, Language: s.Language, Rights: s.Rights,
		HomeURL: s.Address("/"),
		RSSURL:  s.Address(network.FeedPath(channel.ID, network.RSS)),
		AtomURL: s.Address(network.FeedPath(channel.ID, network.Atom)),
		JSONURL: s.Address(network.FeedPath(channel.ID, network.JSON)),
		Author:  s.Name, Email: s.Email, Icon: s.Icon, Logo: s.Logo,
		Generator: "feedstation", Comment: pages.Comment(s, channel),
	}
}
