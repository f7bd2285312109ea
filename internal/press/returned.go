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

// A newsroom's database that is restored from a dump shows again what was withdrawn
// after that. Months remember of an article that was withdrawn when its row was
// changed: an older row does not bring it back.

// leave ends the articles of a month, and notes of those that have left it whether
// they were withdrawn.
func (b *builder) leave(ctx context.Context, w *chunkWriter) error {
	var ids []string
	for id, k := range w.known {
		if !k.Former {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	states, err := Find(ctx, b.snapshot, ids)
	if err != nil {
		return err
	}
	of := map[string]article.State{}
	for _, state := range states {
		of[state.ID] = state
	}
	for _, id := range ids {
		k := w.known[id]
		state, there := of[id]
		if k.Gone = !there; b.hides(state) {
			k.Withdrawn = state.At
			if k.Withdrawn.After(b.asOf) { // it would never be over
				k.Withdrawn = b.asOf
			}
		}
		w.known[id] = k
	}
	w.leave()
	return nil
}

// hides reports whether the newsroom does not show an article any more.
func (b *builder) hides(s article.State) bool {
	return s.ID != "" && !s.Visible && !s.Broken && !s.Published.After(b.asOf)
}

// returnedTo returns the ids of the articles of a station's month that were withdrawn
// and are there again with an older row. It asks the store only of months in which
// articles were withdrawn.
func (b *builder) returnedTo(ctx context.Context, of monthOf) (map[string]bool, error) {
	if ids, ok := b.returned[of]; ok {
		return ids, nil
	}
	rows := map[string]time.Time{}
	station, _ := b.network.Station(of.station)
	for text, err := range monthLines(b.edition(of.station), station, of.month) {
		if err != nil {
			return nil, err
		}
		maps.Copy(rows, edition.WithdrawnRows(text))
	}
	states, err := Find(ctx, b.snapshot, slices.Sorted(maps.Keys(rows)))
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, state := range states {
		if state.Visible && state.At.Before(rows[state.ID]) && state.Station == of.station {
			ids[state.ID] = true
		}
	}
	if b.returned == nil {
		b.returned = map[monthOf]map[string]bool{}
	}
	b.returned[of] = ids
	if of.station == b.station.ID {
		if b.outcome.Returned == nil {
			b.outcome.Returned = map[article.Month][]string{}
		}
		b.outcome.Returned[of.month] = slices.Sorted(maps.Keys(ids))
	}
	return ids, nil
}

// isReturned reports whether an article was found that is not to return.
func (b *builder) isReturned(id string) bool {
	for _, ids := range b.returned {
		if ids[id] {
			return true
		}
	}
	return false
}

// listing yields the station's articles of a time, without those that are not to
// return.
func (b *builder) listing(ctx context.Context, from, to time.Time) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		returned := map[string]bool{}
		last := article.MonthOf(to.Add(-time.Millisecond), b.station.Zone)
		for month := article.MonthOf(from, b.station.Zone); month.Compare(last) <= 0; month = month.Next() {
			ids, err := b.returnedTo(ctx, monthOf{b.station.ID, month})
			if err != nil {
				yield(article.Article{}, err)
				return
			}
			maps.Copy(returned, ids)
		}
		for a, err := range b.snapshot.Listing(ctx, b.station.ID, from, to) {
			if err == nil && returned[a.ID] {
				continue
			}
			if !yield(a, err) {
				return
			}
		}
	}
}

// withholdReturned adds articles that are not to return to those that feeds are chosen
// without, and reports whether there are some. Those that the feeds show are none.
func (b *builder) withholdReturned(ctx context.Context, heads []article.Article) (some bool, err error) {
	if b.current == nil {
		return false, nil
	}
	known, err := b.knownInFeeds()
	if err != nil {
		return false, err
	}
	for i := range heads {
		station, ok := b.network.Station(heads[i].Station)
		if k, shown := known[heads[i].ID]; !ok || shown && !k.Former {
			continue
		}
		ids, err := b.returnedTo(ctx, monthOf{station.ID, article.MonthOf(heads[i].Published, station.Zone)})
		if err != nil {
			return false, err
		}
		if ids[heads[i].ID] {
			b.broken[heads[i].ID], some = true, true
		}
	}
	return some, nil
}
