package push

import (
	"cmp"
	"context"
	"slices"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// Note notes what an edition that is about to be published changes of the one before it,
// and of what is served under a pin. It is no error of the edition where that fails: it is
// noted later. Where the two are for other addresses, nothing is, and where they are made by
// other configurations or versions of the program, only those are told that always are: all
// would be another one. These hear of documents what [Outbox.Switch] notes while an earlier
// edition is served.
func (o *Outbox) Note(ctx context.Context, before, after *edition.Edition, diff edition.Difference, pin store.Pin) {
	d := o.desks[after.Station()]
	if d == nil || before.URL() != after.URL() {
		return
	}
	now := time.Now()
	change := Change{Station: d.Station, Before: before, After: after, Difference: o.bounded(diff, now)}
	entries := map[string]entry{}
	old := map[string]bool{} // keys of what left that is told only where it was told before
	for _, destination := range o.Destinations {
		always := destination.Policy().Always
		if before.Build() != after.Build() && !always {
			continue
		}
		for _, n := range destination.Notices(change) {
			if always && n.Path != "" && !pin.Watermark.IsZero() {
				continue
			}
			n.Seen = after.Watermark()
			key := keyOf(destination.Name(), n.Address)
			entries[key] = newEntry(n, before.Watermark(), now.UnixMilli()).under(pinnedAt(pin), destination.Policy())
			if n.Gone && n.Path == "" && !slices.ContainsFunc(change.Left, func(a edition.Article) bool { return a.ID == n.ID && o.isRecent(a, now) }) {
				old[key] = true
			}
		}
	}
	o.note(ctx, d, entries, func(key string, now entry) bool { return old[key] && now.Told.At == 0 && !now.Stage.pending() })
}

// Switch notes which documents differ between an edition that is served and one that is about
// to be, or is, in its place under a pin, of which no article is news: only those are told
// that always are, of all of it, whatever they were told before.
func (o *Outbox) Switch(ctx context.Context, before, after *edition.Edition, pin store.Pin) {
	o.switched(ctx, before, after, pin, time.Time{})
}

// switched is Switch without what was told since a moment as it is now; zero: of all.
func (o *Outbox) switched(ctx context.Context, before, after *edition.Edition, pin store.Pin, since time.Time) {
	d := o.desks[after.Station()]
	change := Change{Before: before, After: after, Difference: edition.Difference{Paths: edition.ChangedPaths(before, after)}}
	if d == nil || len(change.Paths) == 0 {
		return
	}
	change.Station = d.Station
	now := time.Now()
	base := now
	for _, e := range []*edition.Edition{before, after} { // the content store's clock may be ahead
		if e.Watermark().After(base) {
			base = e.Watermark()
		}
	}
	entries := map[string]entry{}
	for _, destination := range o.Destinations {
		if !destination.Policy().Always {
			continue
		}
		for _, n := range destination.Notices(change) {
			n.Seen = after.Watermark()
			entries[keyOf(destination.Name(), n.Address)] = newEntry(n, base, now.UnixMilli()).under(pinnedAt(pin), destination.Policy())
		}
	}
	o.note(ctx, d, entries, func(key string, now entry) bool {
		told, next := now.Told, entries[key]
		return !since.IsZero() && told.At > since.UnixMilli() && told.Version == next.Version && told.Gone == next.Gone && !now.Stage.pending()
	})
}

// bounded returns a difference without the articles that others are not told of.
func (o *Outbox) bounded(diff edition.Difference, now time.Time) edition.Difference {
	recent := func(all []edition.Article) []edition.Article {
		return slices.DeleteFunc(slices.Clone(all), func(a edition.Article) bool { return !o.isRecent(a, now) })
	}
	diff.Came, diff.Changed = recent(diff.Came), recent(diff.Changed)
	if len(diff.Came)+len(diff.Changed)+len(diff.Left) <= o.Burst {
		return diff
	}
	var times []time.Time
	for _, all := range [][]edition.Article{diff.Came, diff.Changed, diff.Left} {
		for _, a := range all {
			times = append(times, a.Updated)
		}
	}
	slices.SortFunc(times, func(a, b time.Time) int { return b.Compare(a) })
	left := o.Burst
	newest := func(all []edition.Article) (some []edition.Article) {
		all = slices.SortedStableFunc(slices.Values(all), func(a, b edition.Article) int { return b.Updated.Compare(a.Updated) })
		for _, a := range all {
			if left > 0 && !a.Updated.Before(times[o.Burst-1]) {
				some, left = append(some, a), left-1
			}
		}
		slices.SortFunc(some, func(a, b edition.Article) int { return cmp.Compare(a.ID, b.ID) })
		return some
	}
	diff.Left, diff.Came, diff.Changed = newest(diff.Left), newest(diff.Came), newest(diff.Changed)
	return diff
}

func (o *Outbox) isRecent(a edition.Article, now time.Time) bool {
	return now.Sub(a.Updated) <= o.Window
}
