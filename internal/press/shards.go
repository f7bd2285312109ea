package press

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/gzjoin"
	"feedstation/internal/network"
	"feedstation/sitemap"
)

// shards adds the months that are dirty, newest first, and keeps the others. It
// returns the months that it did not reach, which stay as they are for now.
func (b *builder) shards(ctx context.Context, work *Work) (left []article.Month, err error) {
	months := slices.Collect(maps.Keys(work.Months))
	everything := work.Everything || b.current == nil
	if everything {
		if months, err = b.snapshot.Months(ctx, b.station.ID, b.station.Zone); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(months, func(a, b article.Month) int { return b.Compare(a) })
	kept := b.keptShards()
	if everything { // months without articles are gone
		maps.DeleteFunc(kept, func(month article.Month, _ []string) bool { return !slices.Contains(months, month) })
	}
	for i, month := range months {
		if i > 0 && b.enough() && !b.readdressed() {
			left = months[i:]
			break
		}
		delete(kept, month)
		e := work.Months[month]
		if everything || e == nil {
			e = &Extent{Whole: true}
		}
		if err := b.shard(ctx, month, e); err != nil {
			return nil, err
		}
	}
	for _, paths := range kept {
		for _, path := range paths {
			b.keep(path)
		}
	}
	return left, nil
}

// keptShards returns the paths of the current edition's months.
func (b *draft) keptShards() map[article.Month][]string {
	kept := map[article.Month][]string{}
	if b.current == nil {
		return kept
	}
	for path := range b.current.AllContents() {
		if month, _, ok := network.ParseShardPath(path); ok {
			kept[month] = append(kept[month], path)
		}
	}
	return kept
}

// extensions are what the sitemap of a month may tell of a page.
var extensions = sitemap.Options{Images: true, Videos: true, Alternates: true}

// shard adds a month.
func (b *builder) shard(ctx context.Context, month article.Month, e *Extent) error {
	files, err := b.readMonth(ctx, month, e)
	if err != nil {
		return fmt.Errorf("%s: %w", month, err)
	}
	for i, parts := range files {
		b.addShard(network.ShardPath(month, i+1), parts)
	}
	b.rememberMonth(month, files)
	return nil
}

// What every month's sitemap begins and ends with.
var shardHead, shardTail = func() (head, tail gzjoin.Chunk) {
	first, last := extensions.Frame()
	return gzjoin.New([]byte(first)), gzjoin.New([]byte(last))
}()

// addShard adds a sitemap of a month, unless it is empty, and its contents.
func (b *draft) addShard(path string, parts []part) {
	head := shardHead
	entries, contents := []*gzjoin.Chunk{&head}, []*gzjoin.Chunk{}
	var lastMod time.Time
	pages, lines := 0, 0
	for i := range parts {
		p := &parts[i]
		entries, contents = append(entries, &p.entries), append(contents, &p.contents)
		pages, lines = pages+p.pages, lines+p.lines
		if p.lastMod.After(lastMod) {
			lastMod = p.lastMod
		}
	}
	b.addContents(path, edition.JoinContents(contents), lines)
	b.contents[path].Share(contents...)
	if pages == 0 {
		return
	}
	b.addContent(path, edition.Join(sitemap.ContentType, append(entries, &shardTail)), pages, lastMod)
	b.documents[path].Share(entries...)
}

// page is what a sitemap tells of an article; the home page is none.
type page struct {
	sitemap.URL
	article edition.Article
}

// addSitemaps adds as many sitemaps as the pages need, with their contents, and
// returns how many. A page that can't be in any is left out.
func (b *draft) addSitemaps(pages []page, options sitemap.Options, path func(n int) string) (int, error) {
	var file pageFile
	next := 0
	options.Invalid = func(*sitemap.URLError) error { return nil }
	options.FlushAfter = func(string) bool {
		if a := pages[next].article; a.ID != "" {
			file.lines, file.n = a.AppendTo(file.lines), file.n+1
		}
		return false
	}
	files, err := sitemap.Split(func(yield func(sitemap.URL, error) bool) {
		for i := range pages {
			if next = i; !yield(pages[i].URL, nil) {
				return
			}
		}
	}, options, file.open)
	if err != nil {
		return 0, err
	}
	for i, f := range files {
		b.addContent(path(i+1), file.bodies[i].Content(), f.URLs, f.LastMod)
		b.addContents(path(i+1), file.contents[i], file.items[i])
	}
	return len(files), nil
}

// pageFile is what pages are written to, file by file.
type pageFile struct {
	*edition.Writer // of the file that is open
	bodies          []*edition.Writer
	contents        []*edition.Content
	items           []int
	lines           []byte // of the file that is open
	n               int
}

func (f *pageFile) open(int) (io.WriteCloser, error) {
	f.Writer = edition.NewWriter(sitemap.ContentType)
	f.bodies = append(f.bodies, f.Writer)
	return f, nil
}

// Close completes a file.
func (f *pageFile) Close() error {
	f.contents, f.items = append(f.contents, edition.NewContents(f.lines)), append(f.items, f.n)
	f.lines, f.n = f.lines[:0], 0
	return f.Writer.Close()
}

// listable reports whether a sitemap of the station may name the article: a
// sitemap names pages of its own host only.
func listable(station *network.Station, a *article.Article) bool {
	return !a.NoIndex && station.Owns(a.URL)
}

func (b *builder) url(a *article.Article) sitemap.URL {
	u := sitemap.URL{Loc: a.URL, LastMod: b.lastMod(a)}
	if len(a.Images)+len(a.Enclosures)+len(a.Alternates) == 0 {
		return u
	}
	base, err := url.Parse(a.URL)
	if err != nil {
		return u // the sitemap refuses it
	}
	u.Images = b.imageAddresses(base, a)
	u.Videos = b.videos(base, a, u.Images)
	u.Alternates = b.alternates(base, a)
	// A page is more than what it links to: without what a sitemap can't say, it
	// is there.
	if len(u.Videos)+len(u.Alternates) > 0 && sitemap.NewWriter(io.Discard, extensions).Add(u) != nil {
		u.Videos, u.Alternates = nil, nil
	}
	return u
}

// lastMod is the article's last significant change in the station's zone.
func (b *builder) lastMod(a *article.Article) time.Time {
	return b.changed(a).In(b.station.Zone)
}

// usable returns an address as a sitemap can name it, and whether it can: it
// would refuse the whole page for the sake of a bad one.
func (b *builder) usable(base *url.URL, address string) (string, bool) {
	whole := address
	if isName(address) {
		whole = beside(base, address)
	}
	if host, ok := plainHost(whole); ok && host == b.usableHost && len(whole) <= sitemap.MaxLoc {
		return whole, true // as most are, and an archive has millions
	}
	if len(address) > sitemap.MaxLoc { // resolving takes time by the square of the length
		return "", false
	}
	u, err := base.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", false
	}
	normal, ok := network.NormalizeHost(u.Host)
	if !ok {
		return "", false
	}
	host := normal
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host // in ASCII: String would percent-encode it
	address = u.String()
	if _, err := sitemap.Loc(address); err != nil {
		return "", false
	}
	b.usableHost = normal
	return address, true
}

// isName reports whether a relative address is but a file's name.
func isName(address string) bool {
	for i := range len(address) {
		c := address[i]
		letter, digit := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
		if !letter && !digit && (i == 0 || c != '.' && c != '-' && c != '_') {
			return false
		}
	}
	return address != ""
}

// beside returns the address of the file of that name in the folder of another,
// or nothing where that takes more than to put them together.
func beside(base *url.URL, name string) string {
	slash := strings.LastIndexByte(base.Path, '/')
	if slash < 0 || base.User != nil || base.RawPath != "" || strings.Contains(base.Path, "?") || strings.HasPrefix(base.Path, "//") {
		return ""
	}
	return base.Scheme + "://" + base.Host + base.Path[:slash+1] + name
}

// plainHost returns the host of an absolute address that net/url would write as
// it is, and whether it is one.
func plainHost(address string) (string, bool) {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(address, "http://")
	}
	host, path, found := strings.Cut(rest, "/")
	if !ok || !found || host == "" || path != "" && path[0] == '.' || strings.Contains(path, "/.") {
		return "", false
	}
	for i := range len(path) {
		if c := path[i]; c <= ' ' || c > '~' || strings.IndexByte("%#\"<>\\^`{|}", c) >= 0 {
			return "", false
		}
	}
	return host, true
}

func (b *builder) imageAddresses(base *url.URL, a *article.Article) []string {
	var addresses []string
	seen := map[string]bool{}
	for _, image := range a.Images {
		if len(addresses) == sitemap.MaxImages {
			break
		}
		if address, ok := b.usable(base, image.URL); ok && !seen[address] {
			seen[address] = true
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// maxVideos is how many films of an article are named: each carries the article's
// summary.
const maxVideos = 100

// videos returns those of the article's films of which everything is known that
// Google requires: a picture, which is the article's first, and a description,
// which is its summary.
func (b *builder) videos(base *url.URL, a *article.Article, images []string) []sitemap.Video {
	if len(a.Enclosures) == 0 || len(images) == 0 {
		return nil
	}
	var videos []sitemap.Video
	title, description := feed.PlainText(a.Title), feed.PlainText(a.Summary)
	if description == "" {
		description = feed.Summary(a.Body)
	}
	for _, e := range a.Enclosures {
		address, ok := b.usable(base, e.URL)
		if !ok || len(videos) == maxVideos || !strings.HasPrefix(strings.ToLower(e.Type), "video/") {
			continue
		}
		video := sitemap.Video{
			Thumbnail: images[0], Content: address, Title: feed.PlainText(e.Title),
			Description: description, Published: a.Published.In(b.station.Zone),
		}
		if video.Title == "" {
			video.Title = title
		}
		if e.Seconds <= sitemap.MaxVideoSeconds {
			video.Seconds = max(0, e.Seconds)
		}
		if video.Title != "" && video.Description != "" {
			videos = append(videos, video)
		}
	}
	return videos
}

// alternates returns the article's translations, and the article itself among
// them: engines take only links that are returned. There is one page for each
// language; the article is that of its own.
func (b *builder) alternates(base *url.URL, a *article.Article) []sitemap.Alternate {
	if len(a.Alternates) == 0 {
		return nil
	}
	language := b.station.Language
	if a.Language != "" {
		language = a.Language
	}
	alternates := []sitemap.Alternate{{Lang: language, Loc: a.URL}}
	for _, alternate := range a.Alternates {
		same := func(other sitemap.Alternate) bool { return strings.EqualFold(other.Lang, alternate.Lang) }
		address, ok := b.usable(base, alternate.URL)
		if ok && len(alternates) < sitemap.MaxAlternates && !slices.ContainsFunc(alternates, same) {
			alternates = append(alternates, sitemap.Alternate{Lang: alternate.Lang, Loc: address})
		}
	}
	return alternates
}
