package press

import (
	"cmp"
	"context"
	"slices"

	"feedstation/feed"
	"feedstation/internal/article"
)

// readItems finds out what the articles of feeds are, each once for all feeds that carry
// it, and makes their items. An article is read where no item of its head is remembered,
// where a hint has named it, and where nothing is taken on trust: then most are as they
// were, and those of feeds that are not have their items made by [builder.finishItems]. One
// bad article does not keep the others from their readers: its item is empty, and one
// whose row is broken is noted as such.
func (b *builder) readItems(ctx context.Context, feeds []channelFeed, work *Work) error {
	var read, compared []article.Article
	heads := map[string]uint64{}
	for _, f := range feeds {
		_, built := b.memory.feeds[f.channel.ID]
		for i, a := range f.articles {
			_, met := heads[a.ID]
			if _, done := b.digests[a.ID]; met || done || b.broken[a.ID] {
				continue
			}
			heads[a.ID] = digest(b.seed, f.articles[i:i+1])
			_, named := work.Articles[a.ID]
			item := b.known.Item(heads[a.ID])
			switch {
			case item != nil && !named && !work.Feeds && !work.Everything:
				b.addItem(a.ID, item)
			case work.Feeds && !work.Everything && built:
				compared = append(compared, a)
			default:
				read = append(read, a)
			}
		}
	}
	err := b.readWhole(ctx, read, work, func(some, articles []article.Article) {
		b.addItems(articles, heads)
		b.noteBroken(some)
	})
	if err != nil {
		return err
	}
	return b.readWhole(ctx, compared, work, func(some, articles []article.Article) {
		b.addDigests(articles)
		b.noteBroken(some)
	})
}

// noteBroken notes those of some articles that were read and are not there.
func (b *builder) noteBroken(read []article.Article) {
	for _, a := range read {
		if _, sound := b.digests[a.ID]; !sound {
			b.broken[a.ID] = true
		}
	}
}

// finishItems makes the items that feeds lack.
func (b *builder) finishItems(ctx context.Context, feeds []channelFeed, work *Work) error {
	var read []article.Article
	heads := map[string]uint64{}
	for _, f := range feeds {
		for i, a := range f.articles {
			if _, ok := heads[a.ID]; !ok && b.items[a.ID] == nil {
				heads[a.ID] = digest(b.seed, f.articles[i:i+1])
				read = append(read, a)
			}
		}
	}
	return b.readWhole(ctx, read, work, func(_, articles []article.Article) { b.addItems(articles, heads) })
}

func (b *builder) addItem(id string, item *Item) { b.items[id], b.digests[id] = item, item.content }

func (b *builder) addItems(articles []article.Article, heads map[string]uint64) {
	for id, item := range b.prepare(articles, heads) {
		b.addItem(id, item)
	}
}

// addDigests adds what articles are, without their items.
func (b *builder) addDigests(articles []article.Article) {
	for i, a := range articles {
		b.digests[a.ID] = digest(b.seed, articles[i:i+1])
	}
}

// readAtOnce is how many articles are in memory as a whole.
const readAtOnce = 100

// readWhole reads articles as a whole, given by their heads, some at a time, and finds out
// what identifies them. Those whose rows are broken are not among the articles that each has.
func (b *builder) readWhole(ctx context.Context, heads []article.Article, work *Work, each func(some, articles []article.Article)) error {
	if err := b.learn(heads, work); err != nil {
		return err
	}
	for some := range slices.Chunk(heads, readAtOnce) {
		articles, err := b.snapshot.Whole(ctx, some)
		if err != nil {
			return err
		}
		b.identify(articles)
		for i := range articles {
			articles[i].Updated = b.changed(&articles[i])
		}
		each(some, articles)
	}
	return nil
}

// prepare returns the items of articles, by id, and has them remembered by their heads; nil:
// by none.
func (b *builder) prepare(articles []article.Article, heads map[string]uint64) map[string]*Item {
	made := make([]*Item, len(articles))
	_ = inParallel(len(articles), func(i int) error { // each notes its own error
		a, item := &articles[i], &Item{content: digest(b.seed, articles[i:i+1])}
		made[i] = item
		if old := b.known.Item(heads[a.ID]); old != nil && old.content == item.content {
			made[i] = old
			return nil
		}
		item.fault = Recovered(func() (err error) {
			item.prepared, err = feed.Prepare(b.item(a))
			return err
		})
		if heads != nil {
			b.known.Remember(heads[a.ID], len(a.Body)+len(a.Summary), item)
		}
		return nil
	})
	items := map[string]*Item{}
	for i, a := range articles {
		items[a.ID] = made[i]
		if fault := made[i].fault; fault != nil {
			b.outcome.LeftOut = append(b.outcome.LeftOut, article.RowError{ID: a.ID, Column: "feed", Err: fault})
		}
	}
	return items
}

// item turns an article into a feed's item, with times in the zone of the
// article's own station.
func (p *Press) item(a *article.Article) feed.Item {
	station, ok := p.network.Station(a.Station)
	if !ok {
		panic("an article of the unknown station " + a.Station) // the store was asked for known ones only
	}
	item := feed.Item{
		URL: a.URL, GUID: a.GUID, Title: a.Title, Summary: a.Summary, Body: a.Body,
		Authors: a.Authors, Publisher: station.Name, Editor: a.Editor, Source: feed.Source(a.Source),
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
