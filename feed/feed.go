// Package feed writes one list of articles as RSS 2.0, Atom 1.0 and JSON
// Feed 1.1, with the same content in all three.
//
// An article is described by an [Item]. [Prepare] does once what all feeds need
// that carry it: it makes the HTML safe and complete, the texts plain, the
// addresses absolute. A [Feed] of prepared items is then written in each format:
//
//	p, err := feed.Prepare(feed.Item{URL: …, Title: …, Body: …, Published: …})
//	…
//	f := feed.Feed{Title: …, HomeURL: …, RSSURL: …, Items: []*feed.Prepared{p}}
//	doc, err := f.RSS()
//
// The package stands on the types of github.com/gorilla/feeds. Its structs are
// embedded where they are right; where they are not (one link for an Atom feed,
// an RSS author without an e-mail address, categories as bare text, `size` for
// `size_in_bytes`) a field of the same name here shadows theirs. The documents
// are what gorilla's and Go's own encoders would make of these structs, only
// not indented.
//
// What holds for every document:
//
//   - The same Feed gives the same bytes. No clock is read and no address
//     or identifier is made up.
//   - Any string in any field gives a well-formed document. Invalid UTF-8, and
//     what XML does not allow, is dropped; addresses are written as ASCII URIs
//     (RFC 3986, hosts in punycode).
//   - Optional values that could not be valid (an image without an address, a
//     language that is no BCP 47 tag, a zero time) are left out.
//   - An article's GUID, by default its address, is its guid, its atom:id and its
//     JSON id. What comes twice is written once, the first time.
//   - All formats carry the same articles, and the full text of the same ones.
package feed

import (
	"cmp"
	"time"

	"feedstation/feed/internal/markup"
)

// The media types under which the three formats are published.
const (
	RSSType  = "application/rss+xml; charset=utf-8"
	AtomType = "application/atom+xml; charset=utf-8"
	JSONType = "application/feed+json; charset=utf-8"
)

// DefaultMaxBytes is the length of the largest document that the more careful
// aggregators read.
const DefaultMaxBytes = 2_000_000

// Feed describes a feed: who publishes it, where, and its articles.
//
// Title, HomeURL and the address of the format that is asked for are required
// for a valid document. The methods do not change the Feed, and may be
// called at the same time. Texts may hold HTML, of which only the text is
// written.
type Feed struct {
	Title       string
	Description string // default: Title
	Language    string // BCP 47, such as zh-CN
	Rights      string // the copyright line

	// HomeURL is the page for people. The others say where each format is
	// published: a format links to itself and, where they are set, to its
	// alternates. Absolute http(s).
	HomeURL string
	RSSURL  string
	AtomURL string
	JSONURL string

	Author string // the publisher's name; default: Title
	Email  string // the publisher's address, optional

	// Icon is small and square, Logo twice as wide as high. Absolute, optional.
	Icon string
	Logo string

	// Generator names the program that publishes the feed, in RSS and Atom. JSON
	// Feed has no word for it.
	Generator string

	// Comment stands behind the declaration of RSS and Atom, for people who see the
	// source; any text. One that no comment can be, as it has "--" or ends with "-"
	// (XML 1.0 §2.5), is left out.
	Comment string

	// Hubs are the WebSub hubs (W3C WebSub §4) that tell subscribers of changes,
	// absolute http(s).
	Hubs []string

	// PrevArchive is where the articles before those of this document are, and
	// NextArchive those after them, as archive documents in the same format
	// (RFC 5005 §4). Current, the document to subscribe to, is set in archive
	// documents and in no other: RSS and Atom mark a document that has it as an
	// archive. JSON Feed has a word for PrevArchive alone, its next_url.
	PrevArchive, NextArchive, Current Addresses

	// Updated is when the content last changed. If it is zero, the latest
	// moment among the items stands in.
	Updated time.Time

	// Items are written in this order, all of them.
	Items []*Prepared

	// SummaryOnly leaves out all full texts.
	SummaryOnly bool

	// MaxBytes bounds each document; zero is DefaultMaxBytes. Where the items
	// would exceed it the oldest lose their full text, in all formats. No item
	// is left out for it: a bound that is too low for the summaries does not
	// hold.
	MaxBytes int
}

// Addresses say where a document is in each format: absolute http(s), "" where
// it is not.
type Addresses struct {
	RSS, Atom, JSON string
}

// Item is one article. The texts, which are all strings but addresses, Body,
// Type and Language, may hold HTML, of which only the text is written, at most
// 1,000 characters of each. Lists have at most 100 entries.
//
// Addresses may be relative to URL, but for URL itself.
type Item struct {
	URL string // required: the permanent, canonical address, absolute http(s)
	// GUID identifies the article to those who subscribe, for good and wherever
	// it is published. Any text; empty, or longer than 4,096 bytes, it is URL. RSS
	// and JSON Feed have it as it is, a web address in ASCII, and so has Atom if it
	// is an absolute URI. What is none becomes there urn:uuid: and the UUID of
	// version 5 (RFC 9562 §5.5) that is made of it alone: an atom:id is an IRI
	// (RFC 4287 §4.2.6), and a tag: URI would change with the host.
	GUID string

	Title   string // default: URL
	Summary string // default: that of Body, see Summary
	Body    string // HTML

	Authors []string
	// Publisher stands for the author of an item that has none; default: the author
	// of the feed that carries it.
	Publisher string
	Editor    string // the responsible editor
	Source    Source // the outlet that first published it

	// Published and Updated are written in their own Location, with a numeric
	// zone. Zero, or a year outside 1–9999, means unknown; one of the two is
	// required.
	Published time.Time
	Updated   time.Time

	// Images are the article's pictures, the lead image first. Without any the
	// first picture of the body that is not small stands for the article where
	// one picture does.
	Images []Image
	// LeadInBody puts the lead image at the head of a body that does not have it.
	LeadInBody bool

	Enclosures []Enclosure
	Categories []Category
	Tags       []string // what a category is called already is written once

	Language    string // BCP 47; default: the feed's
	Rights      string
	OriginalURL string // the address of the original of a syndicated article
	NextURL     string // the next article

	// Withdrawn says that the item is in the place of an article that was withdrawn,
	// and later than it: by a second at least. Atom also names the article, as an
	// at:deleted-entry of the second before the item's last change (RFC 6721): a
	// reader that knows that element drops what it has of the article, and the item,
	// which is newer, it shows as others do. Feeds for aggregators have the item only
	// where these want to be told, see [Profile].
	Withdrawn bool

	stand Image // the picture of the body that stands for the article
}

// Source is an outlet. Its URL is optional.
type Source struct {
	Name, URL string
}

// Image is a picture of an article. Only URL is required, http(s); Width and
// Height are in pixels, zero is unknown. Type is a media type; when it is empty
// the address's file name tells it, if it can.
type Image struct {
	URL, Caption, Credit, Type string
	Width, Height              int
	Bytes                      int64
}

// Enclosure is a recording or another file; one that is a picture counts as one of
// the Images. Only URL is required, http(s); zero Bytes or Seconds are unknown. For
// Type see [Image].
type Enclosure struct {
	URL, Type, Title string
	Bytes            int64
	Seconds          int
}

// Category is a section that an article is in. Term is its key; Scheme, an
// absolute URI, says whose key it is and may be empty; Label is its name for
// people, by default Term.
type Category struct {
	Term, Scheme, Label string
}

// label is what people read.
func (c Category) label() string { return cmp.Or(c.Label, c.Term) }

// PlainText returns the text of s, which may hold HTML: tags and comments out,
// character references decoded once, white space folded to single spaces,
// characters that XML does not allow dropped. Blocks are kept apart by a space;
// scripts and styles have no text.
//
// What looks like a tag but names no HTML element stays: the brackets of
// "<NBA>" or "x<y" in a headline are text.
func PlainText(s string) string { return markup.Plain(s) }

// Summary returns the plain text that [Prepare] takes for the summary of an
// article with this body and none of its own: the beginning of the body, at
// most 200 characters (grapheme clusters). A longer text ends with its last
// sentence, else with its last clause, that ends after 120 characters or more;
// if there is none it is cut, between words where the script has them, and "…"
// is added.
//
// Captions of figures, and what only a reader without scripts or films sees,
// are left out; captions stand in where there is no other text. A body without
// any has the summary "".
func Summary(body string) string {
	return markup.Summary(markup.Body(body, markup.Anywhere))
}
