package feed_test

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"feedstation/feed"
)

// words are plain text that stays as it is and that an encoder can get wrong.
var words = []string{
	"湘潭", "新闻", "R&D", "x<y", "<NBA>", "3>2", `"a"`, "it's", "𠮷野家", "👨‍👩‍👧", "🏳️‍🌈", "مرحبا", "שלום", "é", "e\u0301",
	"]]>", "\\", "/", "%!s", "\u2028x\u2029", "a\u200db", "-->", "{{.}}", "。", "…",
}

// pieces are HTML in the form in which Prepare leaves it.
var pieces = []string{
	"<p>湘潭 &amp; 长沙</p>", "\n", "<p>x &lt; y &gt; z ]]&gt; <b>\"a\" it's</b></p>", "<h2>𠮷 👨‍👩‍👧</h2>", "<ul><li>مرحبا</li></ul>",
	`<figure><img src="https://img.news.example/1.jpg?w=8&amp;h=6" alt="图 &#34;1&#34;"><figcaption>图</figcaption></figure>`,
	`<p><a href="https://a.example/?a=1&amp;b=2" title="it's">a</a><br>b</p>`, "<p>\\ / \u2029 \t {{.}}</p>",
}

// clean draws what a newsroom could write and what needs no repair.
type clean struct{ *rapid.T }

func (c clean) text(label string) string {
	return strings.Join(strings.Fields(strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 1, 6).Draw(c.T, label), " ")), " ")
}

func (c clean) optional(label string) string {
	if rapid.Bool().Draw(c.T, "has "+label) {
		return c.text(label)
	}
	return ""
}

func (c clean) address(label string) string {
	return rapid.StringMatching(`https?://[a-z]{1,8}\.example(:8443)?/[a-zA-Z0-9._~/-]{1,20}(\?[a-z]=[0-9]&b=%E6%B9%98)?`).Draw(c.T, label)
}

func (c clean) optionalAddress(label string) string {
	if rapid.Bool().Draw(c.T, "has "+label) {
		return c.address(label)
	}
	return ""
}

func (c clean) moment(label string) time.Time {
	zone := time.FixedZone("CST", 15*60*rapid.IntRange(-48, 56).Draw(c.T, label+" zone"))
	return time.Unix(rapid.Int64Range(631152000, 4102444800).Draw(c.T, label), 0).In(zone)
}

func (c clean) distinct(label string, n int) (list []string) {
	for i := range rapid.IntRange(0, n).Draw(c.T, label) {
		list = append(list, fmt.Sprintf("%s %s%d", c.text(label), label, i))
	}
	return list
}

func (c clean) number(label string) int { return rapid.IntRange(0, 5000).Draw(c.T, label) }

func (c clean) item(n int) feed.Item {
	it := feed.Item{
		URL:       fmt.Sprintf("https://xt.news.example/content/%d.html", n),
		GUID:      rapid.SampledFrom([]string{"", fmt.Sprintf("http://old.example/%d", n), fmt.Sprintf("tag:xt.news.example,2019:%d", n)}).Draw(c.T, "guid"),
		Title:     c.text("title"),
		Summary:   c.optional("summary"),
		Body:      strings.TrimSpace(strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(c.T, "body"), "")),
		Authors:   c.distinct("author", 3),
		Editor:    c.optional("editor"),
		Published: c.moment("published"),
		Tags:      c.distinct("tag", 3),
		Language:  rapid.SampledFrom([]string{"", "zh-CN", "en", "ar"}).Draw(c.T, "language"),
		Rights:    c.optional("rights"), OriginalURL: c.optionalAddress("original"), NextURL: c.optionalAddress("next"),
		Source: feed.Source{Name: c.optional("source")}, Withdrawn: rapid.IntRange(0, 3).Draw(c.T, "withdrawn") == 0,
	}
	if it.Source.Name != "" {
		it.Source.URL = c.optionalAddress("source address")
	}
	if rapid.Bool().Draw(c.T, "updated") {
		it.Updated = it.Published.Add(time.Duration(c.number("after")) * time.Minute)
	}
	for range rapid.IntRange(0, 3).Draw(c.T, "images") {
		it.Images = append(it.Images, feed.Image{
			URL: c.address("image"), Caption: c.optional("caption"), Credit: c.optional("credit"), Type: "image/png",
			Width: c.number("width"), Height: c.number("height"), Bytes: int64(c.number("bytes")),
		})
	}
	for range rapid.IntRange(0, 2).Draw(c.T, "enclosures") {
		it.Enclosures = append(it.Enclosures, feed.Enclosure{
			URL: c.address("enclosure"), Type: "audio/mpeg", Title: c.optional("enclosure title"), Bytes: int64(c.number("bytes")), Seconds: c.number("seconds"),
		})
	}
	for _, label := range c.distinct("category", 2) {
		it.Categories = append(it.Categories, feed.Category{Term: "c" + label[len(label)-1:], Scheme: c.optionalAddress("scheme"), Label: label})
	}
	return it
}

// drafts are channels with everything or little, all of it clean.
func drafts() *rapid.Generator[*draft] {
	return rapid.Custom(func(t *rapid.T) *draft {
		c := clean{t}
		d := &draft{Feed: feed.Feed{
			Title: c.text("channel"), Description: c.text("description"), Language: "zh-CN", Rights: c.optional("channel rights"),
			HomeURL: "https://xt.news.example/", RSSURL: c.address("rss"), AtomURL: c.address("atom"), JSONURL: c.address("json"),
			Author: c.text("publisher"), Email: "editor@xt.news.example", Icon: c.optionalAddress("icon"), Logo: c.optionalAddress("logo"),
			Generator: c.optional("generator"), Comment: c.optional("comment"), PrevArchive: feed.Addresses{JSON: c.optionalAddress("older")},
			Updated:     c.moment("channel updated"),
			SummaryOnly: rapid.IntRange(0, 9).Draw(t, "summaries") == 0,
		}}
		for n := range rapid.IntRange(0, 6).Draw(t, "items") {
			d.Items = append(d.Items, c.item(n))
		}
		return d
	})
}
