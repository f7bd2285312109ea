package press

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// page is what a sitemap tells of an article; the home page is none.
type page struct {
	sitemap.URL
	article edition.Article
}

// homePage returns the page of the station itself.
func homePage(s *network.Station) page { return page{URL: sitemap.URL{Loc: s.Address("/")}} }

// page returns what a sitemap tells of every article.
func (b *builder) page(a *article.Article) page {
	updated := b.changed(a).In(b.station.Zone)
	return page{sitemap.URL{Loc: a.URL, LastMod: updated}, edition.Article{ID: a.ID, Published: a.Published, Updated: updated, Address: a.URL}}
}

// Unlisted returns why no sitemap of the station may name the article: a sitemap names
// pages of its own host only.
func Unlisted(station *network.Station, a *article.Article) (why article.Why) {
	if a.NoIndex {
		why = article.WhyNoIndex
	}
	if !station.Owns(a.URL) {
		why |= article.WhyHost
	}
	return why
}

// maxVideos is how many films of an article are named: each carries the article's
// summary.
const maxVideos = 100

// addLinks adds what the sitemap of a month tells of a page besides. The sitemap
// drops of it what can't be published.
func (b *builder) addLinks(u *sitemap.URL, a *article.Article) {
	for _, image := range a.Images[:min(len(a.Images), sitemap.MaxImages)] {
		u.Images = append(u.Images, absolute(a.URL, image.URL))
	}
	if lead := leadOf(a); lead != "" {
		u.Images = []string{absolute(a.URL, lead)}
	}
	b.addVideos(u, a)
	if len(a.Alternates) == 0 {
		return
	}
	// The article itself is among its translations: engines take only links that
	// are returned.
	u.Alternates = []sitemap.Alternate{{Lang: cmp.Or(a.Language, b.station.Language), Loc: a.URL}}
	for _, alternate := range a.Alternates[:min(len(a.Alternates), sitemap.MaxAlternates)] {
		u.Alternates = append(u.Alternates, sitemap.Alternate{Lang: alternate.Lang, Loc: absolute(a.URL, alternate.URL)})
	}
}

// leadOf returns the picture of an article's text that stands for it where it has no
// other; "": there is none. It looks for it where nobody has: a text that a former
// version has stored, or another tool.
func leadOf(a *article.Article) string {
	switch {
	case len(a.Images) > 0 || a.Lead == article.NoLead:
		return ""
	case a.Lead == "" && strings.Contains(a.Body, "<"):
		return feed.LeadImage(a.Body, a.URL)
	}
	return a.Lead
}

// addVideos adds the article's films. Google requires a picture, which is the
// article's first, and a description, which is its summary.
func (b *builder) addVideos(u *sitemap.URL, a *article.Article) {
	if len(a.Enclosures) == 0 {
		return
	}
	picture := slices.IndexFunc(u.Images, func(address string) bool {
		_, err := sitemap.Loc(address)
		return err == nil
	})
	if picture < 0 {
		return
	}
	title, description := "", ""
	for _, e := range a.Enclosures {
		if len(u.Videos) == maxVideos || !strings.HasPrefix(strings.ToLower(e.Type), "video/") {
			continue
		}
		if len(u.Videos) == 0 {
			title = feed.PlainText(a.Title)
			if description = feed.PlainText(a.Summary); description == "" {
				description = feed.Summary(a.Body)
			}
		}
		video := sitemap.Video{
			Thumbnail: u.Images[picture], Content: absolute(a.URL, e.URL), Title: cmp.Or(feed.PlainText(e.Title), title),
			Description: description, Published: a.Published.In(b.station.Zone),
		}
		if e.Seconds <= sitemap.MaxVideoSeconds {
			video.Seconds = max(0, e.Seconds)
		}
		u.Videos = append(u.Videos, video)
	}
}

// absolute returns an address that may be relative to a page's; "" where it is
// none.
func absolute(page, address string) string {
	if strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://") {
		return address
	}
	if base, ok := baseOf(page, address); ok && isPlainPath(address) { // as nearly all are: an archive has millions
		return base + address
	}
	if len(address) > sitemap.MaxLoc { // resolving takes time by the square of the length
		return ""
	}
	u, err := url.Parse(page)
	if err == nil {
		u, err = u.Parse(address)
	}
	if err != nil || u.User != nil || u.Opaque != "" || address == "" {
		return ""
	}
	address = u.Scheme + "://" + u.Host + u.EscapedPath() // String would escape a host in other scripts
	if u.RawQuery != "" {
		address += "?" + u.RawQuery
	}
	return address
}

// baseOf returns what a plain path is appended to: scheme and host of the page's address
// and, unless the path begins at the root, the page's folder. It is not ok where the address
// itself has something to be resolved or escaped.
func baseOf(page, path string) (base string, ok bool) {
	_, rest, ok := strings.Cut(page, "://")
	end := strings.IndexAny(rest, "/?#@")
	if !ok || end <= 0 || rest[end] != '/' {
		return "", false
	}
	if end += len(page) - len(rest); strings.HasPrefix(path, "/") {
		return page[:end], true
	}
	folder := page[end : strings.LastIndexByte(page, '/')+1]
	return page[:end+len(folder)], isPlainPath(folder) && !strings.ContainsAny(page, "?#")
}

// isPlainPath reports whether a path stands for itself behind what it is relative to:
// it has nothing to be resolved or escaped.
func isPlainPath(path string) bool {
	slash := true // before
	for i := range len(path) {
		switch c := path[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
			slash = false
		case c == '/' && (i == 0 || !slash):
			slash = true
		case c == '.' && !slash:
		default:
			return false
		}
	}
	return path != ""
}
