package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	jsonfeed "github.com/mmcdole/gofeed/json"
	"github.com/tidwall/gjson"
	"golang.org/x/net/html/charset"

	"feedstation/internal/article"
)

// feedKind is a feed of RSS, Atom or JSON Feed; its archives (RFC 5005 §4) are its
// further pages. What has left it may be there all the same, unless it says that it is
// complete (§2). Paths are of what gofeed makes of a feed; those that begin with _ are of
// pages.
func feedKind(s Settings) Kind {
	return Kind{
		Changes: s.URL, Sitemap: s.Sitemap, Items: "items", Next: "_next", Size: 1,
		Header: map[string]string{"Accept": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8"},
		Fields: map[string]string{
			"id": "guid || link", "url": "link || guid", "guid": "guid || link", "title": "title",
			"summary": "_summary || description", "body": "content || description",
			"published": "publishedParsed || updatedParsed", "updated": "updatedParsed", "modified": "updatedParsed || publishedParsed",
			"authors": "authors.#.name || author.name", "terms": "_terms || categories", "tags": "_tags || categories",
			"images":     "extensions.media.content || extensions.media.group.0.children.content || image",
			"enclosures": "enclosures",
			"rights":     "dcExt.rights.0",
			"language":   "_language", "noindex": "_noindex",
		},
		Convert: convertFeed, Mend: mendFeed,
	}
}

func notFeed(a *answer, err error) error {
	switch {
	case len(a.body) == 0:
		return &contentError{"an empty answer instead of a feed"}
	case errors.Is(err, gofeed.ErrFeedTypeNotDetected) && isMarkup(a.body):
		return &contentError{"a page of HTML instead of a feed: is url that of the feed itself, and is it open to this client?"}
	}
	return &contentError{"not a feed: " + err.Error()}
}

// convertFeed returns a feed as JSON.
func convertFeed(_ *url.URL, r article.Reader, a *answer) ([]byte, error) {
	parser := gofeed.NewParser()
	parser.KeepOriginalFeed = true
	feed, err := parser.Parse(bytes.NewReader(unicode(a)))
	if err != nil {
		return nil, notFeed(a, err)
	}
	if feed.Items == nil {
		feed.Items = []*gofeed.Item{}
	}
	original, _ := feed.OriginalFeed().(*jsonfeed.Feed)
	for i, item := range feed.Items {
		// A time without a zone, or of one that has the same letters elsewhere, is local.
		for text, parsed := range map[string]**time.Time{item.Published: &item.PublishedParsed, item.Updated: &item.UpdatedParsed} {
			if at, err := r.Time(text); err == nil && !at.IsZero() {
				*parsed = &at
			}
		}
		if original != nil && original.Items[i].ContentHTML == "" {
			item.Content = html.EscapeString(original.Items[i].ContentText)
		}
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

// unicode returns the body of a feed in UTF-8, if only the header names its encoding.
func unicode(a *answer) []byte {
	if declared.Match(a.body[:min(len(a.body), 200)]) {
		return a.body // which the parser reads
	}
	if _, _, certain := charset.DetermineEncoding(nil, a.header.Get("Content-Type")); !certain {
		return a.body
	}
	return inUTF8(a)
}

// inUTF8 returns the body of an answer in UTF-8, whose encoding its header names, or
// what it begins with.
func inUTF8(a *answer) []byte {
	if utf8.Valid(a.body) {
		return a.body
	}
	encoding, _, _ := charset.DetermineEncoding(a.body[:min(len(a.body), 1024)], a.header.Get("Content-Type"))
	text, err := encoding.NewDecoder().Bytes(a.body)
	if err != nil {
		return a.body // and the parser says why it can't be read
	}
	return text
}

var declared = regexp.MustCompile(`^\s*<\?xml[^>]*encoding`)

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
		if e.Get("url").String() == "" || strings.HasPrefix(e.Get("type").String(), "image/") { // that is in images
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
