package press

import (
	"cmp"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"feedstation/feed"
	"feedstation/internal/article"
)

// prepare makes the items of all articles, each article's once for all feeds
// that carry it. One bad article does not keep the others from their readers:
// it has no item.
func (b *builder) prepare(feeds []channelFeed) map[string]*Item {
	var articles []article.Article
	seen := map[string]bool{}
	for _, f := range feeds {
		for _, a := range f.articles {
			if !seen[a.ID] {
				seen[a.ID] = true
				articles = append(articles, a)
			}
		}
	}
	items, faults := make([]*Item, len(articles)), make([]error, len(articles))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i := range articles {
		work.Go(func() error {
			a := &articles[i]
			items[i] = b.items.Item(digest(b.seed, articles[i:i+1]), len(a.Body)+len(a.Summary), func() (item *Item) {
				faults[i] = Recovered(func() (err error) {
					item, err = feed.Prepare(b.item(a))
					return err
				})
				return item
			})
			return nil
		})
	}
	_ = work.Wait() // each notes its own error
	byID := map[string]*Item{}
	for i, a := range articles {
		byID[a.ID] = items[i]
		if faults[i] != nil {
			byID[a.ID] = nil
			b.outcome.LeftOut = append(b.outcome.LeftOut, article.RowError{ID: a.ID, Column: "feed", Err: faults[i]})
		}
	}
	return byID
}

// item turns an article into a feed's item, with times in the zone of the
// article's own station.
func (p *Press) item(a *article.Article) feed.Item {
	station, ok := p.network.Station(a.Station)
	if !ok {
		panic("an article of the unknown station " + a.Station) // the store was asked for known ones only
	}
	item := feed.Item{
		URL: a.URL, Title: a.Title, Summary: a.Summary, Body: a.Body,
		Authors: a.Authors, Editor: a.Editor, Source: feed.Source(a.Source),
		Published: a.Published.In(station.Zone), Updated: a.Updated.In(station.Zone),
		Tags: a.Tags, Language: cmp.Or(a.Language, station.Language), Rights: cmp.Or(a.Rights, station.Rights),
		OriginalURL: a.OriginalURL, NextURL: a.NextURL, LeadInBody: p.options.LeadImage,
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
