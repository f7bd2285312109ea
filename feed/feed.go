// Package feed writes one list of articles as RSS 2.0, Atom 1.0 and JSON
// Feed 1.1, with the same content in all three as far as each can carry it.
//
// It stands on the types of github.com/gorilla/feeds. Its structs are embedded
// where they are right; where they are not (one link for an Atom feed, an RSS
// author without an e-mail address, categories as bare text, `size` for
// `size_in_bytes`) a field of the same name here shadows theirs.
//
// What holds for every document:
//
//   - The same Channel gives the same bytes. No clock is read and no address
//     or identifier is made up.
//   - Any string in any field gives a well-formed document: text is repaired by
//     [Clean], addresses are written as ASCII URIs (RFC 3986, hosts in
//     punycode).
//   - Optional values that could not be valid (a relative image address, a
//     language that is no BCP 47 tag, a zero time) are left out.
//   - An article's address is its guid, its atom:id and its JSON id. An address
//     that comes twice is written once, the first time.
//
// Bodies are written as they are: this package repairs their characters but
// does not sanitize HTML.
package feed

import (
	"time"
)

// The media types under which the three formats are published.
const (
	RSSType  = "application/rss+xml; charset=utf-8"
	AtomType = "application/atom+xml; charset=utf-8"
	JSONType = "application/feed+json; charset=utf-8"
)

// generator names the program in RSS and Atom.
const generator = "feedstation"

// Channel is a feed: who publishes it, where, and its articles.
//
// Title, HomeURL and the address of the format that is asked for are required
// for a valid document. The methods do not change the Channel, and may be
// called at the same time.
type Channel struct {
	Title       string
	Description string // default: Title
	Language    string // BCP 47, such as zh-CN
	Rights      string // the copyright line

	// HomeURL is the page for people. The others say where each format is
	// published: a format links to itself and, where they are set, to its
	// alternates.
	HomeURL string
	RSSURL  string
	AtomURL string
	JSONURL string

	Author string // the publisher's name; default: Title
	Email  string // the publisher's address, optional

	// Icon is small and square, Logo twice as wide as high. Absolute, optional.
	Icon string
	Logo string

	// Updated is when the content last changed. If it is zero, the latest
	// moment among the items stands in.
	Updated time.Time

	// Items are written in this order, all of them.
	Items []Item
}

// Item is one article.
type Item struct {
	URL     string // required: the permanent, canonical address, absolute http(s)
	Title   string // plain text; default: URL
	Summary string // plain text; default: Summary(Body)
	Body    string // HTML with absolute addresses (see Absolute)

	Authors []string
	Editor  string // the responsible editor
	Source  Source // the outlet that first published it

	// Published and Updated are written in their own Location, with a numeric
	// zone. Zero, or a year outside 1–9999, means unknown.
	Published time.Time
	Updated   time.Time

	Images     []Image // the first is the lead image
	Enclosures []Enclosure
	Categories []Category
	Tags       []string

	Language    string // BCP 47; default: the channel's
	Rights      string
	OriginalURL string // the address of the original of a syndicated article
	NextURL     string // the next article
}

// Source is an outlet. Its URL is optional.
type Source struct {
	Name, URL string
}

// Image is a picture of an article. Only URL is required, absolute http(s);
// Width and Height are in pixels, zero is unknown. Type is a media type; when
// it is empty the address's file name tells it, if it can.
type Image struct {
	URL, Caption, Credit, Type string
	Width, Height              int
	Bytes                      int64
}

// Enclosure is a recording or another file. Only URL is required, absolute
// http(s); zero Bytes or Seconds are unknown. For Type see [Image].
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
func (c Category) label() string {
	if c.Label != "" {
		return c.Label
	}
	return c.Term
}
