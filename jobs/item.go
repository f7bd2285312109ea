package jobs

import (
	"cmp"
	"slices"

	"feedstation/feed"
	"feedstation/internal/article"
)

// make turns an article into a feed's item, with times in the zone of the
// article's own station.
func (m *itemMaker) make(a *article.Article) feed.Item {
	station, ok := m.network.Station(a.Station)
	if !ok {
		panic("an article of the unknown station " + a.Station) // the store was asked for known ones only
	}
	item := feed.Item{
		URL: a.URL, Title: a.Title, Summary: a.Summary, Body: a.Body,
		Authors: a.Authors, Editor: a.Editor, Source: feed.Source(a.Source),
		Published: a.Published.In(station.Zone), Updated: a.Updated.In(station.Zone),
		Tags: a.Tags, Language: cmp.Or(a.Language, station.Language), Rights: cmp.Or(a.Rights, station.Rights),
		OriginalURL: a.OriginalURL, NextURL: a.NextURL,
	}
	for _, image := range a.Images {
		item.Images = append(item.Images, feed.Image{
			URL: image.URL, Caption: image.Caption, Credit: image.Credit,
			Type: image.Type, Width: image.Width, Height: image.Height, Bytes: image.Bytes,
		})
	}
	for _, e := range a.Enclosures {
		item.Enclosures = append(item.Enclosures, feed.Enclosure{
			URL: e.URL, Type: e.Type, Title: e.Title, Bytes: e.Bytes, Seconds: e.Seconds,
		})
	}
	for _, channel := range station.Channels {
		if slices.Contains(a.Channels, channel.ID) {
			item.Categories = append(item.Categories, feed.Category{Term: channel.ID, Scheme: station.Address("/"), Label: channel.Name})
		}
	}
	return item
}
