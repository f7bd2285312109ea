package press

import (
	"context"
	"fmt"
	"slices"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// shrinkable is the number of articles below which a station may lose any of
// them at once: half of so few says nothing.
const shrinkable = 10

// ShrunkError says that an edition was not published because it would have lost
// most of its articles, which is more often an accident than news.
type ShrunkError struct {
	Station       string
	What          string // feed or sitemaps
	Before, After int    // articles
}

func (e *ShrunkError) Error() string {
	return fmt.Sprintf("not published: its %s would have %d articles instead of %d; if that is meant: feedstation build --accept-shrink %s",
		e.What, e.After, e.Before, e.Station)
}

// gate returns why an edition must not replace the current one: nothing good is
// replaced by nothing. What the content store itself calls withdrawn, a draft or
// expired has gone for a reason, however much it is; the gate is for what is
// missing without a word.
func (b *builder) gate(ctx context.Context, next *edition.Edition, work *Work) error {
	if b.current == nil || work.Accepted {
		return nil
	}
	// In the rounds of a backlog it would be half of what is left, again and again.
	work.Before = max(work.Before, listed(b.current))
	path := network.FeedPath("", network.RSS)
	documents := []ShrunkError{
		{b.station.ID, "feed", min(itemsOf(b.current, path), b.options.Items), itemsOf(next, path)},
		{b.station.ID, "sitemaps", work.Before, listed(next)},
	}
	suspect := slices.ContainsFunc(documents, func(p ShrunkError) bool { return shrunk(p.Before, p.After, 0) })
	if !suspect && len(next.Pending())+len(b.current.Pending()) == 0 {
		return nil
	}
	all, err := b.lost(ctx, next, work)
	if err != nil {
		return err
	}
	counts := []func() (explained, told int){
		func() (int, int) { return all.count(func(l lost) bool { return l.fed }) },
		func() (int, int) { return all.count(func(l lost) bool { return l.listed }) },
	}
	for i, count := range counts {
		explained, told := count()
		if shrunk(documents[i].Before-explained, documents[i].After, told+work.Left) {
			return &documents[i]
		}
		if i == 1 {
			work.Before -= explained
		}
	}
	return nil
}

// shrunk reports whether too much has gone at once. Of few articles all may go
// only if the store has told of each.
func shrunk(before, after, told int) bool {
	if before < shrinkable {
		return after == 0 && before > told
	}
	return 2*after < before
}

// maxLost is how many articles that an edition has lost are looked for in the
// content store; of more, only those of which it has told.
const maxLost = 50_000

// losses are articles that an edition has lost, by id.
type losses map[string]lost

// lost is why an article has been lost.
type lost struct {
	fed       bool // it was in the station's own feed
	listed    bool // it was in a month's sitemap
	held      bool // it has been retracted
	withdrawn bool // or expired, or a draft, says the content store
	told      bool // the content store has told of another change
}

// lost returns the articles that an edition has lost.
func (b *builder) lost(ctx context.Context, next *edition.Edition, work *Work) (losses, error) {
	all := losses{}
	isFeed := func(path string) bool { return path == network.FeedPath("", network.RSS) }
	for _, part := range []struct {
		in   func(path string) bool
		note func(l *lost, listed bool)
	}{
		{isFeed, func(l *lost, _ bool) { l.fed = true }},
		{IsShard, func(l *lost, listed bool) { l.listed = listed }},
	} {
		was, err := changedContents(b.current, next, part.in)
		if err != nil {
			return nil, err
		}
		is, err := changedContents(next, b.current, part.in)
		if err != nil {
			return nil, err
		}
		for id, listed := range was {
			if still, ok := is[id]; !ok || listed && !still {
				l := all[id]
				part.note(&l, listed)
				all[id] = l
			}
		}
	}
	var ids []string
	for id, l := range all {
		_, l.told = work.Articles[id]
		l.held = b.retractions[id].Down()
		if all[id] = l; l.told || l.fed || len(all) <= maxLost {
			ids = append(ids, id)
		}
	}
	states, err := Find(ctx, b.snapshot, ids)
	for _, s := range states {
		l := all[s.ID]
		l.withdrawn = !s.Visible && !s.Published.After(b.asOf)
		if l.withdrawn {
			b.outcome.Withdrawn = append(b.outcome.Withdrawn, s)
		}
		l.told = l.told || !s.Visible || !b.station.All && s.Station != b.station.ID
		all[s.ID] = l
	}
	return all, err
}

// count returns how many of some articles have gone for a reason, and of how many
// others the content store has told.
func (all losses) count(of func(lost) bool) (explained, told int) {
	for _, l := range all {
		switch {
		case !of(l):
		case l.held || l.withdrawn:
			explained++
		case l.told:
			told++
		}
	}
	return explained, told
}

// changedContents returns which articles, by id, an edition has at some paths, as
// far as its contents differ from those of another, and whether they are listed.
func changedContents(e, other *edition.Edition, in func(path string) bool) (map[string]bool, error) {
	ids := map[string]bool{}
	for path, contents := range e.AllContents() {
		if same, ok := other.Contents(path); !in(path) || ok && same.Hash() == contents.Hash() {
			continue
		}
		for a, err := range edition.Articles(contents) {
			if err != nil {
				return nil, err
			}
			ids[a.ID] = ids[a.ID] || !a.Unlisted
		}
	}
	return ids, nil
}

func itemsOf(e *edition.Edition, path string) int {
	if document, ok := e.Document(path); ok {
		return document.Items()
	}
	return 0
}

// listed returns how many articles the sitemaps of an edition's months have.
func listed(e *edition.Edition) (n int) {
	for path, document := range e.All() {
		if _, _, ok := network.ParseShardPath(path); ok {
			n += document.Items()
		}
	}
	return n
}
