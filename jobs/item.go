package jobs

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"feedstation/feed"
	"feedstation/internal/article"
)

// prepare makes the items of all articles, each article's once for all feeds
// that carry it. One bad article does not keep the others from their readers:
// it has no item.
func (c *Conductor) prepare(feeds []channelFeed) map[string]*feed.Prepared {
	items := map[string]*feed.Prepared{}
	var mu sync.Mutex
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	seen := map[string]bool{}
	for _, f := range feeds {
		for i := range f.articles {
			a := &f.articles[i]
			if seen[a.ID] {
				continue
			}
			seen[a.ID] = true
			work.Go(func() error {
				item := c.prepared.get(c.digest(f.articles[i:i+1]), a, c.prepareOne)
				mu.Lock()
				defer mu.Unlock()
				items[a.ID] = item
				return nil
			})
		}
	}
	_ = work.Wait() // each logs its own error
	return items
}

// prepareOne returns the article's item, or nil if it can't be in a feed.
func (c *Conductor) prepareOne(a *article.Article) (item *feed.Prepared) {
	err := recovered(func() (err error) {
		item, err = feed.Prepare(c.item(a))
		return err
	})
	if err != nil {
		c.log.Warn("article left out", "id", a.ID, "station", a.Station, "err", err)
		return nil
	}
	return item
}

// item turns an article into a feed's item, with times in the zone of the
// article's own station.
func (c *Conductor) item(a *article.Article) feed.Item {
	station, ok := c.network.Station(a.Station)
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
