// Package sitemap writes sitemaps and sitemap indexes for search engines.
//
// It follows the protocol of sitemaps.org, version 0.9, with the extensions that
// engines still read: Google's for news, images and videos, and links to the
// same page in other languages. Elements that engines ignore (priority,
// changefreq, image captions, news keywords, video categories) cannot be
// expressed. Every file validates against the published XML schemas.
//
// A [Writer] streams one urlset and keeps it within the limits of the engines,
// exact to the byte and to the URL. [Split] spreads a sequence of any length
// over as many files as it needs, and [Index] lists the files in a sitemap
// index. Memory does not grow with the number of URLs, and equal input gives
// equal bytes.
//
// The XML declaration, the start tag, each URL from <url> to </url> and the end
// tag have a line of their own in a file: it can be read with less and compared
// with diff, and is a sitemap still when the line of a URL is taken out.
//
// What cannot be published is refused with a [*URLError] and leaves no trace in
// the file: one bad URL never spoils the others. With [Options.Lenient] a bad
// image, video or alternate does not spoil its page either.
//
// The package fetches nothing and reads no clock.
package sitemap

import (
	"errors"
	"fmt"
	"time"
)

// ContentType is the media type of every document of this package.
const ContentType = "application/xml; charset=utf-8"

// What the protocol and the engines allow. All limits are inclusive.
const (
	MaxURLs      = 50_000     // URLs in a sitemap and entries in an index, sitemaps.org
	MaxNewsURLs  = 1_000      // URLs in a news sitemap, Google
	MaxImages    = 1_000      // images of one URL, Google
	MaxBytes     = 52_428_800 // uncompressed size of a file, sitemaps.org
	DefaultBytes = 10_485_760 // uncompressed size, that of Baidu, Sogou and 360
	MaxLoc       = 2_048      // bytes of an address as published, before XML escaping, the XML schema
)

// minLoc is the shortest loc that the XML schema accepts.
const minLoc = 12

// URL is one page of a sitemap.
type URL struct {
	// Loc is the page's canonical address, absolute http or https. Characters
	// that a URI may not contain are percent-encoded, a host in other scripts
	// is written in its ASCII form, everything else is published as it is. It
	// has 12 (the XML schema) to [MaxLoc] bytes as published.
	Loc string

	// LastMod is the page's last significant change, published to the second
	// in the offset of its own Location, or in UTC where XML Schema does not
	// know that offset: one that has seconds or is beyond 14:00. The zero time
	// is left out, a year outside 1000 to 9999 refused.
	LastMod time.Time

	// News describes the page as a news article. It needs [Options.News].
	News *News

	// Images are the absolute addresses of the page's images, at most
	// [MaxImages], under the rules of Loc, only without its minimum. They need
	// [Options.Images].
	Images []string

	// Videos are the videos on the page, at most [MaxVideos]. They need
	// [Options.Videos].
	Videos []Video

	// Alternates are the page in its languages, at most [MaxAlternates]. They
	// need [Options.Alternates].
	Alternates []Alternate
}

// Entry is one sitemap of an index.
type Entry struct {
	Loc     string    // absolute address of the sitemap, under the rules of [URL.Loc]
	LastMod time.Time // last change of the sitemap's content; the zero time is left out
}

var (
	// ErrFull says that one more URL would exceed the limits of the file.
	// The file is intact and may be closed; the URL fits into an empty one.
	ErrFull = errors.New("sitemap is full")

	// ErrEmpty says that a file has no URL, which the protocol does not allow.
	// Who writes one has written nothing.
	ErrEmpty = errors.New("sitemap has no URL")
)

// URLError reports a URL or [Entry] that cannot be published in any file. The
// file that refused it is intact.
type URLError struct {
	Loc string // as given
	Err error  // what is wrong with it
}

// Error names the address, shortened to its first 200 characters.
func (e *URLError) Error() string { return fmt.Sprintf("url %.200q: %v", e.Loc, e.Err) }

// Unwrap returns e.Err.
func (e *URLError) Unwrap() error { return e.Err }
