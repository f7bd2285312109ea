package press

import (
	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

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
