package ingest

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	jsonfeed "github.com/mmcdole/gofeed/json"
	"github.com/tidwall/gjson"
)

// feedKind is a feed of RSS, Atom or JSON Feed; its archives (RFC 5005 §4) are its
// further pages. What has left it may be there all the same, unless it says that it is
// complete (§2). Paths are of what gofeed makes of a feed.
func feedKind(s Settings) Kind {
	return Kind{
		Changes: s.URL, Items: "items", Next: "_next", Size: 1,
		Header: map[string]string{"Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"},
		Fields: map[string]string{
			"id": "guid || link", "url": "link || guid", "guid": "guid || link", "title": "title",
			"summary": "description", "body": "content || description",
			"published": "publishedParsed || updatedParsed", "updated": "updatedParsed", "modified": "updatedParsed || publishedParsed",
			"authors": "authors.#.name || author.name", "terms": "categories", "tags": "categories",
			"images":     "extensions.media.content || extensions.media.group.0.children.content || image",
			"enclosures": "enclosures",
			"rights":     "dcExt.rights.0",
		},
		Convert: convertFeed, Mend: mendFeed,
	}
}

// convertFeed returns a feed as JSON.
func convertFeed(_ *url.URL, a *answer) ([]byte, error) {
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	feed, err := parser.Parse(bytes.NewReader(a.body))
	if err != nil {
		return nil, &contentError{"not a feed: " + err.Error()}
	}
	if feed.Items == nil {
		feed.Items = []*gofeed.Item{}
	}
	text, err := json.Marshal(feed)
	if err != nil {
		return nil, err
	}
	whole := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	_, complete := feed.Extensions["fh"]["complete"]
	for name, value := range map[string]any{"_next": previous(feed), "_complete": complete} {
		if whole[name], err = json.Marshal(value); err != nil {
			return nil, err
		}
	}
	return json.Marshal(whole)
}

// previous returns the address of the archive before a feed; empty: there is none.
func previous(feed *gofeed.Feed) string {
	if original, ok := feed.OriginalFeed().(*atom.Feed); ok {
		for _, link := range original.Links {
			if link.Rel == "prev-archive" || link.Rel == "next" {
				return link.Href
			}
		}
	}
	if original, ok := feed.OriginalFeed().(*jsonfeed.Feed); ok {
		return original.NextURL
	}
	for _, extension := range []string{"atom", "atom10"} {
		for _, link := range feed.Extensions[extension]["link"] {
			if rel := link.Attrs["rel"]; rel == "prev-archive" || rel == "next" {
				return link.Attrs["href"]
			}
		}
	}
	return ""
}

// mendFeed makes plain text of titles, and images and enclosures of what feeds have.
func mendFeed(item gjson.Result, r values) {
	r.plain("title", "tags")
	if r.text("body") == r.text("summary") {
		delete(r, "summary")
	}
	r.pictures(func(m gjson.Result) picture {
		if kind := m.Get("attrs.type").String() + m.Get("attrs.medium").String(); kind != "" && !strings.Contains(kind, "image") {
			return picture{}
		}
		address := m.Get("attrs.url")
		if !address.Exists() {
			address = m.Get("url")
		}
		return picture{
			URL: address.String(), Caption: plain(m.Get("children.description.0.value").String()), Type: m.Get("attrs.type").String(),
			Width: m.Get("attrs.width").Int(), Height: m.Get("attrs.height").Int(), Bytes: m.Get("attrs.fileSize").Int(),
		}
	})
	var enclosures []map[string]any
	for _, e := range item.Get("enclosures").Array() {
		if e.Get("url").String() == "" {
			continue
		}
		enclosure := map[string]any{"url": e.Get("url").String(), "type": e.Get("type").String()}
		if bytes := e.Get("length").Int(); bytes > 0 {
			enclosure["bytes"] = bytes
		}
		enclosures = append(enclosures, enclosure)
	}
	delete(r, "enclosures")
	if enclosures != nil {
		r["enclosures"] = enclosures
	}
}
