package feed_test

import (
	"bytes"
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/feeds"

	"feedstation/feed"
)

// gorillaRow is something that gorilla's generic feed gets wrong: a pattern that
// is in its document of the same article, or missing there.
type gorillaRow struct {
	name    string
	format  string
	change  func(c *draft, it *feed.Item)
	pattern string
}

// gorillaFaults are in its documents.
func gorillaFaults() []gorillaRow {
	body := func(_ *draft, it *feed.Item) { it.Body = "<p>湘\x08\ufffe\xff\u0085潭</p>" }
	return []gorillaRow{
		{"controls in a body", "rss", body, "\x08"},
		{"a noncharacter in a body", "rss", body, "\ufffe"},
		{"C1 controls", "atom", body, "\u0085"},
		{"the mark of damage in a title", "rss", func(_ *draft, it *feed.Item) { it.Title = "湘\xff潭" }, "\ufffd"},
		{"an author without an address", "rss", func(_ *draft, it *feed.Item) { it.Authors = []string{"张三"} }, "<author>"},
		{"a managing editor without an address", "rss", func(c *draft, _ *feed.Item) { c.Email = "" }, "<managingEditor>"},
		{"a source without an address of its own", "rss", func(_ *draft, it *feed.Item) {
			it.Source = feed.Source{Name: "湘潭日报", URL: "https://paper.news.example/"}
		}, "<source>"},
		{"an id with the day of the last change", "atom", func(_ *draft, it *feed.Item) { it.Updated = it.Published.AddDate(0, 0, 3) }, "2019-03-14:"},
		{"an id that is made up", "atom", nil, "urn:uuid|tag:"},
		{"no time of change", "atom", func(c *draft, _ *feed.Item) { c.Updated = time.Time{} }, "<updated></updated>"},
		{"fields that are not there", "json", nil, `"id":\s*""`},
		{"the author of an older version", "json", func(_ *draft, it *feed.Item) { it.Authors = []string{"张三"} }, `"author":`},
		{"escaped markup", "json", func(_ *draft, it *feed.Item) { it.Body = "<p>湘潭</p>" }, `\\u003c`},
		{"indentation in JSON", "json", nil, "\n"},
		{"indentation in RSS", "rss", nil, "\n +<"},
		{"indentation in Atom", "atom", nil, "\n +<"},
		{"the declaration in the line of the root, RSS", "rss", nil, `\?><rss`},
		{"the declaration in the line of the root, Atom", "atom", nil, `\?><feed`},
		{"an empty description", "rss", nil, "<description></description>"},
		{"a person without a name", "atom", func(c *draft, _ *feed.Item) { c.Author, c.Email = "", "editor@xt.news.example" }, `<author>\s*<email>`},
	}
}

// gorillaLacks are missing there.
func gorillaLacks() []gorillaRow {
	recording := func(_ *draft, it *feed.Item) {
		it.Enclosures = []feed.Enclosure{{URL: "/1.mp3", Bytes: 2345678, Seconds: 95}, {URL: "/2.mp3", Bytes: 1}}
	}
	return []gorillaRow{
		{"the items of an empty feed", "json", func(c *draft, _ *feed.Item) { c.Items = nil }, `"items":\s*\[\]`},
		{"the text of an article without a body", "json", func(_ *draft, it *feed.Item) { it.Summary = "一。" }, `"content_text":`},
		{"the address of a JSON feed", "json", nil, `"feed_url":`},
		{"the size of a recording", "json", recording, `"size_in_bytes":\s*2345678`},
		{"the second recording", "json", recording, `2\.mp3`},
		{"a link to itself in Atom", "atom", nil, `rel="self"`},
		{"a link to itself in RSS", "rss", nil, `rel="self"`},
		{"several links in Atom", "atom", nil, `(?s)rel="self".*rel="alternate"`},
		{"the time of publication in Atom", "atom", nil, "<published>2019"},
		{"the language of an RSS feed", "rss", nil, "<language>"},
		{"the authors of an RSS article", "rss", func(_ *draft, it *feed.Item) { it.Authors = []string{"张三", "李四"} }, "<dc:creator>张三、李四"},
		{"the address of a source", "rss", func(_ *draft, it *feed.Item) {
			it.Source = feed.Source{Name: "湘潭日报", URL: "https://paper.news.example/"}
		}, `<source url=`},
		{"the term of a category", "atom", func(_ *draft, it *feed.Item) { it.Tags = []string{"湘潭"} }, `<category term=`},
		{"the query of an address in an id", "atom", func(_ *draft, it *feed.Item) { it.URL += "?id=5207683" }, `<id>[^<]*5207683`},
	}
}

// TestGorillaFaults holds that what gorilla/feeds gets wrong is right here, and
// that each pattern would notice: gorilla's own document has the fault.
func TestGorillaFaults(t *testing.T) {
	for _, row := range gorillaFaults() {
		t.Run(row.name, func(t *testing.T) { row.check(t, true) })
	}
	for _, row := range gorillaLacks() {
		t.Run(row.name, func(t *testing.T) { row.check(t, false) })
	}
}

// check wants the pattern in gorilla's document or in ours.
func (row *gorillaRow) check(t *testing.T, inTheirs bool) {
	t.Helper()
	c := emptyChannel()
	c.Items = bareChannel().Items
	if row.change != nil {
		row.change(c, &c.Items[0])
	}
	ours, err := map[string]func() ([]byte, error){"rss": c.RSS, "atom": c.Atom, "json": c.JSON}[row.format]()
	if err != nil {
		t.Fatal(err)
	}
	ours = bytes.TrimPrefix(ours, []byte(xml.Header))
	theirs := byGorilla(t, row.format, c)
	pattern := regexp.MustCompile(row.pattern)
	if pattern.MatchString(theirs) != inTheirs {
		t.Errorf("gorilla is right about %q:\n%s", pattern, theirs)
	}
	if pattern.Match(ours) == inTheirs {
		t.Errorf("wrong about %q:\n%s", pattern, ours)
	}
}

// byGorilla renders as a program does that leaves the ids to gorilla, and has
// nothing for what its generic feed has no field for.
func byGorilla(t *testing.T, format string, c *draft) string {
	t.Helper()
	f := &feeds.Feed{
		Title: c.Title, Link: &feeds.Link{Href: c.HomeURL}, Author: &feeds.Author{Name: c.Author, Email: c.Email}, Copyright: c.Rights,
	}
	for _, it := range c.Items {
		item := &feeds.Item{
			Title: it.Title, Link: &feeds.Link{Href: it.URL}, Source: &feeds.Link{Href: it.Source.URL}, Description: it.Summary,
			Updated: it.Updated, Created: it.Published, Content: it.Body,
		}
		if len(it.Enclosures) > 0 {
			e := it.Enclosures[0]
			item.Enclosure = &feeds.Enclosure{Url: e.URL, Type: "audio/mpeg", Length: strconv.FormatInt(e.Bytes, 10)}
		}
		if len(it.Authors) > 0 {
			item.Author = &feeds.Author{Name: it.Authors[0]}
		}
		f.Add(item)
	}
	doc, err := map[string]func() (string, error){"rss": f.ToRss, "atom": f.ToAtom, "json": f.ToJSON}[format]()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToValidUTF8(doc, "\ufffd")
}
