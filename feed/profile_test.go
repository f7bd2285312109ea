package feed_test

import (
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

func profileOf(t *testing.T, name string) *feed.Profile {
	t.Helper()
	for _, p := range feed.Profiles() {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no profile %s", name)
	return nil
}

// forProfile returns the document of a channel, by its text and by its elements.
func forProfile(t *testing.T, name string, c *draft) (rssDocument, *node) {
	t.Helper()
	doc, items := prepared(t, c).ForProfile(profileOf(t, name))
	var d rssDocument
	if err := xml.Unmarshal(doc, &d); err != nil || len(d.Channel.Items) != items {
		t.Fatalf("%d items, told %d: %v", len(d.Channel.Items), items, err)
	}
	root, err := parseXML(string(doc))
	if err != nil {
		t.Fatal(err)
	}
	return d, root
}

// wanted is an article that no aggregator misses anything in.
func wanted() feed.Item {
	return feed.Item{
		URL: "https://xt.news.example/1.html", Title: "Spring comes to the Xiang, and so do the first boats", Authors: []string{"Ana"},
		Body:      "<p>" + strings.Repeat("The first boats are here. ", 20) + "</p>",
		Images:    []feed.Image{{URL: "https://img.news.example/1.jpg", Width: 1280, Height: 720}},
		Published: time.Date(2026, 3, 10, 9, 0, 0, 0, shanghai), Language: "en",
	}
}

func TestProfileLacks(t *testing.T) {
	all := []string{"flipboard", "msn", "smartnews"}
	tests := []struct {
		name   string
		change func(it *feed.Item)
		want   map[string][]string // by profile
	}{
		{"nothing", func(*feed.Item) {}, nil},
		{"text", func(it *feed.Item) { it.Body = "" }, map[string][]string{
			"flipboard": {"no text", "a text of fewer than 300 characters"}, "msn": {"no text"}, "smartnews": {"no text"},
		}},
		{"text that can be seen", func(it *feed.Item) { it.Body = "<p> </p><script>x</script>" }, map[string][]string{
			"flipboard": {"no text", "a text of fewer than 300 characters"}, "msn": {"no text"}, "smartnews": {"no text"},
		}},
		{"a picture", func(it *feed.Item) { it.Images = nil }, map[string][]string{
			"flipboard": {"no picture"}, "msn": {"no picture"}, "smartnews": {"no picture"},
		}},
		{"nothing, with a picture in the text", func(it *feed.Item) { it.Images, it.Body = nil, it.Body+`<img src="https://img.news.example/2.jpg">` }, nil},
		{"a picture that is not small", func(it *feed.Item) { it.Images[0].Width, it.Images[0].Height = 600, 399 }, map[string][]string{
			"flipboard": {"a lead picture of fewer than 400 pixels"}, "msn": {"a lead picture of fewer than 720 pixels"},
		}},
		{"a wide picture", func(it *feed.Item) { it.Images[0].Width, it.Images[0].Height = 720, 400 }, nil},
		{"nothing, where the size is unknown", func(it *feed.Item) { it.Images[0].Width, it.Images[0].Height = 0, 100 }, nil},
		{"another type of picture", func(it *feed.Item) { it.Images[0].URL = "https://img.news.example/1.gif" }, map[string][]string{"msn": {"a lead picture that is a GIF"}}},
		{"a picture with https", func(it *feed.Item) { it.Images[0].URL = "http://img.news.example/1.jpg" }, map[string][]string{"msn": {"a lead picture without https"}}},
		{"a title of 21 characters", func(it *feed.Item) { it.Title = strings.Repeat("湘", 20) }, map[string][]string{"msn": {"a title of 20 characters or fewer"}}},
		{"nothing, with a title of 21 characters", func(it *feed.Item) { it.Title = strings.Repeat("湘", 21) }, nil},
		{"youth", func(it *feed.Item) { it.Published = it.Published.AddDate(-1, 0, 0) }, map[string][]string{"msn": {"older than 365 days"}}},
		{"a longer text", func(it *feed.Item) { it.Body = "<p>" + strings.Repeat("湘", 299) + "</p>" }, map[string][]string{"flipboard": {"a text of fewer than 300 characters"}}},
		{"nothing, with 300 characters", func(it *feed.Item) { it.Body = "<p>" + strings.Repeat("湘", 300) + "</p>" }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			it := wanted()
			test.change(&it)
			p, err := feed.Prepare(it)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range all {
				if diff := cmp.Diff(test.want[name], profileOf(t, name).Lacks(p, wanted().Published)); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
		})
	}
}

// TestProfileItems holds which articles are in the feeds: those with a text, and as
// many of the newest as there is room for, each with its text, whatever other feeds
// of the channel have.
func TestProfileItems(t *testing.T) {
	c := bareChannel()
	c.Items, c.SummaryOnly = nil, true
	for i := range 8 {
		it := wanted()
		it.URL = fmt.Sprintf("https://xt.news.example/%d.html", i)
		it.Body = "<p>" + strings.Repeat("湘", 60_000) // 180 KB
		it.Published = it.Published.Add(time.Duration(-i) * time.Hour)
		if i == 2 {
			it.Body = ""
		}
		c.Items = append(c.Items, it)
	}
	for name, want := range map[string][]int{"smartnews": {0, 1, 3, 4, 5}, "msn": {0, 1, 3, 4, 5, 6, 7}, "flipboard": {0, 1, 3, 4, 5, 6, 7}} {
		d, _ := forProfile(t, name, c)
		var got []int
		for _, it := range d.Channel.Items {
			got = append(got, slices.IndexFunc(c.Items, func(of feed.Item) bool { return of.URL == it.Link }))
			if it.Content == "" {
				t.Errorf("%s: %s has no text", name, it.Link)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: articles %v, want %v", name, got, want)
		}
	}
}

// TestProfileOfWithdrawn holds that SmartNews, which keeps what has only left a feed, is
// told of an article that was withdrawn, and that no other aggregator gets such an item.
func TestProfileOfWithdrawn(t *testing.T) {
	c := bareChannel()
	c.Items = []feed.Item{wanted(), {
		URL: "https://xt.news.example/2.html", GUID: "news:2", Title: "本文已撤回 & <b>", Withdrawn: true,
		Published: wanted().Published.Add(-time.Hour), Updated: wanted().Published.Add(time.Hour),
	}}
	for name, want := range map[string]int{"smartnews": 2, "msn": 1, "flipboard": 1} {
		doc, articles := prepared(t, c).ForProfile(profileOf(t, name))
		if got := strings.Count(string(doc), "<item>"); got != want || articles != 1 {
			t.Errorf("%s: %d items, want %d; %d articles", name, got, want, articles)
		}
	}
	doc, _ := prepared(t, c).ForProfile(profileOf(t, "smartnews"))
	_, item, _ := strings.Cut(string(doc), "<guid isPermaLink=\"false\">news:2</guid>")
	item, _, _ = strings.Cut(item, "</item>")
	for _, want := range []string{`<media:status>deleted</media:status>`, "<pubDate>Tue, 10 Mar 2026 10:00:00 +0800</pubDate>", "<content:encoded>"} {
		if !strings.Contains(item, want) {
			t.Errorf("no %s in\n%s", want, item)
		}
	}
	if strings.Count(string(doc), "<media:status>") != 1 {
		t.Errorf("an article is said to be deleted:\n%s", doc)
	}
}

func TestSmartNews(t *testing.T) {
	c := richChannel()
	c.Description = strings.Repeat("湘", 31)
	d, root := forProfile(t, "smartnews", c)
	for _, n := range root.allNodes() {
		switch n.Space {
		case "", "http://purl.org/rss/1.0/modules/content/", "http://purl.org/dc/elements/1.1/", "http://search.yahoo.com/mrss/", "http://www.smartnews.be/snf":
		default:
			t.Errorf("%s: a namespace that is not in the specification", n.short())
		}
	}
	if got := utf8.RuneCountInString(d.Channel.Description); got != 30 {
		t.Errorf("the description has %d characters", got)
	}
	checkEqual(t, "pubDate", d.Channel.PubDate, "Mon, 11 Mar 2019 09:30:00 +0800")
	checkEqual(t, "thumbnails", d.Channel.Items[0].Thumbnail[0].URL, "https://img.news.example/1.jpg")
	checkEqual(t, "media:content", len(d.Channel.Items[0].Media), 0)
	empty, _ := forProfile(t, "smartnews", emptyChannel())
	checkEqual(t, "pubDate without articles", empty.Channel.PubDate, "Mon, 11 Mar 2019 10:05:00 +0800")
}

func TestMSN(t *testing.T) {
	c := bareChannel()
	it := wanted()
	it.Title = strings.Repeat("长", 151)
	it.Updated = it.Published.Add(time.Hour)
	it.Body = `<figure><img src="https://img.news.example/1.jpg"><figcaption>图</figcaption></figure><p>造成<s>5</s><del>4</del>3人<u>受伤</u></p>` +
		`<h6>小</h6><hr><ruby>湘<rt>xiāng</rt></ruby><video src="https://a.example/1.mp4"><p>x</p></video><table><tr><td>a</td></tr></table><dl><dt>一</dt><dd>二</dd></dl>`
	c.Items = []feed.Item{it}
	d, root := forProfile(t, "msn", c)
	got := d.Channel.Items[0]
	checkEqual(t, "text", got.Content, `<div><img src="https://img.news.example/1.jpg" alt=""><div>图</div></div><p>造成3人受伤</p><h5>小</h5>湘<table><tr><td>a</td></tr></table><div><div>一</div><div>二</div></div>`)
	checkEqual(t, "pubDate", got.PubDate, "Tue, 10 Mar 2026 01:00:00 +0000")
	checkEqual(t, "dcterms:modified", got.Modified, "2026-03-10T02:00:00Z")
	short := root.all("http://schemas.ingestion.microsoft.com/common/ shortTitle")
	if len(short) != 1 || utf8.RuneCountInString(short[0].text) != 150 {
		t.Errorf("mi:shortTitle: %v", short)
	}
	c.Items[0].Title = strings.Repeat("长", 150)
	if _, root := forProfile(t, "msn", c); len(root.all("http://schemas.ingestion.microsoft.com/common/ shortTitle")) != 0 {
		t.Error("a short title beside one that is no longer")
	}
}

func TestFlipboard(t *testing.T) {
	tests := []struct {
		name        string
		change      func(it *feed.Item)
		enclosure   string
		media       []string
		description string // begins so
	}{
		{"a picture", func(*feed.Item) {}, "https://img.news.example/1.jpg", nil, "The first boats are here. The first boats are here. The"},
		{"two", func(it *feed.Item) { it.Images = append(it.Images, feed.Image{URL: "/2.jpg"}) }, "https://img.news.example/1.jpg", []string{"https://xt.news.example/2.jpg"}, "The first"},
		{"sound", func(it *feed.Item) { it.Enclosures = []feed.Enclosure{{URL: "/a.mp3"}} }, "https://img.news.example/1.jpg", []string{"https://xt.news.example/a.mp3"}, ""},
		{"a film", func(it *feed.Item) { it.Enclosures = []feed.Enclosure{{URL: "/a.mp4"}} }, "https://xt.news.example/a.mp4", []string{"https://img.news.example/1.jpg"}, ""},
		{"no picture", func(it *feed.Item) { it.Images = nil }, "", nil, ""},
		{"one of unknown type", func(it *feed.Item) { it.Images[0].URL = "/picture" }, "", []string{"https://xt.news.example/picture"}, ""},
		{"a long summary", func(it *feed.Item) { it.Summary = strings.Repeat("Long. ", 60) }, "https://img.news.example/1.jpg", nil, "Long. Long."},
		{"a short text", func(it *feed.Item) { it.Summary, it.Body = "A summary.", "<p>Short.</p>" }, "https://img.news.example/1.jpg", nil, "A summary."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			it := wanted()
			test.change(&it)
			c.Items = []feed.Item{it}
			d, _ := forProfile(t, "flipboard", c)
			got := d.Channel.Items[0]
			enclosure := ""
			if len(got.Enclosure) > 0 {
				enclosure = got.Enclosure[0].URL
			}
			var media []string
			for _, m := range got.Media {
				media = append(media, m.URL)
			}
			checkEqual(t, "enclosure", enclosure, test.enclosure)
			if !slices.Equal(media, test.media) {
				t.Errorf("media:content %q, want %q", media, test.media)
			}
			if !strings.HasPrefix(got.Description, test.description) {
				t.Errorf("description %q", got.Description)
			}
		})
	}
}

// checkEqual fails unless something is as it should be.
func checkEqual[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
