package press

import (
	"slices"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// opml adds the list of all feeds: of the station, or of all stations where the
// station is that of the whole network. The most specific come first: channels,
// their station, and last those that carry the articles of all stations. Of one
// guid in several feeds, Tiny Tiny RSS and newsboat keep the article in the first
// alone.
func (b *builder) opml() error {
	stations := []*network.Station{b.station}
	if b.station.All {
		stations = slices.Clone(b.network.Stations)
		slices.SortStableFunc(stations, func(a, b *network.Station) int { return breadth(a) - breadth(b) })
	}
	list := feed.Outlines{Title: b.station.Name}
	for _, s := range stations {
		group := feed.OutlineGroup{Title: s.Name}
		for _, channel := range slices.Concat(s.Channels, []network.Channel{{}}) {
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

// breadth is 1 of a station whose feeds carry the articles of all, else 0.
func breadth(s *network.Station) int {
	if s.All {
		return 1
	}
	return 0
}
