package feed_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/mmcdole/gofeed"
	"pgregory.net/rapid"

	"feedstation/feed"
)

// content is what all three formats carry of an article.
type content struct {
	ID, URL, Title, Summary, Body string
	Authors                       []string
	Editor, Language, Rights      string
	Source                        string
	Links                         []string // original, next
	Published, Updated            string
	Labels                        []string
	Images                        []xmlMediaContent
	Files                         []xmlMediaContent
}

// contentOf is what the documents should carry of an item that needs no repair.
func contentOf(it *feed.Item, full bool) content {
	c := content{
		ID: cmp.Or(it.GUID, it.URL), URL: it.URL, Title: it.Title, Authors: it.Authors, Editor: it.Editor, Language: it.Language, Rights: it.Rights,
		Source: it.Source.Name, Links: []string{it.OriginalURL, it.NextURL},
		Published: it.Published.Format(time.RFC3339),
		Summary:   cmp.Or(it.Summary, feed.PlainText(withoutCaption(it.Body)), feed.PlainText(it.Body), it.Title),
	}
	if full {
		c.Body = it.Body
	}
	if !it.Updated.IsZero() {
		c.Updated = it.Updated.Format(time.RFC3339)
	}
	for _, category := range it.Categories {
		c.Labels = append(c.Labels, category.Label)
	}
	c.Labels = append(c.Labels, it.Tags...)
	for _, m := range it.Images {
		c.Images = append(c.Images, xmlMediaContent{
			URL: m.URL, Type: m.Type, Medium: "image", Width: m.Width, Height: m.Height, FileSize: m.Bytes, Description: m.Caption, Credit: m.Credit,
		})
	}
	for _, e := range it.Enclosures {
		c.Files = append(c.Files, file(e.URL, e.Type, e.Bytes))
	}
	return c
}

// file is what all formats have of a recording: an enclosure of RSS has neither
// its title nor its length in seconds.
func file(address, mediaType string, size int64) xmlMediaContent {
	return xmlMediaContent{URL: address, Type: mediaType, FileSize: size}
}

// withoutCaption takes the caption out that the random bodies have.
func withoutCaption(body string) string {
	return string(bytes.ReplaceAll([]byte(body), []byte("<figcaption>图</figcaption>"), nil))
}

// split returns the pictures and the other media.
func (m *xmlMedia) split() (pictures, files []xmlMediaContent) {
	for _, c := range m.Media {
		if c.Medium == "image" {
			pictures = append(pictures, c)
		} else {
			files = append(files, file(c.URL, c.Type, c.FileSize))
		}
	}
	return pictures, files
}

func rssContents(t *rapid.T, doc []byte) (list []content) {
	var d rssDocument
	if err := xml.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	for _, it := range d.Channel.Items {
		published, err := time.Parse(time.RFC1123Z, it.PubDate)
		if err != nil {
			t.Fatal(err)
		}
		c := content{
			ID: it.GUID.ID, URL: it.Link, Title: it.Title, Summary: feed.PlainText(it.Description), Body: it.Content,
			Authors: it.Creators, Editor: it.Contributor, Language: it.Language, Rights: it.Rights, Source: it.Publisher,
			Links:     []string{it.Original, it.Next},
			Published: published.Format(time.RFC3339), Updated: it.Modified,
		}
		for _, s := range it.Source {
			c.Source = s.Name
		}
		for _, category := range it.Category {
			c.Labels = append(c.Labels, category.Label)
		}
		for _, e := range it.Enclosure {
			c.Files = append(c.Files, file(e.URL, e.Type, e.Length))
		}
		pictures, files := it.split()
		c.Images, c.Files = pictures, append(c.Files, files...)
		list = append(list, c)
	}
	return list
}

// atomContents needs the items to tell an original from its outlet: both are
// links of one kind.
func atomContents(t *rapid.T, doc []byte, items []feed.Item) (list []content) {
	var d atomDocument
	if err := xml.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	for i, it := range d.Entries {
		c := content{
			ID: it.ID, Title: it.Title, Summary: it.Summary.Text, Body: it.Content.Text, Language: it.Lang, Rights: it.Rights,
			Source: it.Publisher, Links: []string{"", ""}, Published: it.Published,
		}
		if it.Updated != it.Published || !items[i].Updated.IsZero() {
			c.Updated = it.Updated
		}
		for _, a := range it.Authors {
			c.Authors = append(c.Authors, a.Name)
		}
		for _, a := range it.Contributors {
			c.Editor = a.Name
		}
		for _, category := range it.Categories {
			c.Labels = append(c.Labels, cmp.Or(category.Label, category.Term))
		}
		for _, l := range it.Links {
			switch l.Rel {
			case "alternate":
				c.URL = l.Href
			case "related":
				c.Links[1] = l.Href
			case "via":
				c.Source = l.Title
				if l.Href != items[i].Source.URL {
					c.Links[0] = l.Href
				}
			case "enclosure":
				c.Files = append(c.Files, file(l.Href, l.Type, l.Length))
			}
		}
		pictures, files := it.split()
		c.Images, c.Files = pictures, append(c.Files, files...)
		list = append(list, c)
	}
	return list
}

func jsonContents(t *rapid.T, doc []byte) (list []content) {
	type author struct{ Name string }
	var d struct {
		Items []struct {
			ID, URL, Title, Summary, Language, Image string
			External                                 string `json:"external_url"`
			HTML                                     string `json:"content_html"`
			Text                                     string `json:"content_text"`
			Published                                string `json:"date_published"`
			Updated                                  string `json:"date_modified"`
			Authors                                  []author
			Tags                                     []string
			Attachments                              []struct {
				URL   string
				Type  string `json:"mime_type"`
				Title string
				Bytes int64 `json:"size_in_bytes"`
			}
			Extension struct {
				Editor, Rights string
				Source         struct{ Name, URL string }
				Next           string `json:"next_url"`
				Images         []struct {
					URL, Caption, Credit string
					Width, Height        int
				}
			} `json:"_feedstation"`
		}
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		t.Fatal(err)
	}
	for _, it := range d.Items {
		c := content{
			ID: it.ID, URL: it.URL, Title: it.Title, Summary: cmp.Or(it.Summary, it.Text), Body: it.HTML, Language: it.Language,
			Editor: it.Extension.Editor, Rights: it.Extension.Rights, Source: it.Extension.Source.Name,
			Links: []string{it.External, it.Extension.Next}, Published: it.Published, Updated: it.Updated, Labels: it.Tags,
		}
		if (it.HTML == "") == (it.Text == "") {
			t.Errorf("content_html %q and content_text %q", it.HTML, it.Text)
		}
		for _, a := range it.Authors {
			c.Authors = append(c.Authors, a.Name)
		}
		files := len(it.Attachments) - len(it.Extension.Images)
		for _, a := range it.Attachments[:files] {
			c.Files = append(c.Files, file(a.URL, a.Type, a.Bytes))
		}
		for i, m := range it.Extension.Images {
			a := it.Attachments[files+i]
			c.Images = append(c.Images, xmlMediaContent{
				URL: a.URL, Type: a.Type, Medium: "image", Width: m.Width, Height: m.Height, FileSize: a.Bytes, Description: m.Caption, Credit: m.Credit,
			})
			if a.URL != m.URL || i == 0 && m.URL != it.Image {
				t.Errorf("image %q, attachment %q, images %q", it.Image, a.URL, m.URL)
			}
		}
		list = append(list, c)
	}
	return list
}

// inFormat returns what a format has of the articles of a channel: RSS joins the
// authors.
func inFormat(list []content, format string, d *draft) []content {
	list = slices.Clone(list)
	for i := range list {
		if format != "rss" {
			continue
		}
		if len(list[i].Authors) == 0 {
			list[i].Authors = []string{d.Author}
		}
		list[i].Authors = []string{feed.JoinNames(list[i].Authors, cmp.Or(list[i].Language, d.Language))}
	}
	return list
}

// TestReadBack holds that all formats carry the same: what was put in.
func TestReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drafts().Draw(t, "channel")
		want := make([]content, 0, len(d.Items))
		for i := range d.Items {
			want = append(want, contentOf(&d.Items[i], !d.SummaryOnly))
		}
		c, err := d.channel()
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range documents() {
			doc, err := format.write(c)
			if err != nil {
				t.Fatal(err)
			}
			var got []content
			switch format.name {
			case "rss":
				got = rssContents(t, doc)
			case "atom":
				got = atomContents(t, doc, d.Items)
			case "json":
				got = jsonContents(t, doc)
			}
			if diff := gocmp.Diff(inFormat(want, format.name, d), got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: %s", format.name, diff)
			}
			f, err := gofeed.NewParser().Parse(bytes.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			checkFeed(t, format.name, d, f)
		}
	})
}
