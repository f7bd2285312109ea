package feed

import (
	"cmp"
	"time"

	"github.com/gorilla/feeds"

	"feedstation/feed/internal/wire"
)

const jsonVersion = "https://jsonfeed.org/version/1.1"

// jsonFeed is a JSON Feed 1.1 document. Its items are present even when there
// are none.
type jsonFeed struct {
	feeds.JSONFeed
	Extension *jsonFeedExtension `json:"_feedstation,omitempty"`
	Items     []*jsonItem        `json:"items"`
}

// The writers do not change once they are made.
var (
	jsonWriter     = wire.NewJSON(jsonFeed{})
	jsonItemWriter = wire.NewJSON(jsonItem{})
)

type jsonFeedExtension struct {
	Rights string `json:"rights"`
}

// jsonItem writes its dates as the other formats do, without fractions of a
// second.
type jsonItem struct {
	feeds.JSONItem
	BannerImage string             `json:"banner_image,omitempty"` // gorilla writes "banner_"
	Published   string             `json:"date_published,omitempty"`
	Modified    string             `json:"date_modified,omitempty"`
	Language    string             `json:"language,omitempty"`
	Attachments []jsonAttachment   `json:"attachments,omitempty"`
	Extension   *jsonItemExtension `json:"_feedstation,omitempty"`

	description string // the text of an item without HTML
}

type jsonAttachment struct {
	URL      string `json:"url"`
	MIMEType string `json:"mime_type"`
	Title    string `json:"title,omitempty"`
	Bytes    int64  `json:"size_in_bytes,omitempty"`
	Seconds  int    `json:"duration_in_seconds,omitempty"`
}

// jsonItemExtension carries what JSON Feed has no word for.
type jsonItemExtension struct {
	Editor  string      `json:"editor,omitempty"`
	Source  *jsonSource `json:"source,omitempty"`
	Rights  string      `json:"rights,omitempty"`
	NextURL string      `json:"next_url,omitempty"`
	Images  []jsonImage `json:"images,omitempty"`
}

type jsonSource struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonImage struct {
	URL     string `json:"url"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"credit,omitempty"`
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"`
}

// JSON returns the feed as JSON Feed 1.1.
//
// What that has no word for is in an object `_feedstation`. Of the feed it has
// one member, rights, the copyright line. Of an item it has, where they are
// known:
//
//	editor    the name of the responsible editor
//	source    the outlet that first published the article: {"name", "url"}
//	rights    the article's copyright line
//	next_url  the address of the next article
//	images    its pictures, the lead image first:
//	          [{"url", "caption", "credit", "width", "height"}]
func (f *Feed) JSON() ([]byte, error) {
	doc, length := f.json()
	return jsonWriter.Append(make([]byte, 0, length), doc), nil
}

// json returns the document and how long it is at most.
func (f *Feed) json() (doc *jsonFeed, length int) {
	d := f.tidy()
	entries, length := f.entries(d.headBytes(len(f.Items)))
	doc = &jsonFeed{
		JSONFeed: feeds.JSONFeed{
			Version:     jsonVersion,
			Title:       d.Title,
			Language:    d.Language,
			HomePageUrl: d.HomeURL,
			FeedUrl:     d.JSONURL,
			NextUrl:     d.PrevArchive.JSON,
			Description: d.Description,
			Icon:        cmp.Or(d.Icon, d.Logo),
			Favicon:     d.Icon,
			Authors:     []*feeds.JSONAuthor{{Name: d.Author}},
		},
		Items: make([]*jsonItem, 0, len(entries)),
	}
	for _, hub := range d.Hubs {
		doc.Hubs = append(doc.Hubs, &feeds.JSONHub{Type: "WebSub", Url: hub})
	}
	if d.Rights != "" {
		doc.Extension = &jsonFeedExtension{Rights: d.Rights}
	}
	for _, e := range entries {
		item := &e.json
		if !e.full {
			item = item.bare()
		}
		if len(item.Authors) == 1 && item.Authors[0].Name == d.Author {
			anonymous := *item
			anonymous.Authors = nil // readers name the feed's author besides the item's
			item = &anonymous
		}
		doc.Items = append(doc.Items, item)
	}
	return doc, length
}

// bare returns the item without its full text. JSON Feed requires one of two.
func (it *jsonItem) bare() *jsonItem {
	d := *it
	d.ContentHTML, d.ContentText = "", it.description
	return &d
}

func (it *Item) json() jsonItem {
	d := jsonItem{
		JSONItem: feeds.JSONItem{
			Id:          it.GUID,
			Url:         it.URL,
			ExternalUrl: it.OriginalURL,
			Title:       it.Title,
			Summary:     it.Summary,
			ContentHTML: it.Body,
			Tags:        it.labels(),
		},
		Published:   stamp(it.Published, time.RFC3339),
		Modified:    stamp(it.Updated, time.RFC3339),
		Language:    it.Language,
		Extension:   it.jsonExtension(),
		description: it.description(),
	}
	if it.Body == "" {
		d.ContentText = d.description
	}
	authors := it.Authors
	if len(authors) == 0 && it.Publisher != "" {
		authors = []string{it.Publisher}
	}
	for _, name := range authors {
		d.Authors = append(d.Authors, &feeds.JSONAuthor{Name: name})
	}
	for _, e := range it.Enclosures {
		d.Attachments = append(d.Attachments, jsonAttachment{URL: e.URL, MIMEType: e.Type, Title: e.Title, Bytes: e.Bytes, Seconds: e.Seconds})
	}
	d.Image = it.stand.URL
	for i, p := range it.Images {
		if i == 0 {
			d.Image = p.URL
			if p.Width > p.Height {
				d.BannerImage = p.URL
			}
		}
		if p.Type != "" {
			d.Attachments = append(d.Attachments, jsonAttachment{URL: p.URL, MIMEType: p.Type, Title: p.Caption, Bytes: p.Bytes})
		}
	}
	return d
}

// jsonExtension returns nil when there is nothing to say.
func (it *Item) jsonExtension() *jsonItemExtension {
	x := &jsonItemExtension{Editor: it.Editor, Rights: it.Rights, NextURL: it.NextURL}
	if it.Source.Name != "" {
		x.Source = &jsonSource{Name: it.Source.Name, URL: it.Source.URL}
	}
	for _, p := range it.Images {
		x.Images = append(x.Images, jsonImage{URL: p.URL, Caption: p.Caption, Credit: p.Credit, Width: p.Width, Height: p.Height})
	}
	if x.empty() {
		return nil
	}
	return x
}

func (x *jsonItemExtension) empty() bool {
	return x.Editor == "" && x.Source == nil && x.Rights == "" && x.NextURL == "" && len(x.Images) == 0
}
