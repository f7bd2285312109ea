package press

import (
	"bytes"
	"context"
	"slices"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Decision is what a build makes of an article in one document.
type Decision struct {
	// Path is that of a feed in RSS, or of a sitemap; of one that does not have the
	// article that of the first file where it would be.
	Path   string
	Why    article.Why // 0: the document has the article
	Notice bool        // a notice stands in its place
	Err    error       // of article.WhyText
	Until  time.Time   // when it leaves the news by the clock; else zero

	Articles int // that a feed has, or Baidu's list where the article is too old for it

	// What follows is of feeds.
	Place  int       // from 1; 0: it is not there
	Most   int       // that it has of older ones than its window
	Since  time.Time // its window begins; zero: it has none
	Oldest time.Time // publication of the oldest article
}

// Decide returns what a build of an order makes of an article in each document of a
// station that may have it: the same functions decide. Nothing comes of what it builds.
// The row is what the order's snapshot has of the article, or of no row but its ID.
func (p *Press) Decide(ctx context.Context, o Order, id string, row article.Row) ([]Decision, error) {
	work := NewWork()
	own := row.Article.Station == o.Station.ID
	work.Articles[id] = own // is read again
	o.Work, o.Memory, o.Enough = &work, Memory{}, func() bool { return false }
	b, err := p.builder(ctx, o)
	if err != nil {
		return nil, err
	}
	d := &decider{builder: b, id: id, row: row, told: map[string]article.Why{}, hidden: b.hiddenBy(id, row)}
	b.decided = func(path, of string, why article.Why) {
		if of == id {
			d.told[path] = why
		}
	}
	if o.Previous == nil {
		return d.unbuilt(), nil
	}
	decisions, err := d.feeds(ctx)
	if err != nil || !own && row.State.Station != o.Station.ID {
		return decisions, err
	}
	sitemaps, err := d.sitemaps(ctx)
	return append(decisions, sitemaps...), err
}

// decider decides of one article.
type decider struct {
	*builder
	id     string
	row    article.Row
	hidden article.Why            // from all documents
	told   map[string]article.Why // see draft.decided
}

// hiddenBy returns why no document may have an article.
func (b *builder) hiddenBy(id string, row article.Row) (why article.Why) {
	_, broken := row.Fault()
	switch {
	case broken:
		why = article.WhyFault
	case row.Article.ID == "":
		why = article.WhyNoRow
	default:
		why = row.Article.HiddenAt(b.asOf)
		of, ok := b.network.Station(row.Article.Station)
		if !ok || !of.Publishes() || of != b.station && !b.station.All {
			why |= article.WhyStation
		}
	}
	if b.retractions[id].Down() {
		why |= article.WhyRetracted
	}
	return why
}

// unbuilt decides by the row alone: to build a first edition would be too much.
func (d *decider) unbuilt() (decisions []Decision) {
	for _, at := range []string{network.FeedPath("", network.RSS), network.IndexPath, network.NewsPath(1), network.BaiduPath} {
		one := Decision{Path: at, Why: d.hidden}
		if network.IsList(at) && d.row.Article.ID != "" {
			one.Why |= Unlisted(d.station, &d.row.Article)
		}
		decisions = append(decisions, one)
	}
	return decisions
}

// left returns why the article is not where no other function has told of it.
func (d *decider) left(why article.Why) article.Why {
	switch {
	case d.isReturned(d.id):
		return article.WhyReturned
	case d.broken[d.id]:
		return article.WhyFault
	}
	return why
}

// feeds decides of the station's own feed, and of those of the channels that the article
// is in, or was.
func (d *decider) feeds(ctx context.Context) (decisions []Decision, err error) {
	var feeds []channelFeed
	for _, channel := range append([]network.Channel{{}}, d.station.Channels...) {
		was, ok := d.current.Contents(network.FeedPath(channel.ID, network.RSS))
		in := channel.ID == "" || slices.Contains(d.row.Article.Channels, channel.ID)
		if !in && !(ok && edition.HasAny(was, map[string]bool{d.id: true})) {
			continue
		}
		f, err := d.choose(ctx, channel)
		if err != nil {
			return nil, err
		}
		feeds = append(feeds, f)
	}
	work := Work{Articles: map[string]bool{d.id: true}}
	if err := d.makeItems(ctx, feeds, &work); err != nil {
		return nil, err
	}
	if err := d.addNotices(ctx, feeds); err != nil {
		return nil, err
	}
	for i := range feeds {
		decisions = append(decisions, d.feed(&feeds[i])...)
	}
	for i := range feeds {
		one, ok, err := d.archive(ctx, &feeds[i])
		if err != nil {
			return nil, err
		}
		if ok {
			decisions = append(decisions, one)
		}
	}
	return decisions, nil
}

// archive decides of the archive of a feed that the article falls into; not ok: it is in
// none, as it is among the newest, or is not known.
func (d *decider) archive(ctx context.Context, f *channelFeed) (one Decision, ok bool, err error) {
	c, a := d.chains[f.channel.ID], &d.row.Article
	if c == nil || a.ID == "" || len(c.cuts) == 0 || cutAt(a).Compare(c.cuts[0]) > 0 {
		return one, false, nil
	}
	last := min(len(c.cuts), d.options.Archives.Depth) - 1
	i := last
	for i > 0 && cutAt(a).Compare(c.cuts[i]) > 0 {
		i--
	}
	one = Decision{Path: c.path(i, network.RSS), Why: d.hidden}
	below := c.below(i)
	switch {
	case below != nil && cutAt(a).Compare(*below) <= 0:
		one.Why |= article.WhyOlder
	case f.channel.ID != "" && !slices.Contains(a.Channels, f.channel.ID):
		one.Why |= article.WhyChannel
	case one.Why == 0:
		return one, true, d.inArchive(ctx, c, i, &one)
	}
	return one, true, nil
}

// inArchive decides of an archive as it is written.
func (d *decider) inArchive(ctx context.Context, c *chain, i int, one *Decision) error {
	heads, _, err := d.headsIn(ctx, c.channel, c.below(i), &c.cuts[i], 2*d.archiveSize(c.channel))
	if err != nil {
		return err
	}
	work := NewWork()
	items, err := (&archivist{builder: d.builder, work: &work}).archiveItems(ctx, heads)
	if err != nil {
		return err
	}
	slices.SortStableFunc(heads, func(a, b article.Article) int { return b.Published.Compare(a.Published) })
	entries := d.entriesOf(one.Path, heads, items)
	one.Articles = len(entries)
	if n := slices.IndexFunc(entries, func(e entry) bool { return e.ID == d.id }); n >= 0 {
		one.Place = n + 1
		return nil
	}
	why, told := d.told[one.Path]
	if one.Why = why; !told {
		one.Why = d.left(article.WhyFault)
	}
	for _, fault := range d.outcome.LeftOut {
		if fault.ID == d.id && why&article.WhyText != 0 {
			one.Err = fault.Err
		}
	}
	return nil
}

// feed decides of a feed and of those that aggregators have of it.
func (d *decider) feed(f *channelFeed) []Decision {
	filled, _ := d.fill(f)
	rule := d.feedOf(f.channel)
	one := Decision{Path: f.path(), Why: d.hidden, Articles: f.count(), Most: rule.Items}
	if rule.Window > 0 {
		one.Since = d.since(f.channel)
	}
	address := ""
	for i, a := range f.shown {
		if !a.Notice {
			one.Oldest = a.Published
		}
		if a.ID == d.id {
			one.Place, one.Notice, address = i+1, a.Notice, a.Address
		}
	}
	if why, told := d.told[f.path()]; one.Why == 0 {
		switch {
		case told:
			one.Why = why
		case f.channel.ID != "" && !slices.Contains(d.row.Article.Channels, f.channel.ID):
			one.Why = article.WhyChannel
		case len(f.articles) >= rule.Items || d.broken[d.id]:
			one.Why = d.left(article.WhyOlder)
		} // else there is room: what is read here does not have it yet
	}
	if one.Why&article.WhyText != 0 {
		one.Err = d.items[d.id].fault
	}
	all := []Decision{one}
	for _, profile := range feed.Profiles() {
		if !slices.Contains(d.station.FeedProfiles(f.channel), profile.Name) {
			continue
		}
		more := one
		more.Path, more.Place = network.ProfilePath(f.channel.ID, profile.Name), 0
		body, _ := filled.ForProfile(profile)
		if address != "" {
			more.Place = PlaceInFeed(feed.RSSType, body, address)
		}
		if more.Notice = one.Notice && more.Place > 0; more.Place == 0 && more.Why == 0 {
			more.Why = article.WhyProfile
		}
		all = append(all, more)
	}
	return all
}

// PlaceInFeed returns at which place, from 1, a feed of a media type has an address; 0: it
// has not, or can't be read.
func PlaceInFeed(mediaType string, body []byte, address string) int {
	n, place := 0, 0
	_, _, err := new(feed.Feed).Replace(mediaType, body, func(of string) (*feed.Prepared, bool) {
		if n++; of == address && place == 0 {
			place = n
		}
		return nil, false
	}, time.Time{})
	if err != nil {
		return 0
	}
	return place
}

// sitemaps decides of the months, the news and Baidu's list.
func (d *decider) sitemaps(ctx context.Context) ([]Decision, error) {
	published := d.row.Article.Published
	if published.IsZero() {
		published = d.row.State.Published
	}
	month := article.MonthOf(published, d.station.Zone)
	in, news, baidu := Decision{Path: network.ShardPath(month, 1)}, Decision{Path: network.NewsPath(1)}, Decision{Path: network.BaiduPath}
	a := &d.row.Article
	if in.Why = d.hidden; d.hidden == 0 {
		work := NewWork()
		work.Month(month).Whole = true
		if err := d.builder.sitemaps(ctx, &work); err != nil {
			return nil, err
		}
		why, told := d.told[network.IndexPath]
		if in.Why = why; !told {
			in.Why = d.left(article.WhyFault)
		}
		for n := 1; in.Why == 0 && d.contents[network.ShardPath(month, n)] != nil; n++ {
			if edition.HasAny(d.contents[network.ShardPath(month, n)], map[string]bool{d.id: true}) {
				in.Path = network.ShardPath(month, n)
			}
		}
	} else if a.ID != "" {
		in.Why |= Unlisted(d.station, a)
	}
	other, err := d.notNews(ctx, published, published.Add(time.Millisecond))
	if err != nil {
		return nil, err
	}
	news.Until = published.Add(newsWindow)
	if why, told := d.told[news.Path]; told {
		news.Why = why
	} else {
		news.Why = in.Why
		if published.Before(newsSince(d.asOf)) {
			news.Why |= article.WhyNewsAge
		}
	}
	if other[d.id] && news.Why != 0 {
		news.Why |= article.WhyNotNews
	}
	baidu.Why = in.Why
	if a.ID != "" {
		_, why := forBaidu(a.URL)
		list := d.documents[network.BaiduPath]
		if baidu.Why |= why; baidu.Why == 0 && PlaceInList(list, a.URL) == 0 {
			baidu.isOlder(list)
		}
	}
	return []Decision{in, news, baidu}, nil
}

// isOlder notes that an article is older than those of Baidu's list.
func (d *Decision) isOlder(list *edition.Document) {
	if d.Why = article.WhyOlder; list != nil {
		d.Articles = list.Items()
	}
}

// PlaceInList returns at which place, from 1, Baidu's list has an address; 0: it has not.
func PlaceInList(list *edition.Document, address string) int {
	loc, why := forBaidu(address)
	if list == nil || why != 0 {
		return 0
	}
	body, err := list.Body()
	if err != nil {
		return 0
	}
	n := 0
	for line := range bytes.Lines(body) {
		if n++; string(bytes.TrimSuffix(line, []byte("\n"))) == loc {
			return n
		}
	}
	return 0
}
