package press

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
)

// withheld is a snapshot without the articles that have been taken down.
// None names one of these.
type withheld struct {
	Snapshot
	ids   map[string]bool
	links map[string]bool // by article.Link
}

func withhold(ctx context.Context, s Snapshot, retractions edition.Retractions) (Snapshot, error) {
	ids := map[string]bool{}
	for id, r := range retractions {
		if r.Down() {
			ids[id] = true
		}
	}
	if len(ids) == 0 {
		return s, nil
	}
	states, err := Find(ctx, s, slices.Collect(maps.Keys(ids)))
	return withheld{s, ids, hiddenLinks(retractions, states)}, err
}

// Newest asks for more where that many articles have some of those in them: mostly
// the newest have none.
func (s withheld) Newest(ctx context.Context, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error) {
	return s.unlinked(newestBut(ctx, s.Snapshot, s.ids, stations, channel, since, least, most))
}

// Between asks for more as Newest does.
func (s withheld) Between(ctx context.Context, stations []string, channel string, from, to time.Time, most int) ([]article.Article, error) {
	return s.unlinked(headsBut(s.ids, from, most, most, func(_, most int) ([]article.Article, error) {
		return s.Snapshot.Between(ctx, stations, channel, from, to, most)
	}))
}

// newestBut is Newest without the articles of some ids.
func newestBut(ctx context.Context, s Snapshot, without map[string]bool, stations []string, channel string, since time.Time, least, most int) ([]article.Article, error) {
	return headsBut(without, since, least, most, func(least, most int) ([]article.Article, error) {
		return s.Newest(ctx, stations, channel, since, least, most)
	})
}

// headsBut reads heads without those of some ids, of which there are at least and at most
// so many, as Newest says.
func headsBut(without map[string]bool, since time.Time, least, most int, read func(least, most int) ([]article.Article, error)) ([]article.Article, error) {
	for more := 0; ; more = min(2*(least+more)-least, len(without)) {
		heads, err := read(least+more, most+more)
		if err != nil {
			return nil, err
		}
		found := len(heads)
		heads = slices.DeleteFunc(heads, func(a article.Article) bool { return without[a.ID] })
		enough := len(heads) >= least && (len(heads) >= most || found < most+more)
		if enough || found < least+more || more == len(without) {
			return newestOf(heads, since, least, most), nil
		}
	}
}

// newestOf returns the first of heads: those since a time, but at least and at most so many.
func newestOf(heads []article.Article, since time.Time, least, most int) []article.Article {
	n := 0
	for n < min(len(heads), most) && (n < least || !heads[n].Published.Before(since)) {
		n++
	}
	return heads[:n]
}

// unlinked takes the links to articles that have been taken down out of others.
func (s withheld) unlinked(articles []article.Article, err error) ([]article.Article, error) {
	for i := range articles {
		articles[i].Unlink(s.links)
	}
	return articles, err
}

func (s withheld) Whole(ctx context.Context, heads []article.Article) ([]article.Article, error) {
	return s.unlinked(s.Snapshot.Whole(ctx, heads))
}

func (s withheld) Listing(ctx context.Context, station string, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for a, err := range s.Snapshot.Listing(ctx, station, from, to) {
			if err == nil && s.ids[a.ID] {
				continue
			}
			a.Unlink(s.links)
			if !yield(a, err) {
				return
			}
		}
	}
}
