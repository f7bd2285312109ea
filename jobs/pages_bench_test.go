//go:build unix

package jobs_test

import (
	"encoding/json"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
	"feedstation/internal/testkit/processor"
)

// BenchmarkPages compares what pages for people cost with the rest of a refresh after one new
// article, in turns of one run, by the time of the processor; the goal is 0.05. The pages
// are made once more, each from what the feed has that it shows.
func BenchmarkPages(b *testing.B) {
	busy := options
	busy.Feed = network.Feed{Items: 50, Window: 24 * time.Hour, MaxItems: 500, FullText: true}
	b.Run("quiet", func(b *testing.B) { benchmarkPages(newRefreshed(b, options, time.Hour), b) })
	b.Run("busy", func(b *testing.B) { benchmarkPages(newRefreshed(b, busy, time.Minute), b) })
}

func benchmarkPages(w *refreshed, b *testing.B) {
	var refreshes, made time.Duration
	for b.Loop() {
		w.put(0)
		before, _ := w.editions.Current("xt")
		began := processor.Time(b)
		w.refresh()
		refreshes += processor.Time(b) - began
		e, _ := w.editions.Current("xt")
		var rows []pages.Feed
		var changed []network.Channel
		items := map[string][]pages.Item{}
		for _, channel := range append([]network.Channel{{}}, w.station.Channels...) {
			items[channel.ID] = itemsOf(b, e, channel)
			d, _ := e.Document(network.FeedPath(channel.ID, network.JSON))
			rows = append(rows, pages.Feed{Channel: channel, Articles: d.Items(), Newest: items[channel.ID][0]})
			if path := network.PreviewPath(channel.ID); channel.ID != "" && document(before, path) != document(e, path) {
				changed = append(changed, channel)
			}
		}
		if len(changed) != 1 {
			b.Fatalf("%d previews have changed", len(changed))
		}
		began = processor.Time(b)
		for _, channel := range changed {
			rss, _ := e.Document(network.FeedPath(channel.ID, network.RSS))
			figures := pages.Figures{Articles: rss.Items(), Interval: rss.Headers().MaxAge, Size: rss.Size(), Changed: rss.Modified()}
			again(b, e, network.PreviewPath(channel.ID), pages.Preview(w.station, channel, items[channel.ID], figures))
		}
		again(b, e, network.DirectoryPath, pages.Directory(w.station, rows, nil)[0])
		made += processor.Time(b) - began
	}
	b.ReportMetric(made.Seconds()/(refreshes-made).Seconds(), "of-the-rest")
	b.ReportMetric(refreshes.Seconds()*1000/float64(b.N), "refresh-ms")
	b.ReportMetric(made.Seconds()*1000/float64(b.N), "pages-ms")
}

// again makes the document of a page, which has to be that of the edition.
func again(b *testing.B, e *edition.Edition, path string, body []byte) {
	b.Helper()
	d, err := edition.Revision{
		MediaType: pages.Type, AsOf: e.Watermark(), Headers: edition.DefaultHeaders,
		Render: func(time.Time) ([]byte, error) { return body, nil },
	}.Revise(nil)
	if err != nil {
		b.Fatal(err)
	}
	if served, ok := e.Document(path); !ok || served.Hash() != d.Hash() {
		b.Fatalf("%s is not\n%s", path, body)
	}
}

// itemsOf returns the first items of a feed.
func itemsOf(b *testing.B, e *edition.Edition, channel network.Channel) (items []pages.Item) {
	b.Helper()
	var feed struct {
		Items []struct {
			URL, Title, Summary, Language string
			Published                     time.Time `json:"date_published"`
		}
	}
	if err := json.Unmarshal([]byte(document(e, network.FeedPath(channel.ID, network.JSON))), &feed); err != nil {
		b.Fatal(err)
	}
	for _, it := range feed.Items[:min(len(feed.Items), pages.MaxItems)] {
		items = append(items, pages.Item(it))
	}
	return items
}
