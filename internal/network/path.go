package network

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"

	"feedstation/internal/address"
	"feedstation/internal/article"
)

// Format is one of the three feed formats; its value is its file's name.
type Format string

// The feed formats.
const (
	RSS  Format = "rss.xml"
	Atom Format = "atom.xml"
	JSON Format = "feed.json"
)

// Formats are all formats, in the order in which they are told.
func Formats() []Format { return []Format{RSS, Atom, JSON} }

// MediaType returns the media type of the format's links, without parameters.
func (f Format) MediaType() string {
	return map[Format]string{RSS: "application/rss+xml", Atom: "application/atom+xml", JSON: "application/feed+json"}[f]
}

// Title returns what people call the format.
func (f Format) Title() string {
	return map[Format]string{RSS: "RSS", Atom: "Atom", JSON: "JSON Feed"}[f]
}

// Folders of documents. An id of a channel may be that of the second: no id has a dot.
const (
	shardFolder   = "sitemaps"
	previewFolder = "feeds"
)

// Paths of documents that every station has once.
const (
	IndexPath     = "/sitemap.xml"
	RobotsPath    = "/robots.txt"
	OPMLPath      = "/feeds.opml"
	BaiduPath     = "/" + shardFolder + "/baidu.txt"
	TDMPath       = "/.well-known/tdmrep.json" // where something is said of text and data mining
	DirectoryPath = "/feeds.html"              // of all feeds, for people
	StylePath     = "/feeds.css"               // of the pages for people, and so the next
	ScriptPath    = "/feeds.js"
	IconPath      = "/feeds.svg"
)

// KeyPath returns the path of the file of a key, at the root of a host (IndexNow).
func KeyPath(key string) string { return "/" + key + ".txt" }

// HubPath is where the WebSub hub of a station is that has its own.
const HubPath = "/websub"

// GzipSuffix behind the path of a sitemap names its compressed twin.
const GzipSuffix = ".gz"

// FeedPath returns the path of a channel's feed, or of the station's own when
// channel is empty.
func FeedPath(channel string, format Format) string {
	if channel == "" {
		return "/" + string(format)
	}
	return "/" + channel + "/" + string(format)
}

// ProfilePath returns the path of a channel's feed, or of the station's own when
// channel is empty, as an aggregator wants it, by the name of its profile.
func ProfilePath(channel, profile string) string {
	return FeedPath(channel, Format(profile+profileSuffix))
}

const profileSuffix = ".xml"

// DirectoryPage returns the path of the n-th page of the directory, from 1: one page has
// all feeds, unless they are very many.
func DirectoryPage(n int) string {
	if n == 1 {
		return DirectoryPath
	}
	return directoryPrefix + strconv.Itoa(n) + previewSuffix
}

// StationsPage returns the path of the n-th page that lists the stations on a host of all of
// them, from 1.
func StationsPage(n int) string {
	if n == 1 {
		return "/"
	}
	return DirectoryPage(n)
}

const directoryPrefix = "/feeds-"

// IsDirectory reports whether a path is that of a page of the directory.
func IsDirectory(path string) bool {
	rest, numbered := strings.CutPrefix(path, directoryPrefix)
	if !numbered {
		return path == DirectoryPath
	}
	n, err := strconv.Atoi(strings.TrimSuffix(rest, previewSuffix))
	return err == nil && n > 1 && path == DirectoryPage(n)
}

// PreviewPath returns the path of the page that shows people a channel's feed. The
// station's own is shown by the directory.
func PreviewPath(channel string) string {
	if channel == "" {
		return DirectoryPath
	}
	return "/" + previewFolder + "/" + channel + previewSuffix
}

const previewSuffix = ".html"

// ParsePreviewPath is the inverse of PreviewPath for the channels.
func ParsePreviewPath(path string) (channel string, ok bool) {
	name, inFolder := strings.CutPrefix(path, "/"+previewFolder+"/")
	if !inFolder { // as nearly all are
		return "", false
	}
	channel, isPage := strings.CutSuffix(name, previewSuffix)
	return channel, isPage && CheckID(channel) == nil
}

// cutChannel cuts a path within a station at the id that is a channel's if the station
// has it: it is what stands before it, the id, and the rest.
func cutChannel(path string) (before, id, rest string, ok bool) {
	if channel, ok := ParsePreviewPath(path); ok {
		return "/" + previewFolder + "/", channel, previewSuffix, true
	}
	if channel, _, _, ok := ParseArchivePath(path); ok && channel == "" { // whatever channel is called as its folder is
		return "", "", path, false
	}
	id, rest, ok = strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/", id, "/" + rest, ok
}

// ShardPath returns the path of the n-th sitemap of a month, from 1.
func ShardPath(month article.Month, n int) string {
	return numbered(month.String(), n)
}

// ParseShardPath is the inverse of ShardPath.
func ParseShardPath(path string) (month article.Month, n int, ok bool) {
	name, isShard := strings.CutPrefix(path, "/"+shardFolder+"/")
	name, isXML := strings.CutSuffix(name, ".xml")
	if !isShard || !isXML || len(name) < len("2006-01") {
		return article.Month{}, 0, false
	}
	month, err := article.ParseMonth(name[:len("2006-01")])
	if err != nil {
		return article.Month{}, 0, false
	}
	number := name[len("2006-01"):]
	if number == "" {
		return month, 1, true
	}
	n, err = strconv.Atoi(number[1:])
	if err != nil || n < 2 || number != "-"+strconv.Itoa(n) {
		return article.Month{}, 0, false
	}
	return month, n, true
}

// NewsPath returns the path of the n-th Google News sitemap, from 1.
func NewsPath(n int) string {
	return numbered("news", n)
}

func numbered(name string, n int) string {
	if n > 1 {
		name += "-" + strconv.Itoa(n)
	}
	return "/" + shardFolder + "/" + name + ".xml"
}

// Paths are those of the documents that each edition of the station has.
func (s *Station) Paths() iter.Seq[string] {
	return func(yield func(path string) bool) {
		for _, channel := range slices.Concat([]Channel{{}}, s.Channels) {
			for _, format := range Formats() {
				if !yield(FeedPath(channel.ID, format)) {
					return
				}
			}
			for _, profile := range s.FeedProfiles(channel) {
				if !yield(ProfilePath(channel.ID, profile)) {
					return
				}
			}
			if !yield(PreviewPath(channel.ID)) {
				return
			}
		}
		for _, path := range []string{OPMLPath, StylePath, ScriptPath, IconPath, IndexPath, NewsPath(1), BaiduPath, RobotsPath} {
			if !yield(path) {
				return
			}
		}
		if s.mining {
			yield(TDMPath)
		}
	}
}

// IsList reports whether the document at path is a sitemap, compressed or not, or
// another list for programs: search results have no use for it.
func IsList(path string) bool {
	return strings.HasPrefix(path, "/"+shardFolder+"/") || path == IndexPath || path == OPMLPath || path == IndexPath+GzipSuffix
}

// IsSitemap reports whether the document at path is a sitemap or an index of
// sitemaps, and so has a compressed twin.
func IsSitemap(path string) bool {
	return path == IndexPath || strings.HasPrefix(path, "/"+shardFolder+"/") && strings.HasSuffix(path, ".xml")
}

// Errors of Resolve.
var (
	ErrUnknownHost    = errors.New("no station has this host")
	ErrUnknownStation = errors.New("no station has this id")
	ErrAllStations    = errors.New("a list of all stations")
)

// Target is what a request asks for. On a shared host a former id of a station leads to
// it as well: then Base+Path is not the path of the request.
type Target struct {
	Station *Station
	Base    string // what stands before the paths of the station there
	Path    string // of the document within the station: it begins with a slash, or is empty
	Shared  bool   // the host is not the station's own
}

// Resolve returns what a request's host and escaped path address. The * of a request
// without a path is of no station; nor is, on a shared host, a page that lists all of them.
func (n *Network) Resolve(host, path string) (Target, error) {
	own, ok := n.at(host)
	switch {
	case !ok:
		return Target{}, ErrUnknownHost
	case path != "" && path[0] != '/':
		return Target{}, ErrUnknownStation
	case own != nil:
		s := own.at(path)
		if s == nil {
			return Target{}, ErrUnknownStation
		}
		if within, ok := strings.CutPrefix(path, s.folder); ok && (within == "" || within[0] == '/') {
			return Target{Station: s, Base: s.folder, Path: within}, nil
		}
		return Target{Station: s, Path: path}, nil // robots.txt, tdmrep.json or the file of a key
	case path == "" || path == "/":
		return Target{Path: "/", Shared: true}, ErrAllStations
	case path != DirectoryPath && IsDirectory(path):
		return Target{Path: path, Shared: true}, ErrAllStations
	}
	rest, rooted := strings.CutPrefix(path, "/")
	id, _, _ := strings.Cut(rest, "/")
	s, ok := n.byID[id]
	if !ok {
		s, ok = n.byWas[id]
	}
	if !rooted || !ok {
		return Target{}, ErrUnknownStation
	}
	return Target{s, "/" + s.ID, rest[len(id):], true}, nil
}

// at returns the host of stations that a request names, and none for a shared host.
func (n *Network) at(host string) (own *site, ok bool) {
	bare, _ := address.CutPort(host) // as most requests name it
	if own, ok := n.known(bare); ok {
		return own, true
	}
	normal, _ := NormalizeHost(host)
	return n.known(normal)
}

// known looks a normalised host up; what is none is not known.
func (n *Network) known(normal string) (own *site, ok bool) {
	own = n.byHost[normal]
	return own, own != nil || n.shared[normal]
}
