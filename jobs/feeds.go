package jobs

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// feeds adds the three formats of the station's own feed and of each channel's.
func (b *builder) feeds(ctx context.Context) error {
	stations := []string{b.station.ID}
	if b.station.All {
		stations = nil
		for _, s := range b.network.Stations {
			stations = append(stations, s.ID)
		}
	}
	items := itemMaker{log: b.log, network: b.network, made: map[string]*feed.Prepared{}}
	if err := b.feed(ctx, &items, stations, network.Channel{}); err != nil {
		return err
	}
	for _, channel := range b.station.Channels {
		if err := b.feed(ctx, &items, stations, channel); err != nil {
			return err
		}
	}
	return nil
}

// feed adds one feed; the zero channel is the station itself.
func (b *builder) feed(ctx context.Context, items *itemMaker, stations []string, channel network.Channel) error {
	articles, err := b.snapshot.Latest(ctx, stations, channel.ID, b.options.Items)
	if err != nil {
		return err
	}
	c := describe(b.station, channel)
	c.SummaryOnly = !b.options.FullText
	var newest time.Time
	for i := range articles {
		a := &articles[i]
		a.Updated = b.changed(a)
		if a.Updated.After(newest) {
			newest = a.Updated
		}
		if item := items.item(a); item != nil {
			c.Items = append(c.Items, item)
		}
	}
	return b.addFeed(c, channel, newest)
}

// formats are what each feed is published as.
var formats = [...]struct {
	name      network.Format
	mediaType string
	render    func(*feed.Channel) ([]byte, error)
}{
	{network.RSS, feed.RSSType, (*feed.Channel).RSS},
	{network.Atom, feed.AtomType, (*feed.Channel).Atom},
	{network.JSON, feed.JSONType, (*feed.Channel).JSON},
}

// addFeed adds the formats of a feed, which are made at the same time: most of
// it is compressing.
func (b *builder) addFeed(c feed.Channel, channel network.Channel, newest time.Time) error {
	rhythm := c.Rhythm()
	var documents [len(formats)]*edition.Document
	var work errgroup.Group
	for i, format := range formats {
		work.Go(func() (err error) {
			c := c
			documents[i], err = b.revise(network.FeedPath(channel.ID, format.name), edition.Revision{
				MediaType: format.mediaType, Newest: newest, Advice: b.feedAdvice(channel, format.name, rhythm),
				Render: func(modified time.Time) ([]byte, error) {
					c.Updated = modified.In(b.station.Zone)
					return format.render(&c)
				},
			})
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, format := range formats {
		b.documents[network.FeedPath(channel.ID, format.name)] = documents[i]
	}
	return nil
}

// describe returns a feed without its items.
func describe(s *network.Station, channel network.Channel) feed.Channel {
	return feed.Channel{
		Title: s.Title(channel), Description: s.Description, Language: s.Language, Rights: s.Rights,
		HomeURL: s.Address("/"),
		RSSURL:  s.Address(network.FeedPath(channel.ID, network.RSS)),
		AtomURL: s.Address(network.FeedPath(channel.ID, network.Atom)),
		JSONURL: s.Address(network.FeedPath(channel.ID, network.JSON)),
		Author:  s.Name, Email: s.Email, Icon: s.Icon, Logo: s.Logo,
	}
}

// opml adds the list of all feeds: of the station, or of all stations where the
// station is that of the whole network.
func (b *builder) opml() error {
	stations := []*network.Station{b.station}
	if b.station.All {
		stations = b.network.Stations
	}
	list := feed.Outlines{Title: b.station.Name}
	for _, s := range stations {
		group := feed.OutlineGroup{Title: s.Name}
		for _, channel := range append([]network.Channel{{}}, s.Channels...) {
			c := describe(s, channel)
			group.Feeds = append(group.Feeds, feed.Outline{
				Title: c.Title, Description: c.Description, Language: c.Language, HomeURL: c.HomeURL, RSSURL: c.RSSURL,
			})
		}
		list.Groups = append(list.Groups, group)
	}
	body, err := list.OPML()
	if err != nil {
		return err
	}
	return b.addBody(network.OPMLPath, feed.OPMLType, body, edition.Epoch)
}

// itemMaker makes the items of a build, each article's once for all feeds that
// carry it.
type itemMaker struct {
	log     *slog.Logger
	network *network.Network
	made    map[string]*feed.Prepared // nil: the article can't be one
}

// item returns the article's item, or nil if it can't be in a feed: one bad
// article does not keep the others from their readers.
func (m *itemMaker) item(a *article.Article) *feed.Prepared {
	item, ok := m.made[a.ID]
	if !ok {
		var err error
		if item, err = feed.Prepare(m.make(a)); err != nil {
			m.log.Warn("article left out", "id", a.ID, "station", a.Station, "err", err)
		}
		m.made[a.ID] = item
	}
	return item
}
