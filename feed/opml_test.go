package feed_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/feed"
)

func TestOPML(t *testing.T) {
	list := feed.Outlines{
		Title: "湘江新闻网 & \"friends\"\x00",
		Groups: []feed.OutlineGroup{
			{Title: "湘潭站", Feeds: []feed.Outline{
				{Title: "湘潭站", Description: "a < b", Language: "zh-CN", HomeURL: "https://xt.news.example/", RSSURL: "https://xt.news.example/rss.xml"},
				{Title: "湘潭站 · 时刻新闻", RSSURL: "https://xt.news.example/moment/rss.xml?a=1&b=2"},
			}},
			{Title: "<b>empty</b> &amp;"},
			{Title: "bad", Feeds: []feed.Outline{
				{Title: "a<br>b\x00", Language: "zh_CN", HomeURL: "javascript:x", RSSURL: "https://新闻.example/rss.xml"},
				{Title: "relative", RSSURL: "/rss.xml"},
				{Title: "no address"},
			}},
		},
	}
	body, err := list.OPML()
	if err != nil {
		t.Fatal(err)
	}
	type outline struct {
		Text        string    `xml:"text,attr"`
		Title       string    `xml:"title,attr"`
		Type        string    `xml:"type,attr"`
		Description string    `xml:"description,attr"`
		Language    string    `xml:"language,attr"`
		HTMLURL     string    `xml:"htmlUrl,attr"`
		XMLURL      string    `xml:"xmlUrl,attr"`
		Outlines    []outline `xml:"outline"`
	}
	var document struct {
		Version string    `xml:"version,attr"`
		Title   string    `xml:"head>title"`
		Groups  []outline `xml:"body>outline"`
	}
	if err := xml.Unmarshal(body, &document); err != nil {
		t.Fatal(err)
	}
	if document.Title != "湘江新闻网 & \"friends\"" || document.Version != "2.0" {
		t.Errorf("title %q, version %q", document.Title, document.Version)
	}
	want := []outline{
		{Text: "湘潭站", Outlines: []outline{
			{Text: "湘潭站", Title: "湘潭站", Type: "rss", Description: "a < b", Language: "zh-CN", HTMLURL: "https://xt.news.example/", XMLURL: "https://xt.news.example/rss.xml"},
			{Text: "湘潭站 · 时刻新闻", Title: "湘潭站 · 时刻新闻", Type: "rss", XMLURL: "https://xt.news.example/moment/rss.xml?a=1&b=2"},
		}},
		{Text: "empty &"},
		{Text: "bad", Outlines: []outline{{Text: "a b", Title: "a b", Type: "rss", Language: "zh-CN", XMLURL: "https://xn--efvy88h.example/rss.xml"}}},
	}
	if diff := cmp.Diff(want, document.Groups); diff != "" {
		t.Errorf("outlines (-want +got):\n%s", diff)
	}
	if strings.Contains(string(body), "&amp;amp;") {
		t.Errorf("escaped twice:\n%s", body)
	}
}
