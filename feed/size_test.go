package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"feedstation/feed"
)

// fullTexts returns which articles have their full text in each format, by
// their place.
func fullTexts(t *testing.T, c *feed.Feed) (full map[string][]int, length int) {
	t.Helper()
	full = map[string][]int{}
	for _, format := range documents() {
		doc, err := format.write(c)
		if err != nil {
			t.Fatal(err)
		}
		length = max(length, len(doc))
		var bodies, summaries []string
		switch format.name {
		case "rss":
			var d rssDocument
			err = xml.Unmarshal(doc, &d)
			for _, it := range d.Channel.Items {
				bodies, summaries = append(bodies, it.Content), append(summaries, it.Description)
			}
		case "atom":
			var d atomDocument
			err = xml.Unmarshal(doc, &d)
			for _, it := range d.Entries {
				bodies, summaries = append(bodies, it.Content.Text), append(summaries, it.Summary.Text)
			}
		case "json":
			var d struct {
				Items []struct {
					Summary string
					HTML    string `json:"content_html"`
					Text    string `json:"content_text"`
				}
			}
			err = json.Unmarshal(doc, &d)
			for _, it := range d.Items {
				bodies, summaries = append(bodies, it.HTML), append(summaries, it.Summary)
				if it.HTML == "" && it.Text != it.Summary {
					t.Errorf("content_text %q", it.Text)
				}
			}
		}
		if err != nil || len(bodies) != len(c.Items) {
			t.Fatalf("%s: %d items: %v", format.name, len(bodies), err)
		}
		full[format.name] = []int{}
		for i := range bodies {
			if bodies[i] != "" {
				full[format.name] = append(full[format.name], i)
			}
			if summaries[i] == "" {
				t.Errorf("%s: items[%d] has no summary", format.name, i)
			}
		}
	}
	return full, length
}

// prepared is channel that fails the test.
func prepared(t *testing.T, d *draft) *feed.Feed {
	t.Helper()
	c, err := d.channel()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestMaxBytes(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2019, 3, 11, hour, 0, 0, 0, shanghai) }
	body := "<p>" + strings.Repeat("湘", 30_000) + "</p>" // 90 KB
	tests := []struct {
		name   string
		hours  []int // when the articles were published
		change func(c *draft)
		want   []int // those with their full text
	}{
		{"all fit", []int{4, 3, 2, 1}, nil, []int{0, 1, 2, 3}},
		{"the oldest do not", []int{4, 3, 2, 1}, func(c *draft) { c.MaxBytes = 220_000 }, []int{0, 1}},
		{"the oldest are not the last", []int{2, 4, 1, 3}, func(c *draft) { c.MaxBytes = 220_000 }, []int{1, 3}},
		{"of the same age the last", []int{1, 1, 1, 1}, func(c *draft) { c.MaxBytes = 220_000 }, []int{0, 1}},
		{"none fits", []int{4, 3}, func(c *draft) { c.MaxBytes = 50_000 }, []int{}},
		{"not even the summaries fit", []int{4, 3}, func(c *draft) { c.MaxBytes = 1 }, []int{}},
		{"the newest does not fit, nor then do the older", []int{4, 3}, func(c *draft) {
			c.MaxBytes = 100_000
			c.Items[0].Body = strings.Repeat(body, 2)
		}, []int{}},
		{"short ones go as well when they are older", []int{4, 3, 2}, func(c *draft) {
			c.MaxBytes = 120_000
			c.Items[2].Body = "<p>湘</p>"
		}, []int{0}},
		{"summaries only", []int{4, 3}, func(c *draft) { c.SummaryOnly = true }, []int{}},
		{"the default", make([]int, 24), nil, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := emptyChannel()
			for i, hour := range test.hours {
				c.Items = append(c.Items, feed.Item{
					URL: fmt.Sprintf("https://xt.news.example/%d.html", i), Title: "湘潭", Published: at(hour), Body: body,
				})
			}
			if test.change != nil {
				test.change(c)
			}
			full, length := fullTexts(t, prepared(t, c))
			want := map[string][]int{"rss": test.want, "atom": test.want, "json": test.want}
			if diff := cmp.Diff(want, full); diff != "" {
				t.Error(diff)
			}
			limit := c.MaxBytes
			if limit == 0 {
				limit = feed.DefaultMaxBytes
			}
			if length > limit && limit > 1 {
				t.Errorf("%d bytes, at most %d", length, limit)
			}
		})
	}
}

// TestMaxBytesHolds cuts a channel with everything at every length between all
// full texts and none. What has to be escaped makes the formats differ.
func TestMaxBytesHolds(t *testing.T) {
	d := richChannel()
	for i := range 6 {
		it := d.Items[i%2]
		it.URL += fmt.Sprint(i)
		it.Body = strings.Repeat(`<p title="&#34;">&lt;&amp;"`+"\u2028\n</p>", 40*i)
		d.Items = append(d.Items, it)
	}
	c := prepared(t, d)
	_, longest := fullTexts(t, c)
	c.SummaryOnly = true
	_, shortest := fullTexts(t, c)
	c.SummaryOnly = false
	var before []int
	for limit := shortest + 20_000; limit < longest+20_000; limit += 997 {
		c.MaxBytes = limit
		full, length := fullTexts(t, c)
		if length > limit {
			t.Errorf("%d bytes, at most %d", length, limit)
		}
		if !slices.Equal(full["rss"], full["atom"]) || !slices.Equal(full["rss"], full["json"]) {
			t.Errorf("%d bytes: full texts differ: %v", limit, full)
		}
		if len(full["rss"]) < len(before) {
			t.Errorf("%d bytes: %v, with fewer bytes %v", limit, full["rss"], before)
		}
		before = full["rss"]
	}
	if len(before) != len(c.Items)-1 { // the one without a body
		t.Errorf("at last %v", before)
	}
}

// TestMaxBytesCountsHead has a channel whose names are long, and longer when
// they are escaped.
func TestMaxBytesCountsHead(t *testing.T) {
	d := emptyChannel()
	d.Title, d.Description, d.Author = strings.Repeat(`"`, 1000), "", ""
	for i := range 3 {
		d.Items = append(d.Items, feed.Item{
			URL: fmt.Sprintf("https://xt.news.example/%d.html", i), Published: d.Updated, Body: "<p>" + strings.Repeat("湘", 5000) + "</p>",
		})
	}
	c := prepared(t, d)
	for c.MaxBytes = 20_000; c.MaxBytes < 90_000; c.MaxBytes += 1999 {
		if full, length := fullTexts(t, c); length > c.MaxBytes && len(full["atom"]) > 0 {
			t.Errorf("%d bytes, at most %d", length, c.MaxBytes)
		}
	}
}

// TestArticleBytes holds that no article exceeds the 1 MB that aggregators read
// of one, whatever its text makes of it in a format.
func TestArticleBytes(t *testing.T) {
	for _, s := range []string{"湘", `"`, "\u2028", "&amp;", "<b>'</b>"} {
		c := bareChannel()
		c.Items[0].Body = "<p>" + strings.Repeat(s, 2_000_000/len(s))
		full, length := fullTexts(t, prepared(t, c))
		if length > 1_000_000 || len(full["rss"]) != 1 {
			t.Errorf("%q: %d bytes, full texts %v", s, length, full)
		}
	}
}

// TestItemBounds holds that an accident in one article stays small.
func TestItemBounds(t *testing.T) {
	c := bareChannel()
	it := &c.Items[0]
	long := strings.Repeat("湘潭", 5000)
	it.Title, it.Summary, it.Rights = long, long, long
	for i := range 300 {
		it.Authors = append(it.Authors, fmt.Sprint(i))
		it.Tags = append(it.Tags, fmt.Sprint(i))
		it.Images = append(it.Images, feed.Image{URL: fmt.Sprintf("/%d.jpg", i)})
		it.Enclosures = append(it.Enclosures, feed.Enclosure{URL: fmt.Sprintf("/%d.mp3", i)})
		it.Categories = append(it.Categories, feed.Category{Term: fmt.Sprint("c", i)})
	}
	got := readAtom(t, c).Entries[0]
	lengths := []int{
		utf8.RuneCountInString(got.Title), utf8.RuneCountInString(got.Summary.Text), utf8.RuneCountInString(got.Rights),
		len(got.Authors), len(got.Categories), len(got.Media), len(got.Links),
	}
	if diff := cmp.Diff([]int{1000, 1000, 1000, 100, 200, 100, 1 + 100}, lengths); diff != "" {
		t.Error(diff)
	}
}
