package press

import (
	"time"

	"feedstation/feed"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// Pages for people show what the documents of feeds have. A build knows that already; a
// withdrawal reads it from the documents that it leaves.

// shownItems returns the first items of a feed as its documents have them, each once.
func shownItems(items []*feed.Prepared) (shown []pages.Item) {
	guids := map[string]bool{}
	for _, item := range items {
		if len(shown) == pages.MaxItems {
			break
		}
		if !guids[item.GUID()] {
			shown = append(shown, pageItem(item))
		}
		guids[item.GUID()] = true
	}
	return shown
}

// newestItem returns the first article of a feed that is no notice.
func newestItem(entries []entry) pages.Item {
	for _, e := range entries {
		if !e.Notice {
			return pageItem(e.item)
		}
	}
	return pages.Item{}
}

func pageItem(item *feed.Prepared) pages.Item {
	return pages.Item{
		URL: item.Address(), Title: item.Title(), Summary: item.Summary(), Language: item.Language(), Published: item.Published(),
	}
}

// figuresOf returns what a preview says of a feed, by its document in RSS.
func figuresOf(rss *edition.Document) pages.Figures {
	return pages.Figures{
		Articles: rss.Items(), Interval: rss.Headers().MaxAge, Size: rss.Size(), Changed: rss.Modified(),
	}
}

// addPreviews adds the pages of channels whose feeds have been rendered to the documents
// of these.
func (b *builder) addPreviews(feeds []channelFeed, documents map[string]*edition.Document) error {
	made := make([]*edition.Document, len(feeds))
	err := inParallel(len(feeds), func(i int) (err error) {
		f := &feeds[i]
		if f.channel.ID != "" {
			figures := figuresOf(documents[network.FeedPath(f.channel.ID, network.RSS)])
			made[i], err = b.preview(f.channel, f.items, figures, f.changed)
		}
		return err
	})
	if err != nil {
		return err
	}
	for i, f := range feeds {
		if made[i] != nil {
			documents[network.PreviewPath(f.channel.ID)] = made[i]
		}
	}
	return nil
}

func (b *draft) preview(channel network.Channel, items []pages.Item, figures pages.Figures, newest time.Time) (*edition.Document, error) {
	body := pages.Preview(b.station, channel, items, figures)
	return edition.Revision{
		MediaType: pages.Type, Newest: newest, AsOf: b.asOf, Headers: b.headers,
		Render: func(time.Time) ([]byte, error) { return body, nil },
	}.Revise(b.before(network.PreviewPath(channel.ID)))
}

// addDirectory adds the page of all feeds.
func (b *builder) addDirectory() error {
	var rows []pages.Feed
	var newest time.Time
	for _, channel := range append([]network.Channel{{}}, b.station.Channels...) {
		made := b.memory.feeds[channel.ID]
		made.row.Channel = channel
		rows = append(rows, made.row)
		newest = edition.Later(newest, made.changed)
	}
	return b.addDirectoryPages(rows, b.network.Stations, newest)
}

// addDirectoryPages adds as many pages as the feeds need.
func (b *draft) addDirectoryPages(rows []pages.Feed, stations []*network.Station, newest time.Time) error {
	for i, page := range pages.Directory(b.station, rows, stations) {
		if err := b.addBody(network.DirectoryPage(i+1), pages.Type, page, newest); err != nil {
			return err
		}
	}
	return nil
}
