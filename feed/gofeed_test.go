package feed_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mmcdole/gofeed"

	"feedstation/feed"
)

// TestReadByGofeed reads each format with a feed reader's parser.
func TestReadByGofeed(t *testing.T) {
	c := richChannel()
	for _, d := range documents() {
		t.Run(d.name, func(t *testing.T) {
			doc, err := d.render(c)
			if err != nil {
				t.Fatal(err)
			}
			f, err := gofeed.NewParser().Parse(bytes.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			self := map[string]string{"rss": c.RSSURL, "atom": c.AtomURL, "json": c.JSONURL}[d.name]
			got := []string{f.FeedType, f.Title, f.Description, f.Language, f.Link, f.FeedLink, f.Authors[0].Name}
			want := []string{d.name, c.Title, c.Description, c.Language, c.HomeURL, self, c.Author}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if len(f.Items) != len(c.Items) {
				t.Fatalf("%d items, want %d", len(f.Items), len(c.Items))
			}
			for i := range c.Items {
				checkItem(t, d.name, &c.Items[i], f.Items[i])
			}
		})
	}
}

func checkItem(t *testing.T, format string, want *feed.Item, got *gofeed.Item) {
	t.Helper()
	summary := want.Summary
	if summary == "" {
		summary = feed.Summary(want.Body)
	}
	if diff := cmp.Diff(
		[]string{want.URL, want.URL, want.Title, summary, want.Body},
		[]string{got.GUID, got.Link, got.Title, got.Description, got.Content},
	); diff != "" {
		t.Error(diff)
	}
	if got.PublishedParsed == nil || !got.PublishedParsed.Equal(want.Published) {
		t.Errorf("published %v, want %v", got.PublishedParsed, want.Published)
	}
	if !want.Updated.IsZero() && format != "rss" && (got.UpdatedParsed == nil || !got.UpdatedParsed.Equal(want.Updated)) {
		t.Errorf("updated %v, want %v", got.UpdatedParsed, want.Updated)
	}
	var names []string
	for _, a := range got.Authors {
		names = append(names, a.Name)
	}
	authors := want.Authors
	if format == "rss" { // of several dc:creator gofeed takes the first
		authors = authors[:min(1, len(authors))]
	}
	if diff := cmp.Diff(authors, names, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("authors: %s", diff)
	}
}
