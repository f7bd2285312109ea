// Package article is what the newsroom wrote: articles with their images,
// sources and times, as the content store keeps them and as they are imported.
package article

import (
	"slices"
	"time"
)

// MaxIDBytes bounds an article's id: the longest key that every supported
// database can index together with a station and a time.
const MaxIDBytes = 190

// MaxAddressBytes bounds each address of an article. What is longer is a mistake,
// or made to cost those who read it.
const MaxAddressBytes = 4 << 10

// MaxGUIDBytes bounds the identifier that a newsroom gives an article.
const MaxGUIDBytes = 400

// Article is one article of one station.
type Article struct {
	ID       string   // the CMS's own key, unique within the store, at most MaxIDBytes
	Station  string   // a station's id
	Channels []string // ids of channels of that station, in no particular order
	URL      string   // canonical, absolute, as address.Normal writes it
	// GUID identifies the article to readers, unique within the store, at most
	// MaxGUIDBytes; empty: the first address that it was published under does.
	GUID string

	Title   string // plain text
	Summary string // plain text or HTML; may be empty
	Body    string // HTML; relative addresses are relative to URL

	Authors []string
	Editor  string // 责任编辑
	Source  Source // the outlet that first published it; zero: this one

	Published time.Time // first publication; embargoed until then
	Updated   time.Time // last significant change, never before Published
	Expires   time.Time // not shown from then on; zero: never
	Modified  time.Time // the last change of its row, where only that is read of it; else zero

	Images     []Image // the first is the lead image
	Lead       string  // the picture of Body that stands for it without Images; NoLead: it has none, empty: nobody has looked
	Enclosures []Enclosure
	Tags       []string

	Language    string // BCP 47; empty: the station's
	Rights      string
	OriginalURL string // where it was syndicated from
	NextURL     string
	Alternates  []Alternate // the article in other languages
	Status      Status
	NoIndex     bool // in feeds, but not in sitemaps
	NotNews     bool // in no sitemap of news, but in the others; content stores tell it by NotNews alone
}

// Source is the outlet that first published an article.
type Source struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// NoLead is the Lead of an article whose Body has been looked at and has no such
// picture. No address is written so.
const NoLead = "-"

// Image is a picture of an article. URL may be relative to the article's.
type Image struct {
	URL     string `json:"url"`
	Caption string `json:"caption,omitempty"`
	Credit  string `json:"credit,omitempty"`
	Width   int    `json:"width,omitempty"`  // pixels; 0: unknown
	Height  int    `json:"height,omitempty"` // pixels; 0: unknown
	Type    string `json:"type,omitempty"`   // media type
	Bytes   int64  `json:"bytes,omitempty"`  // 0: unknown
}

// Enclosure is a sound or a film of an article. URL may be relative to the
// article's.
type Enclosure struct {
	URL     string `json:"url"`
	Type    string `json:"type,omitempty"`    // media type
	Bytes   int64  `json:"bytes,omitempty"`   // 0: unknown
	Seconds int    `json:"seconds,omitempty"` // 0: unknown
	Title   string `json:"title,omitempty"`
}

// Alternate is an article's translation, or its edition for another region.
type Alternate struct {
	Lang string `json:"lang"` // BCP 47, or x-default for readers whom no other suits
	URL  string `json:"url"`  // absolute
}

// Unlink removes the next article and the translations whose address is hidden, by
// [Link].
func (a *Article) Unlink(hidden map[string]bool) {
	if len(hidden) == 0 {
		return
	}
	if hidden[Link(a.URL, a.NextURL)] {
		a.NextURL = ""
	}
	a.Alternates = slices.DeleteFunc(a.Alternates, func(other Alternate) bool { return hidden[Link(a.URL, other.URL)] })
	if len(a.Alternates) == 0 {
		a.Alternates = nil
	}
}
