package feed_test

import (
	"encoding/json"
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"

	"feedstation/feed"
)

// readRSS, readAtom and readJSON render c and read it back.
func readRSS(t *testing.T, c *draft) (d rssDocument) {
	t.Helper()
	read(t, c.RSS, xml.Unmarshal, &d)
	return d
}

func readAtom(t *testing.T, c *draft) (d atomDocument) {
	t.Helper()
	read(t, c.Atom, xml.Unmarshal, &d)
	return d
}

func readJSON(t *testing.T, c *draft) (d map[string]any) {
	t.Helper()
	read(t, c.JSON, json.Unmarshal, &d)
	return d
}

func read(t *testing.T, render func() ([]byte, error), unmarshal func([]byte, any) error, d any) {
	t.Helper()
	doc, err := render()
	if err != nil {
		t.Fatal(err)
	}
	if err := unmarshal(doc, d); err != nil {
		t.Fatal(err)
	}
}

// TestTidy looks at what is left out, filled in or made valid, in one format
// each.
func TestTidy(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *draft, it *feed.Item)
		get    func(t *testing.T, c *draft) any
		want   any
	}{
		{
			name:   "language with an underscore",
			change: func(c *draft, _ *feed.Item) { c.Language = "zh_Hans_CN" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Language },
			want:   "zh-Hans-CN",
		},
		{
			name:   "language that is none",
			change: func(c *draft, _ *feed.Item) { c.Language = "中文" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Language },
			want:   "",
		},
		{
			name:   "article in the channel's language",
			change: func(c *draft, it *feed.Item) { c.Language, it.Language = "zh-CN", "zh_CN" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Language },
			want:   "zh-CN",
		},
		{
			name:   "relative address of the feed",
			change: func(c *draft, _ *feed.Item) { c.RSSURL, c.AtomURL, c.JSONURL = "/rss.xml", "atom.xml", "" },
			get:    func(t *testing.T, c *draft) any { return len(readRSS(t, c).Channel.Link) },
			want:   1, // the page
		},
		{
			name:   "plain text in the channel's description, which is HTML",
			change: func(c *draft, _ *feed.Item) { c.Description = "若 x<y & R&D" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Description },
			want:   "若 x&lt;y &amp; R&amp;D",
		},
		{
			name:   "e-mail that is none",
			change: func(c *draft, _ *feed.Item) { c.Email = "Editor <editor@xt.news.example>" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.ManagingEditor },
			want:   "",
		},
		{
			name:   "brackets in the managing editor's name",
			change: func(c *draft, _ *feed.Item) { c.Author, c.Email = "A (B", "a@news.example" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.ManagingEditor },
			want:   "a@news.example (A [B)",
		},
		{
			name: "logo in a format that RSS does not know",
			change: func(c *draft, _ *feed.Item) {
				c.Logo, c.Icon = "https://xt.news.example/l.webp?1", "https://xt.news.example/i.PNG"
			},
			get:  func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Image.URL },
			want: "https://xt.news.example/i.PNG",
		},
		{
			name: "Chinese address",
			change: func(_ *draft, it *feed.Item) {
				it.URL = "https://编辑@新闻.example:8080/湘 潭?题=“1”#二%E4%ff%zz"
			},
			get:  func(t *testing.T, c *draft) any { return readAtom(t, c).Entries[0].ID },
			want: "https://%E7%BC%96%E8%BE%91@xn--efvy88h.example:8080/%E6%B9%98%20%E6%BD%AD?%E9%A2%98=%E2%80%9C1%E2%80%9D#%E4%BA%8C%E4%ff%25zz",
		},
		{
			name:   "IPv6",
			change: func(_ *draft, it *feed.Item) { it.URL = "http://[2001:db8::1]:80/[1]" },
			get:    func(t *testing.T, c *draft) any { return readAtom(t, c).Entries[0].ID },
			want:   "http://[2001:db8::1]:80/%5B1%5D",
		},
		{
			name:   "guid that is no web address",
			change: func(_ *draft, it *feed.Item) { it.URL = "urn:x-cms:5207683" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].GUID.IsPermaLink },
			want:   false,
		},
		{
			name:   "title from the address",
			change: func(_ *draft, it *feed.Item) { it.Title = " \x01" },
			get:    func(t *testing.T, c *draft) any { return readAtom(t, c).Entries[0].Title },
			want:   "https://xt.news.example/content/2019/03/11/1.html",
		},
		{
			name:   "plain text in a description, which is HTML",
			change: func(_ *draft, it *feed.Item) { it.Summary = "若 x<y & R&D" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Description },
			want:   "若 x&lt;y &amp; R&amp;D",
		},
		{
			name:   "an ampersand alone, as HTML",
			change: func(_ *draft, it *feed.Item) { it.Summary = "R&D > 湘 & 潭" },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Description },
			want:   "R&amp;D &gt; 湘 &amp; 潭",
		},
		{
			name:   "summary from the body",
			change: func(_ *draft, it *feed.Item) { it.Body = "<p>一。</p><p>二。</p>" },
			get:    func(t *testing.T, c *draft) any { return readAtom(t, c).Entries[0].Summary.Text },
			want:   "一。 二。",
		},
		{
			name:   "empty and repeated authors",
			change: func(_ *draft, it *feed.Item) { it.Authors = []string{"", "张三", " 张三 ", "\x00"} },
			get:    func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Creators },
			want:   []string{"张三"},
		},
		{
			name: "source without a name",
			change: func(_ *draft, it *feed.Item) {
				it.Source = feed.Source{URL: "https://paper.news.example/"}
			},
			get:  func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Source[0].Name },
			want: "https://paper.news.example/",
		},
		{
			name: "source as via",
			change: func(_ *draft, it *feed.Item) {
				it.Source = feed.Source{Name: "湘潭日报", URL: "https://paper.news.example/"}
			},
			get:  func(t *testing.T, c *draft) any { return readAtom(t, c).Entries[0].Links[1].Title },
			want: "湘潭日报",
		},
		{
			name: "addresses of images that are none",
			change: func(_ *draft, it *feed.Item) {
				it.Images = []feed.Image{{URL: ""}, {URL: "data:image/gif;base64,AA=="}, {URL: "javascript:x()"}}
			},
			get:  func(t *testing.T, c *draft) any { return len(readRSS(t, c).Channel.Items[0].Media) },
			want: 0,
		},
		{
			name: "lead image of unknown size is no enclosure",
			change: func(_ *draft, it *feed.Item) {
				it.Images = []feed.Image{{URL: "https://img.news.example/1.jpg", Width: -1}}
			},
			get:  func(t *testing.T, c *draft) any { return len(readRSS(t, c).Channel.Items[0].Enclosure) },
			want: 0,
		},
		{
			name: "recording of unknown size",
			change: func(_ *draft, it *feed.Item) {
				it.Enclosures = []feed.Enclosure{{URL: "https://media.news.example/1.mp3"}}
			},
			get:  func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Enclosure[0].Type },
			want: "audio/mpeg",
		},
		{
			name: "file of unknown type",
			change: func(_ *draft, it *feed.Item) {
				it.Enclosures = []feed.Enclosure{{URL: "https://media.news.example/1", Type: "audio"}}
			},
			get:  func(t *testing.T, c *draft) any { return readRSS(t, c).Channel.Items[0].Enclosure[0].Type },
			want: "application/octet-stream",
		},
		{
			name: "categories",
			change: func(_ *draft, it *feed.Item) {
				it.Categories = []feed.Category{{Label: "政治"}, {Term: "政治"}, {}, {Term: "a", Scheme: "no scheme"}}
				it.Tags = []string{"政治", "湘潭"}
			},
			get: func(t *testing.T, c *draft) any {
				return readJSON(t, c)["items"].([]any)[0].(map[string]any)["tags"]
			},
			want: []any{"政治", "a", "湘潭"},
		},
		{
			name: "tags that a category says, in RSS",
			change: func(_ *draft, it *feed.Item) {
				it.Categories = []feed.Category{{Term: "moment", Scheme: "https://xt.news.example/", Label: "时刻新闻"}}
				it.Tags = []string{"时刻新闻", "湘潭"}
			},
			get:  func(t *testing.T, c *draft) any { return len(readRSS(t, c).Channel.Items[0].Category) },
			want: 2,
		},
		{
			name: "tags that a category says, in Atom",
			change: func(_ *draft, it *feed.Item) {
				it.Categories, it.Tags = []feed.Category{{Term: "政治"}}, []string{"政治", "湘潭"}
			},
			get:  func(t *testing.T, c *draft) any { return len(readAtom(t, c).Entries[0].Categories) },
			want: 2,
		},
		{
			name:   "text for JSON without a body",
			change: func(_ *draft, it *feed.Item) { it.Summary = "一。" },
			get: func(t *testing.T, c *draft) any {
				return readJSON(t, c)["items"].([]any)[0].(map[string]any)["content_text"]
			},
			want: "一。",
		},
		{
			name:   "repeated article",
			change: func(c *draft, it *feed.Item) { c.Items = append(c.Items, *it) },
			get:    func(t *testing.T, c *draft) any { return len(readJSON(t, c)["items"].([]any)) },
			want:   1,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			test.change(c, &c.Items[0])
			if diff := cmp.Diff(test.want, test.get(t, c)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
