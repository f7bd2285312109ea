package network

import (
	"slices"
	"strings"
)

// Kind is a kind of document, by its path: there are few, whatever is asked for. It
// is from 0 to Kinds-1.
type Kind uint8

// The kinds of documents.
const (
	NoKind Kind = iota // no document has such a path
	RSSKind
	AtomKind
	JSONKind
	ProfileKind // a feed as an aggregator wants it
	ArchiveKind // of a feed, in whatever format
	OPMLKind
	IndexKind // of sitemaps
	MonthKind // a sitemap of a month
	NewsKind  // a sitemap for Google News
	BaiduKind
	RobotsKind
	TDMKind
	DirectoryKind // of a station's feeds, and what a shared host lists
	PreviewKind   // the page of a channel's feed
	AssetKind     // the style and the script of pages

	Kinds = int(AssetKind) + 1 // how many kinds there are
)

// String returns the kind in a word.
func (k Kind) String() string {
	return [Kinds]string{
		"none", "rss", "atom", "json", "profile", "archive", "opml", "index", "month", "news", "baidu", "robots", "tdm", "directory", "preview", "asset",
	}[k]
}

// Kind returns the kind of document that is asked for, whether or not the station has it.
// A compressed twin is of the kind of its sitemap.
func (t Target) Kind() Kind {
	path := t.Path
	if sitemap, ok := strings.CutSuffix(path, GzipSuffix); ok && IsSitemap(sitemap) {
		path = sitemap
	}
	switch path {
	case "", "/":
		if t.Shared {
			return DirectoryKind
		}
		return NoKind
	case IndexPath:
		return IndexKind
	case RobotsPath:
		return RobotsKind
	case TDMPath:
		return TDMKind
	case OPMLPath:
		return OPMLKind
	case BaiduPath:
		return BaiduKind
	case StylePath, ScriptPath, IconPath:
		return AssetKind
	}
	if _, ok := ParsePreviewPath(path); ok {
		return PreviewKind
	}
	if IsDirectory(path) {
		return DirectoryKind
	}
	if IsArchive(path) {
		return ArchiveKind
	}
	folder, name, within := strings.Cut(path[1:], "/")
	switch {
	case !within:
		return t.Station.feedKind("", folder)
	case folder == "":
		return NoKind
	case folder == shardFolder:
		return shardKind(path, name)
	}
	return t.Station.feedKind(folder, name)
}

func shardKind(path, name string) Kind {
	if !IsSitemap(path) || strings.Contains(name, "/") {
		return NoKind
	}
	if strings.HasPrefix(name, "news") {
		return NewsKind
	}
	if name[0] >= '0' && name[0] <= '9' {
		return MonthKind
	}
	return NoKind
}

// feedKind returns the kind of a file in a channel's folder, or with "" at the top.
func (s *Station) feedKind(channel, name string) Kind {
	switch Format(name) {
	case RSS:
		return RSSKind
	case Atom:
		return AtomKind
	case JSON:
		return JSONKind
	}
	profile, ok := strings.CutSuffix(name, profileSuffix)
	if ok && s != nil && s.hasProfile(channel, profile) {
		return ProfileKind
	}
	return NoKind
}

func (s *Station) hasProfile(channel, profile string) bool {
	if channel == "" {
		return slices.Contains(s.Profiles, profile)
	}
	return slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.ID == channel && slices.Contains(c.Profiles, profile) })
}
