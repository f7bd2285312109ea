package press

import (
	"slices"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
)

// entry is an article or a notice of a feed.
type entry struct {
	edition.Article
	item *feed.Prepared
}

// fill returns a feed with its items, the newest publication first, and when the
// newest of them changed. Of two articles that share a page it has the newer one, and
// no notice where an article has its page or its guid. Where not all fit, articles
// give way.
func (b *builder) fill(f *channelFeed) (c feed.Feed, newest time.Time) {
	c = describe(b.station, f.channel)
	c.SummaryOnly = !b.feedOf(f.channel).FullText
	c.PrevArchive = b.newestArchive(f.channel)
	items := make(map[string]*feed.Prepared, len(f.articles))
	for _, a := range f.articles {
		items[a.ID] = b.items[a.ID].prepared
	}
	articles := b.entriesOf(f.path(), f.articles, items)
	var entries []entry
	for _, notice := range f.notices {
		same := func(e entry) bool { return e.Address == notice.Address || e.KnownBy() == notice.KnownBy() }
		if item, err := noticeItem(b.station, notice); err == nil && !slices.ContainsFunc(articles, same) { // no error: its article was in the feed
			entries = append(entries, entry{notice, item})
		}
	}
	notices := len(entries)
	entries = append(entries, articles...)
	c.Items = preparedOf(entries)
	fitting := len(c.Fitting(notices + f.least))
	for _, e := range entries[fitting:] {
		f.more = f.more || !e.Published.Before(b.since(f.channel))
		b.decide(f.path(), e.ID, article.WhySize)
	}
	entries = entries[:fitting]
	if notices > 0 {
		slices.SortStableFunc(entries, func(a, b entry) int { return b.Published.Compare(a.Published) })
	}
	c.Items = preparedOf(entries)
	for _, e := range entries {
		if f.shown = append(f.shown, e.Article); !e.Notice {
			b.decide(f.path(), e.ID, 0)
		}
		newest = edition.Later(newest, e.Updated)
	}
	f.items, f.newest, f.changed = shownItems(c.Items), newestItem(entries), newest
	return c, newest
}

// entriesOf returns the articles that can be in the documents at a path, one of each
// page.
func (b *draft) entriesOf(path string, articles []article.Article, items map[string]*feed.Prepared) (list []entry) {
	pages := map[string]bool{}
	for i := range articles {
		a := &articles[i]
		item := items[a.ID]
		var why article.Why
		switch {
		case item == nil:
			why = article.WhyText
		case pages[item.Address()]:
			why = article.WhyPage
		}
		if why != 0 {
			b.decide(path, a.ID, why)
			continue
		}
		pages[item.Address()] = true
		listed := edition.Article{ID: a.ID, Published: a.Published, Updated: a.Updated, Address: item.Address()}
		list = append(list, entry{listed.As(item.GUID()), item})
	}
	return list
}

func preparedOf(entries []entry) []*feed.Prepared {
	items := make([]*feed.Prepared, len(entries))
	for i, e := range entries {
		items[i] = e.item
	}
	return items
}

// count returns how many articles a feed shows that has been rendered.
func (f *channelFeed) count() (n int) {
	for _, a := range f.shown {
		if !a.Notice {
			n++
		}
	}
	return n
}

// cutOf returns what a feed that has been rendered has of its window, if that is
// not all.
func (b *builder) cutOf(f *channelFeed) Cut {
	n := f.count()
	if !f.more || n == 0 {
		return Cut{}
	}
	var oldest time.Time
	for _, a := range f.shown {
		if !a.Notice {
			oldest = a.Published
		}
	}
	return Cut{f.path(), n, oldest, b.since(f.channel)}
}
