package jobs

import (
	"cmp"
	"net/url"
	"slices"

	"feedstation/feed"
	"feedstation/internal/article"
)

// make turns an article into a feed's item: plain titles, absolute addresses,
// times in the zone of the article's own station.
func (m *itemMaker) make(a *article.Article) feed.Item {
	station, ok := m.network.Station(a.Station)
	if !ok {
		panic("an article of the unknown station " + a.Station) // the store was asked for known ones only
	}
	base, err := url.Parse(a.URL)
	if err != nil {
		base = &url.URL{}
	}
	body := feed.Absolute(a.Body, base)
	item := feed.Item{
		URL: a.URL, Title: feed.PlainText(a.Title),
		Summary: summary(a, body),
		Authors: a.Authors, Editor: a.Editor, Source: feed.Source(a.Source),
		Published: a.Published.In(station.Zone), Updated: a.Updated.In(station.Zone),
		Tags: a.Tags, Language: cmp.Or(a.Language, station.Language), Rights: cmp.Or(a.Rights, station.Rights),
		OriginalURL: a.OriginalURL, NextURL: a.NextURL,
	}
	if m.fullText {
		item.Body = body
	}
	for _, image := range a.Images {
		item.Images = append(item.Images, feed.Image{
			URL: resolve(base, image.URL), Caption: feed.PlainText(image.Caption), Credit: feed.PlainText(image.Credit),
			Type: image.Type, Width: image.Width, Height: image.Height, Bytes: image.Bytes,
		})
	}
	for _, e := range a.Enclosures {
		item.Enclosures = append(item.Enclosures, feed.Enclosure{
			URL: resolve(base, e.URL), Type: e.Type, Title: feed.PlainText(e.Title), Bytes: e.Bytes, Seconds: e.Seconds,
		})
	}
	for _, channel := range station.Channels {
		if slices.Contains(a.Channels, channel.ID) {
			item.Categories = append(item.Categories, feed.Category{Term: channel.ID, Scheme: station.Address("/"), Label: channel.Name})
		}
	}
	return item
}

// summary is the newsroom's where it wrote one, in plain text.
func summary(a *article.Article, body string) string {
	if text := feed.PlainText(a.Summary); text != "" {
		return text
	}
	return feed.Summary(body)
}

// resolve returns an address of the article as an absolute one.
func resolve(base *url.URL, ref string) string {
	u, err := base.Parse(ref)
	if err != nil {
		return ref // the feed leaves it out
	}
	return u.String()
}
