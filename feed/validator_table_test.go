package feed_test

import (
	"strings"
	"testing"
	"time"

	"feedstation/feed"
)

// validatorRow is a message of the W3C's feed validator that news can cause.
type validatorRow struct {
	message string
	cause   func(c *draft, it *feed.Item) // what a newsroom or a configuration does
	check   check                         // our own small validator
	old     string                        // in the documents, and in its place
	broken  string                        // what the check must find
}

func validatorRows() []validatorRow {
	at := time.Date(2019, 3, 11, 9, 0, 0, 0, shanghai)
	return []validatorRow{
		{
			"InvalidContact",
			func(c *draft, it *feed.Item) { c.Email, it.Authors = "编辑部", []string{"张三"} },
			every("author managingEditor webMaster", isContact), "<guid", "<author>张三</author><guid",
		},
		{
			"DuplicateItemSemantics",
			func(_ *draft, it *feed.Item) {
				it.Authors, it.Source.URL, it.OriginalURL = []string{"张三"}, "https://a.example/", "https://a.example/1"
			},
			notBoth([2]string{"author", "dc:creator"}, [2]string{"source", "dc:source"}, [2]string{"pubDate", "dc:date"}),
			"<guid", "<author>a@b.example</author><guid",
		},
		{"MissingAtomSelfLink, MissingSelf", nil, selfLink, `rel="self"`, `rel="alternate"`},
		{"SelfDoesntMatchLocation", nil, selfLink, `rel="self" type="application/rss+xml" href="https://xt.news.example/moment`, `rel="self" type="application/rss+xml" href="https://xt.news.example`},
		{"RelativeSelf, SelfNotAtom", nil, selfLink, `rel="self" type="application/atom+xml" href="https://xt.news.example`, `rel="self" type="application/atom+xml" href="`},
		{"MissingGuid", nil, identity, "guid", "gid"},
		{"NotSufficientlyUnique", nil, identity, ">https://xt.news.example/content/2019/03/11/1.html</id>", ">5207683</id>"},
		{
			"DuplicateValue, DuplicateEntries",
			func(c *draft, it *feed.Item) { c.Items = append(c.Items, *it) },
			identity, "</channel>", `<item><guid isPermaLink="true">https://xt.news.example/content/2019/03/11/1.html</guid></item></channel>`,
		},
		{
			"MissingAttribute source@url",
			func(_ *draft, it *feed.Item) { it.Source.Name = "湘潭日报" },
			every("source", hasURL), "<guid", "<source>湘潭日报</source><guid",
		},
		{
			"InvalidLanguage",
			func(c *draft, it *feed.Item) { c.Language, it.Language = "zh_CN", "en_US" },
			languages, "zh-CN", "zh_CN",
		},
		{
			"UriNotIri, InvalidFullLink",
			func(c *draft, it *feed.Item) {
				c.HomeURL, it.URL = "https://新闻.example/湘潭 ", "https://xt.news.example/内容/1 2.html"
				it.OriginalURL, it.NextURL, it.Source = "https://新闻.example/原文", "/下一篇", feed.Source{Name: "湘", URL: "//新闻.example"}
				it.Images, it.Enclosures = []feed.Image{{URL: "图.jpg"}}, []feed.Enclosure{{URL: "声 音.mp3"}}
			},
			addresses, "%E5%86%85", "内",
		},
		{
			"ContainsHTML, ContainsUndeclaredHTML",
			func(c *draft, it *feed.Item) {
				c.Title, it.Title = "<i>湘潭</i> R&amp;D", "<b>R&amp;D</b> &nbsp; &copy; 湘潭<br/>站"
			},
			every(titles, isPlain), "R&#x26;D", "R&#x26;amp;D",
		},
		{
			"ContainsRelRef",
			func(_ *draft, it *feed.Item) {
				it.Body = `<a href="/x">a</a><img src="1.jpg"><video poster="p.jpg" src=v.mp4></video><blockquote cite=c>b</blockquote>`
			},
			every(bodies, tags(absolute)), `src="https://xt.news.example/content/2019/03/11/1.jpg`, `src="1.jpg`,
		},
		{
			"SecurityRisk, NotHtml",
			func(_ *draft, it *feed.Item) {
				it.Body = "<p>a</p><script>x</script><iframe src=x></iframe><object></object><embed><style></style><link><meta><o:p>b</o:p><nosuch>c</nosuch>"
			},
			every(bodies, tags(harmless)), "<p>", "<nosuch><p>",
		},
		{
			"SecurityRiskAttr, DangerousStyleAttr",
			func(_ *draft, it *feed.Item) {
				it.Body = `<p onclick="x()" style="max-width:1px">a<a href="javascript:x()">b</a></p>`
			},
			every(bodies, tags(harmless)), "<p>", `<p style="max-width:1px">`,
		},
		{
			"BadCharacters",
			func(c *draft, it *feed.Item) {
				c.Title, it.Title, it.Body, it.Rights = "湘\ufffd潭\u0085", "湘\u0080潭", "<p>湘&#xfffd;潭\u009f</p>", "\u0099©"
			},
			characters, "湘潭", "湘\u0085潭",
		},
		{
			"MissingTextualContent, NotBlank",
			func(_ *draft, it *feed.Item) { *it = feed.Item{URL: it.URL, Published: it.Published} },
			every("description atom:summary atom:title title atom:id atom:updated guid link", filled), ">https://xt.news.example/content/2019/03/11/1.html</summary>", "></summary>",
		},
		{
			"MissingTextualContent, elements that must be there",
			func(_ *draft, it *feed.Item) { *it = feed.Item{URL: it.URL, Updated: at} },
			need("atom:summary", "atom:updated", "atom:title", "atom:id", "title", "link", "description", "guid"), `<summary type="text">https://xt.news.example/content/2019/03/11/1.html</summary>`, "",
		},
		{
			"InvalidRFC3339Date, and the zones that the validator does not notice",
			func(c *draft, it *feed.Item) { c.Updated, it.Published, it.Updated = at, at, at.UTC() },
			every(dates, rfcDate), "09:00:00 +0800", "09:00:00 CST",
		},
		{
			"ImplausibleDate",
			func(_ *draft, it *feed.Item) { it.Published, it.Updated = time.Time{}, at },
			every(dates, plausible), "2019-03-11T09:00:00+08:00</updated>", "0001-01-01T00:00:00Z</updated>",
		},
		{
			"ImageLinkDoesntMatch, ImageTitleDoesntMatch",
			func(c *draft, _ *feed.Item) { c.Logo = "https://xt.news.example/logo.png" },
			channelImage, "<image><url>https://xt.news.example/logo.png</url><title>湘潭站", "<image><url>https://xt.news.example/logo.png</url><title>湘",
		},
		{
			"ImageUrlFormat",
			func(c *draft, _ *feed.Item) {
				c.Logo, c.Icon = "https://xt.news.example/logo.webp", "https://xt.news.example/icon.gif"
			},
			channelImage, "icon.gif</url>", "icon.svg</url>",
		},
		{
			"DuplicateEnclosure",
			func(_ *draft, it *feed.Item) {
				it.Enclosures = []feed.Enclosure{{URL: "/1.mp3", Bytes: 1}, {URL: "/2.mp3", Bytes: 2}}
				it.Images = []feed.Image{{URL: "/1.jpg", Bytes: 3}}
			},
			atMostOne("enclosure"), "<guid", `<enclosure url="https://xt.news.example/2.mp3" length="2" type="audio/mpeg"/><guid`,
		},
		{
			"NeedDescriptionBeforeContent",
			func(_ *draft, it *feed.Item) { it.Body = "<p>湘潭</p>" },
			order("description", "content:encoded"), "<description>湘潭</description><content:encoded>", "<content:encoded></content:encoded><description>湘潭</description><content:encoded>",
		},
		{"MissingDCLanguage", nil, hasLanguage, "<language>zh-CN</language>", ""},
		{
			"UnknownNamespace",
			func(c *draft, _ *feed.Item) { c.Items = richChannel().Items },
			knownNamespaces, "</channel>", `<icon xmlns="http://webfeeds.example/rss/1.0"/></channel>`,
		},
		{
			"UnregisteredAtomLinkRel",
			func(c *draft, _ *feed.Item) { c.Items = richChannel().Items },
			every("atom:link", registeredRel), `rel="related"`, `rel="next-article"`,
		},
	}
}

// TestValidatorTable holds that the documents are free of what the W3C's feed
// validator complains of, whatever causes it, and that each check would notice.
func TestValidatorTable(t *testing.T) {
	for _, row := range validatorRows() {
		t.Run(row.message, func(t *testing.T) {
			c := emptyChannel()
			c.Items = bareChannel().Items
			if row.cause != nil {
				row.cause(c, &c.Items[0])
			}
			noticed := false
			for _, format := range documents()[:2] {
				doc, err := format.render(c)
				if err != nil {
					t.Fatal(err)
				}
				root, err := parseXML(string(doc))
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range row.check(root) {
					t.Errorf("%s: %s\n%s", format.name, fault, doc)
				}
				if row.old == "" || !strings.Contains(string(doc), row.old) {
					continue
				}
				root, err = parseXML(strings.ReplaceAll(string(doc), row.old, row.broken))
				if err != nil {
					t.Fatal(err)
				}
				noticed = noticed || len(row.check(root)) > 0
			}
			if !noticed {
				t.Errorf("the check would not notice %q in place of %q", row.broken, row.old)
			}
		})
	}
}

// TestValidatorIllegalCharacters is the row SAXError, UnicodeError: gorilla
// writes these bytes into the document, which then can't be read at all.
func TestValidatorIllegalCharacters(t *testing.T) {
	for name, s := range map[string]string{"control": "\x08", "no character": "\ufffe", "no UTF-8": "\xff", "reference": "&#8;&#xFFFF;"} {
		t.Run(name, func(t *testing.T) {
			c := emptyChannel()
			c.Items = bareChannel().Items
			c.Title, c.Items[0].Title, c.Items[0].Body = "湘"+s+"潭", "湘"+s+"潭", "<p>湘"+s+"潭</p>"
			for _, format := range documents()[:2] {
				doc, err := format.render(c)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := parseXML(string(doc)); err != nil || strings.Count(string(doc), "湘潭") < 4 {
					t.Errorf("%s: %v\n%s", format.name, err, doc)
				}
				if _, err := parseXML(strings.ReplaceAll(string(doc), "湘潭</p>", "湘"+s+"潭</p>")); err == nil && name != "reference" {
					t.Errorf("%s: the check would not notice %q", format.name, s)
				}
			}
		})
	}
}

// TestValidatorDuplicateUpdated is the row that we accept: two articles of the
// same second keep their true times.
func TestValidatorDuplicateUpdated(t *testing.T) {
	c := bareChannel()
	second := c.Items[0]
	second.URL += "?2"
	c.Items = append(c.Items, second)
	d := readAtom(t, c)
	if a, b := d.Entries[0].Updated, d.Entries[1].Updated; a != b || a != "2019-03-11T01:30:00Z" {
		t.Errorf("updated %s and %s", a, b)
	}
}

// TestValidatorMediaTypes is the row UnexpectedContentType, TextXml, as far as
// it is the library's.
func TestValidatorMediaTypes(t *testing.T) {
	for got, want := range map[string]string{
		feed.RSSType: "application/rss+xml; charset=utf-8", feed.AtomType: "application/atom+xml; charset=utf-8", feed.JSONType: "application/feed+json; charset=utf-8",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestValidatorOPML is the row UndefinedElement head/docs.
func TestValidatorOPML(t *testing.T) {
	doc, err := (&feed.Outlines{Title: "湘潭", Groups: []feed.OutlineGroup{{Title: "a", Feeds: []feed.Outline{{Title: "b", RSSURL: "https://a.example/"}}}}}).OPML()
	if err != nil {
		t.Fatal(err)
	}
	root, err := parseXML(string(doc))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range root.all("head")[0].children {
		if n.Local != "title" {
			t.Errorf("head has %s", n.Local)
		}
	}
}

// TestEditKeepsIdentity is what no validator notices: an edit changes the
// modification only.
func TestEditKeepsIdentity(t *testing.T) {
	c := bareChannel()
	before, beforeAtom := readRSS(t, c).Channel.Items[0], readAtom(t, c).Entries[0]
	it := &c.Items[0]
	it.Title, it.Body, it.Updated = "Spring on the Xiang, corrected", "<p>Corrected.</p>", it.Published.Add(72*time.Hour)
	after, afterAtom := readRSS(t, c).Channel.Items[0], readAtom(t, c).Entries[0]
	if before.GUID != after.GUID || before.PubDate != after.PubDate || beforeAtom.ID != afterAtom.ID || beforeAtom.Published != afterAtom.Published {
		t.Errorf("guid %v, %v; published %s, %s", before.GUID, after.GUID, before.PubDate, after.PubDate)
	}
	if before.Modified == after.Modified || beforeAtom.Updated == afterAtom.Updated {
		t.Errorf("modified %s, updated %s", after.Modified, afterAtom.Updated)
	}
}
