package network

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// Alias is a path that people try, escaped and without a slash at its end, and the
// document that it leads to. {channel} stands for a channel's id in both.
type Alias struct{ Path, Document string }

// Aliases are those of a station: the first that fits counts.
type Aliases struct {
	Status int // of the redirect
	All    []Alias
}

// channelMark stands for the id of a channel.
const channelMark = "{channel}"

// iconPath is what browsers ask for; it leads to the station's icon.
const iconPath = "/favicon.ico"

// Redirect returns where a path leads at which the station has no document; "":
// nowhere. Base is the path under which the request has the station, "" on its own
// host. A slash at the end of a path makes no difference.
func (s *Station) Redirect(base, path string) (location string) {
	if path == iconPath {
		return s.Icon
	}
	tried := strings.TrimSuffix(path, "/")
	for _, a := range s.Aliases.All {
		if document, ok := a.document(tried, s.HasChannel); ok && document != path && s.answers(document) {
			return base + document
		}
	}
	return ""
}

// answers reports whether the station has a document at a path, or says what has become
// of it: not each channel has a feed for each aggregator.
func (s *Station) answers(path string) bool {
	closed, movedTo := s.FormerPath(path)
	return closed || movedTo != "" || s.isDocument(path)
}

// document returns the document that a path leads to.
func (a Alias) document(path string, channel func(id string) bool) (string, bool) {
	before, after, any := strings.Cut(a.Path, channelMark)
	if !any {
		return a.Document, path == a.Path
	}
	rest, begins := strings.CutPrefix(path, before)
	id, ends := strings.CutSuffix(rest, after)
	if !begins || !ends || !channel(id) {
		return "", false
	}
	return strings.ReplaceAll(a.Document, channelMark, id), true
}

// NewAlias returns the alias of a path as people write it, or why the path can't
// be one.
func NewAlias(path, document string) (Alias, error) {
	before, after, any := strings.Cut(path, channelMark)
	if strings.Contains(document, channelMark) && !any {
		return Alias{}, errors.New("the document has {channel}, and the path has none")
	}
	for _, part := range []*string{&before, &after} {
		u, err := url.Parse("https://xt.example/" + *part)
		if err != nil || strings.ContainsAny(*part, "?#\\ {}") || strings.ContainsFunc(*part, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return Alias{}, errNoPath
		}
		*part = strings.TrimPrefix(u.EscapedPath(), "/")
	}
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	odd := func(segment string) bool { return segment == "" || segment == "." || segment == ".." }
	if !strings.HasPrefix(path, "/") || slices.ContainsFunc(segments[1:], odd) {
		return Alias{}, errNoPath
	}
	escaped := before
	if any {
		escaped += channelMark + after
	}
	return Alias{strings.TrimSuffix(escaped, "/"), document}, nil
}

var errNoPath = errors.New("want a path such as /feed/ or /category/{channel}/feed/")

// Leads returns why the alias leads nowhere at a station of which no more is known
// than its channels and its profiles, and theirs; nil: it does.
func (a Alias) Leads(s *Station) error {
	ids := make([]string, len(s.Channels))
	for i, c := range s.Channels {
		ids[i] = c.ID
	}
	if !strings.Contains(a.Path, channelMark) {
		ids = []string{""}
	}
	err := errors.New("no document: want a path such as /rss.xml, and of a channel that is there")
	for _, id := range ids {
		path := strings.ReplaceAll(a.Path, channelMark, id)
		document := strings.ReplaceAll(a.Document, channelMark, id)
		switch {
		case !s.isDocument(document):
		case path == document: // with a slash behind it
			return nil
		case path == iconPath || s.isDocument(path) || strings.HasPrefix(path, "/"+shardFolder+"/"):
			err = errors.New("that path has a document itself")
		default:
			return nil
		}
	}
	return err
}

// isDocument reports whether each edition of the station has a document at a path.
func (s *Station) isDocument(path string) bool {
	if sitemap := strings.TrimSuffix(path, GzipSuffix); IsSitemap(sitemap) {
		path = sitemap
	}
	for document := range s.Paths() {
		if path == document {
			return true
		}
	}
	return false
}

// AliasSets are the names of the ready sets: what the sites of other systems have,
// whose readers go on asking for it.
func AliasSets() []string { return []string{"wordpress", "hugo", "ghost"} }

// AliasSet returns the aliases of a ready set. Each of them also has what people
// try of any site.
func AliasSet(name string) []Alias {
	rss, atom, json := FeedPath("", RSS), FeedPath("", Atom), FeedPath("", JSON)
	ofRSS, ofAtom, ofJSON := FeedPath(channelMark, RSS), FeedPath(channelMark, Atom), FeedPath(channelMark, JSON)
	var all []Alias
	add := func(document string, paths ...string) {
		for _, path := range paths {
			all = append(all, Alias{path, document})
		}
	}
	for _, document := range []string{rss, atom, json, ofRSS, ofAtom, ofJSON, IndexPath, RobotsPath, OPMLPath, DirectoryPath} {
		add(document, document) // with a slash behind it
	}
	add(DirectoryPath, "", "/feeds") // what answers here for a host's own page is all that the host has
	add(rss, "/feed", "/rss", "/feed.xml", "/index.xml")
	add(atom, "/atom")
	add(ofRSS, "/{channel}/feed", "/{channel}/rss", "/{channel}/feed.xml", "/{channel}/index.xml")
	add(ofAtom, "/{channel}/atom")
	switch name {
	case "wordpress": // developer.wordpress.org, "WordPress Feeds"; the second sitemap and that of news are Yoast's
		add(rss, "/feed/rss", "/feed/rss2", "/feed/rdf", "/rss2", "/rdf", "/wp-rss.php", "/wp-rss2.php", "/wp-rdf.php", "/wp-feed.php", "/index.php/feed")
		add(atom, "/feed/atom", "/wp-atom.php")
		add(json, "/feed/json")
		for _, base := range []string{"/category/{channel}/feed", "/{channel}/feed"} {
			add(ofRSS, base, base+"/rss", base+"/rss2", base+"/rdf")
			add(ofAtom, base+"/atom")
			add(ofJSON, base+"/json")
		}
		add(IndexPath, "/wp-sitemap.xml", "/sitemap_index.xml")
		add(NewsPath(1), "/news-sitemap.xml")
	case "hugo": // gohugo.io, "RSS templates"
		add(ofRSS, "/categories/{channel}/index.xml", "/tags/{channel}/index.xml")
	case "ghost": // ghost.org, "RSS" and "Sitemaps"
		add(ofRSS, "/tag/{channel}/rss")
		add(IndexPath, "/sitemap-posts.xml", "/sitemap-pages.xml")
		add(NewsPath(1), "/sitemap-news.xml")
	default:
		return nil
	}
	return all
}
