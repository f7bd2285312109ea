package press

import (
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/pages"
)

// Served is a document that an edition shows an article in.
type Served struct {
	Path     string
	Place    int // from 1
	Modified time.Time
}

// ServedIn returns the documents that have the article of mentions, without notices, and
// the paths in RSS of feeds that have a notice in its place.
func ServedIn(e *edition.Edition, mentions []edition.Mention) (served []Served, notices []string) {
	add := func(at string, place int) {
		if d, ok := e.Document(at); ok && place > 0 {
			served = append(served, Served{at, place, d.Modified()})
		}
	}
	page := func(at, address string) {
		if d, ok := e.Document(at); ok {
			if body, err := d.Body(); err == nil {
				add(at, pages.Place(body, address))
			}
		}
	}
	for _, m := range mentions {
		channel, _, isFeed := parseFeedPath(m.Path)
		of, cut, _, isArchive := network.ParseArchivePath(m.Path)
		switch {
		case isArchive:
			for _, format := range network.Formats() {
				add(network.ArchivePath(of, cut, format), m.Place)
			}
		case isFeed && m.Article.Notice:
			notices = append(notices, m.Path)
		case isFeed:
			for _, format := range network.Formats() {
				add(network.FeedPath(channel, format), m.Place)
			}
			page(network.PreviewPath(channel), m.Article.Address)
			for _, p := range feed.Profiles() {
				at := network.ProfilePath(channel, p.Name)
				if d, ok := e.Document(at); ok {
					body, err := d.Body()
					if err == nil {
						add(at, PlaceInFeed(feed.RSSType, body, m.Article.Address))
					}
				}
			}
		default:
			add(m.Path, m.Place)
			if list, ok := e.Document(network.BaiduPath); ok && m.Place > 0 && IsShard(m.Path) {
				add(network.BaiduPath, PlaceInList(list, m.Article.Address))
			}
		}
	}
	return served, notices
}

// recollection is what an edition says of an article.
type recollection struct {
	station   *network.Station
	edition   *edition.Edition
	served    []Served
	notices   []string
	month     *edition.Mention // one that is there goes before one that has left; nil: no month has, or had it
	published time.Time        // zero: not known
	gone      article.Why      // why it has left its month; 0: it has not
}

// Recall is Decide by what a current edition says of an article, where its content store
// can't be asked: of the feeds that have it and the station's own, and, where a month has
// it, or had it, of the months, the news and Baidu's list.
func Recall(station *network.Station, e *edition.Edition, mentions []edition.Mention) []Decision {
	r := recollection{station: station, edition: e}
	r.served, r.notices = ServedIn(e, mentions)
	paths := []string{network.FeedPath("", network.RSS)}
	for i, m := range mentions {
		r.published = edition.Later(r.published, m.Article.Published)
		_, _, isFeed := parseFeedPath(m.Path)
		switch {
		case isFeed && !slices.Contains(paths, m.Path):
			paths = append(paths, m.Path)
		case IsShard(m.Path) && (r.month == nil || r.month.Former):
			r.month = &mentions[i]
		}
	}
	if r.month != nil && r.month.Former {
		switch r.gone = article.WhyUnknown; {
		case r.month.Known.Gone:
			r.gone = article.WhyNoRow
		case !r.month.Known.Withdrawn.IsZero():
			r.gone = article.WhyWithdrawn
		}
	}
	var decisions []Decision
	for _, path := range paths {
		decisions = append(decisions, r.feed(path))
	}
	for _, s := range r.served {
		isFormat := func(f network.Format) bool { return strings.HasSuffix(s.Path, "/"+string(f)) }
		if _, _, isFeed := parseFeedPath(s.Path); isFeed && !slices.ContainsFunc(network.Formats(), isFormat) { // an aggregator's
			decisions = append(decisions, Decision{Path: s.Path, Place: s.Place})
		}
	}
	for _, m := range mentions {
		if network.IsArchive(m.Path) {
			d := Decision{Path: m.Path, Place: r.place(m.Path)}
			d.fromContents(e)
			decisions = append(decisions, d)
		}
	}
	if r.month != nil {
		decisions = append(decisions, r.sitemaps()...)
	}
	return decisions
}

// place returns at which place a document has the article; 0: it has not.
func (r *recollection) place(path string) int {
	if i := slices.IndexFunc(r.served, func(s Served) bool { return s.Path == path }); i >= 0 {
		return r.served[i].Place
	}
	return 0
}

// feed recalls what a feed has.
func (r *recollection) feed(path string) Decision {
	d := Decision{Path: path, Place: r.place(path), Notice: slices.Contains(r.notices, path)}
	d.fromContents(r.edition)
	switch {
	case d.Place > 0:
	case d.Notice:
		d.Why = article.WhyWithdrawn
	case r.gone != 0:
		d.Why = r.gone
	case !r.published.IsZero() && r.published.Before(d.Oldest):
		d.Why = article.WhyOlder
	default:
		d.Why = article.WhyUnknown
	}
	return d
}

// sitemaps recalls what the months, the news and Baidu's list have.
func (r *recollection) sitemaps() []Decision {
	a := r.month.Article
	month, news, baidu := Decision{Path: r.month.Path, Why: r.gone}, Decision{Path: network.NewsPath(1)}, Decision{Path: network.BaiduPath}
	switch {
	case r.gone != 0:
	case a.Later:
		month.Why = article.WhyPage
	case a.Unlisted && !r.station.Owns(a.Address):
		month.Why = article.WhyHost
	case a.Unlisted:
		month.Why = article.WhyUnlisted
	}
	news.Until = a.Published.Add(newsWindow)
	if r.place(news.Path) == 0 {
		if news.Why = month.Why; a.Published.Before(newsSince(r.edition.Watermark())) {
			news.Why |= article.WhyNewsAge
		} else if news.Why == 0 {
			news.Why = article.WhyUnknown
		}
	}
	if r.place(baidu.Path) == 0 {
		_, why := forBaidu(a.Address)
		if baidu.Why = month.Why | why; baidu.Why == 0 {
			list, _ := r.edition.Document(baidu.Path)
			baidu.isOlder(list)
		}
	}
	return []Decision{month, news, baidu}
}

// fromContents notes what the contents of a feed say of it.
func (d *Decision) fromContents(e *edition.Edition) {
	contents, ok := e.Contents(d.Path)
	if !ok {
		return
	}
	for a, err := range edition.Articles(contents) {
		if err != nil {
			return
		}
		d.Articles, d.Oldest = d.Articles+1, a.Published
	}
}
