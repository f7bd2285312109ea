package feed_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mmcdole/gofeed"

	"feedstation/feed"
)

// tester is a *testing.T or a *rapid.T.
type tester interface {
	Helper()
	Error(...any)
	Errorf(string, ...any)
	Fatalf(string, ...any)
}

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
			checkFeed(t, d.name, c, f)
		})
	}
}

func checkFeed(t tester, format string, want *draft, got *gofeed.Feed) {
	t.Helper()
	self := map[string]string{"rss": want.RSSURL, "atom": want.AtomURL, "json": want.JSONURL}[format]
	if diff := cmp.Diff(
		[]string{format, want.Title, want.Description, want.Language, want.HomeURL, self, want.Author},
		[]string{got.FeedType, got.Title, feed.PlainText(got.Description), got.Language, got.Link, got.FeedLink, got.Authors[0].Name},
	); diff != "" {
		t.Error(diff)
	}
	if len(got.Items) != len(want.Items) {
		t.Fatalf("%d items, want %d", len(got.Items), len(want.Items))
	}
	for i := range want.Items {
		checkItem(t, format, want, &want.Items[i], got.Items[i])
	}
}

func checkItem(t tester, format string, channel *draft, want *feed.Item, got *gofeed.Item) {
	t.Helper()
	c := inFormat([]content{contentOf(want, !channel.SummaryOnly)}, format, channel)[0]
	if format == "json" && c.Body == "" {
		c.Body = c.Summary // content_text
	}
	if format == "json" && want.Summary == "" && feed.PlainText(want.Body) == "" {
		c.Summary = "" // the title is the text
	}
	if diff := cmp.Diff(
		[]string{c.ID, want.URL, want.Title, c.Summary, c.Body},
		[]string{got.GUID, got.Link, got.Title, feed.PlainText(got.Description), got.Content},
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
	if diff := cmp.Diff(c.Authors, names, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("authors: %s", diff)
	}
}
