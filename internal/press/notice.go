package press

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Readers keep what has gone from a feed. What they do take is another text under
// the same id, so that a feed may have a notice in the place of an article that was
// withdrawn: its id, its address, its publication, and that it was withdrawn, no more.

// maxNotices is how many notices a feed has, the newest ones: they take the places
// of articles where a feed is as large as it may be.
const maxNotices = 100

// noticeTitles are what a notice says, by language.
var noticeTitles = map[string]string{
	"ar": "تم سحب هذا المقال",
	"de": "Dieser Artikel wurde zurückgezogen",
	"en": "This article has been withdrawn",
	"es": "Este artículo ha sido retirado",
	"fr": "Cet article a été retiré",
	"id": "Artikel ini telah ditarik",
	"it": "Questo articolo è stato ritirato",
	"ja": "この記事は取り下げられました",
	"ko": "이 기사는 철회되었습니다",
	"pt": "Este artigo foi retirado",
	"ru": "Эта статья отозвана",
	"th": "บทความนี้ถูกถอนแล้ว",
	"tr": "Bu makale geri çekildi",
	"vi": "Bài viết này đã được gỡ bỏ",
	"zh": "本文已撤回",
}

// noticeItem returns the item of a notice in the language of the station, or in
// English.
func noticeItem(station *network.Station, notice edition.Article) (*feed.Prepared, error) {
	language := station.Language
	base, _, _ := strings.Cut(strings.ToLower(language), "-")
	title, ok := noticeTitles[base]
	if !ok {
		language, title = "en", noticeTitles["en"]
	}
	return feed.Prepare(feed.Item{
		URL: notice.Address, GUID: notice.GUID, Title: title, Language: language, Withdrawn: true,
		Published: notice.Published.In(station.Zone), Updated: notice.Updated.In(station.Zone),
	})
}

// noticeAt returns the notice that takes the place of an article from a moment on,
// which is a change of it.
func noticeAt(a edition.Article, at time.Time) edition.Article {
	a.Notice, a.Unlisted = true, false
	a.Updated = edition.Later(at.UTC().Truncate(time.Second), a.Updated.Add(time.Second))
	return a
}

// addNotices gives feeds the notices of articles that they had in the edition
// before, or when these were taken down, for as long as the options say. It asks the
// store of those that have left a feed before their time, and of those with a notice.
func (b *builder) addNotices(ctx context.Context, feeds []channelFeed) error {
	asked := slices.ContainsFunc(slices.Collect(maps.Values(b.retractions)), func(r edition.Retraction) bool { return r.Notice && r.Down() })
	if !b.options.Notices && !asked {
		return nil
	}
	ids := map[string]bool{}
	for i := range feeds {
		var err error
		if feeds[i].notices, err = b.departed(&feeds[i]); err != nil {
			return err
		}
		for _, a := range feeds[i].notices {
			ids[a.ID] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	states, err := Find(ctx, b.snapshot, slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return err
	}
	known := map[string]article.State{}
	for _, state := range states {
		known[state.ID] = state
	}
	for i := range feeds {
		b.keepNotices(&feeds[i], known)
	}
	return nil
}

// departed returns the articles and the notices that a feed had in the edition before
// and has no more, but for those that older than the oldest it has may be; and the
// articles that it had when they were taken down.
func (b *builder) departed(f *channelFeed) (all []edition.Article, err error) {
	var oldest time.Time
	if n := len(f.articles); n >= b.feedOf(f.channel).Items {
		oldest = f.articles[n-1].Published.Truncate(time.Second)
	}
	present := map[string]bool{}
	for i := range f.articles {
		present[f.articles[i].ID] = true
	}
	if contents := b.previousContents(f.path()); contents != nil {
		for a, err := range edition.Lines(contents) {
			if errors.Is(err, edition.ErrDamaged) {
				break // what they say is lost
			}
			if err != nil {
				return nil, err
			}
			if !present[a.ID] && (a.Notice || !a.Published.Before(oldest)) {
				all, present[a.ID] = append(all, a), true
			}
		}
	}
	for _, r := range b.retractions {
		if a, ok := r.Article(b.station.ID, f.channel.ID); ok && r.Down() && r.Notice && !present[r.ID] {
			all = append(all, a)
		}
	}
	return all, nil
}

// keepNotices makes notices of the articles that have been withdrawn or deleted,
// and keeps those whose time has not ended. An article that has expired, moved or is
// embargoed again has none.
func (b *builder) keepNotices(f *channelFeed, known map[string]article.State) {
	var notices []edition.Article
	for _, a := range f.notices {
		at, ok := b.withdrawnAt(a, known)
		if !ok {
			continue
		}
		if !a.Notice {
			a = noticeAt(a, at)
		}
		if ends := a.Updated.Add(b.options.NoticeFor); ends.After(b.asOf) {
			notices = append(notices, a)
			f.due = edition.Sooner(f.due, ends)
		}
	}
	slices.SortFunc(notices, func(a, b edition.Article) int {
		return cmp.Or(b.Updated.Compare(a.Updated), cmp.Compare(a.ID, b.ID))
	})
	f.notices = notices[:min(len(notices), maxNotices)]
}

// withdrawnAt returns since when an article is withdrawn, if a notice may say so.
func (b *builder) withdrawnAt(a edition.Article, known map[string]article.State) (at time.Time, ok bool) {
	if r := b.retractions[a.ID]; r.Down() {
		return r.NoticeSince(), r.Notice
	}
	state, there := known[a.ID]
	// The row may not tell when it was.
	if at = state.At; !at.After(a.Updated) || at.After(b.asOf) || !at.Add(b.options.NoticeFor).After(b.asOf) {
		at = b.asOf
	}
	return at, b.options.Notices && (!there || state.Withdrawn || b.isReturned(a.ID))
}
