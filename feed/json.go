package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/feeds"
)

const (
	jsonVersion = "https://jsonfeed.org/version/1.1"

	// jsonAbout is the `about` of our extension, as JSON Feed asks of each.
	jsonAbout = "https://feedstation.example/json-feed"
)

// jsonFeed is a JSON Feed 1.1 document. Its items are present even when there
// are none.
type jsonFeed struct {
	feeds.JSONFeed
	Extension *jsonFeedExtension `json:"_feedstation,omitempty"`
	Items     []jsonItem         `json:"items"`
}

type jsonFeedExtension struct {
	About  string `json:"about"`
	Rights string `json:"rights"`
}

// jsonItem writes its dates as the other formats do, without fractions of a
// second.
type jsonItem struct {
	feeds.JSONItem
	Published   string             `json:"date_published,omitempty"`
	Modified    string             `json:"date_modified,omitempty"`
	Language    string             `json:"language,omitempty"`
	Attachments []jsonAttachment   `json:"attachments,omitempty"`
	Extension   *jsonItemExtension `json:"_feedstation,omitempty"`
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
	About   string      `json:"about"`
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

// JSON returns the channel as JSON Feed 1.1. What that has no word for is in an
// object `_feedstation` of the feed (rights) and of each item (editor, source,
// rights, next_url, images). It fails if an item has no URL.
func (c *Channel) JSON() ([]byte, error) {
	c, err := c.tidy()
	if err != nil {
		return nil, err
	}
	f := &jsonFeed{
		JSONFeed: feeds.JSONFeed{
			Version:     jsonVersion,
			Title:       c.Title,
			Language:    c.Language,
			HomePageUrl: c.HomeURL,
			FeedUrl:     c.JSONURL,
			Description: c.Description,
			Icon:        cmp.Or(c.Icon, c.Logo),
			Authors:     []*feeds.JSONAuthor{{Name: c.Author}},
		},
		Items: make([]jsonItem, 0, len(c.Items)),
	}
	if c.Rights != "" {
		f.Extension = &jsonFeedExtension{About: jsonAbout, Rights: c.Rights}
	}
	for i := range c.Items {
		f.Items = append(f.Items, c.Items[i].json())
	}
	var b bytes.Buffer
	b.Grow(c.size())
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (it *Item) json() jsonItem {
	d := jsonItem{
		JSONItem: feeds.JSONItem{
			Id:          it.URL,
			Url:         it.URL,
			ExternalUrl: it.OriginalURL,
			Title:       it.Title,
			Summary:     it.Summary,
			ContentHTML: it.Body,
			Tags:        it.labels(),
		},
		Published: stamp(it.Published, time.RFC3339),
		Modified:  stamp(it.Updated, time.RFC3339),
		Language:  it.Language,
		Extension: it.jsonExtension(),
	}
	if it.Body == "" {
		d.ContentText = it.plain()
	}
	for _, name := range it.Authors {
		d.Authors = append(d.Authors, &feeds.JSONAuthor{Name: name})
	}
	for _, e := range it.Enclosures {
		if e.Type != "" {
			d.Attachments = append(d.Attachments, jsonAttachment{URL: e.URL, MIMEType: e.Type, Title: e.Title, Bytes: e.Bytes, Seconds: e.Seconds})
		}
	}
	for i, p := range it.Images {
		if i == 0 {
			d.Image = p.URL
		}
		if p.Type != "" {
			d.Attachments = append(d.Attachments, jsonAttachment{URL: p.URL, MIMEType: p.Type, Title: p.Caption, Bytes: p.Bytes})
		}
	}
	return d
}

// jsonExtension returns nil when there is nothing to say.
func (it *Item) jsonExtension() *jsonItemExtension {
	if it.Editor == "" && it.Source.Name == "" && it.Rights == "" && it.NextURL == "" && len(it.Images) == 0 {
		return nil
	}
	x := &jsonItemExtension{About: jsonAbout, Editor: it.Editor, Rights: it.Rights, NextURL: it.NextURL}
	if it.Source.Name != "" {
		x.Source = &jsonSource{Name: it.Source.Name, URL: it.Source.URL}
	}
	for _, p := range it.Images {
		x.Images = append(x.Images, jsonImage{URL: p.URL, Caption: p.Caption, Credit: p.Credit, Width: p.Width, Height: p.Height})
	}
	return x
}
