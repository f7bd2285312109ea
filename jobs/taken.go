package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// followRetractions marks what retractions touch that are other than at the last
// call, and notes what the content store says of articles that have been taken
// down.
func (c *Conductor) followRetractions(ctx context.Context, snapshot Snapshot) error {
	retractions := c.editions.Retractions()
	var changed, down []string
	for id, r := range retractions {
		if before := c.taken[id]; before.State != r.State && (r.State == edition.Held || r.State == edition.Lifted) {
			changed = append(changed, id)
		}
		if r.Down() {
			down = append(down, id)
		}
	}
	if err := c.followArticles(ctx, snapshot, changed); err != nil {
		return err
	}
	c.taken = retractions
	if len(down) == 0 {
		return nil
	}
	states, err := press.Find(ctx, snapshot, down)
	if err != nil {
		return err
	}
	var next []edition.Retraction
	for _, state := range states {
		if r, ok := follows(retractions[state.ID], state, snapshot.Time()); ok {
			next = append(next, r)
		}
	}
	return c.retract(ctx, next)
}

// follows returns the retraction that follows from what the content store has of
// the article; not ok: r stays. Whatever the clocks say it is later than r, and
// it names the article's own station.
//
// An article that is not there at all may be one of a store that is behind, or
// that has lost its articles for a while; an embargo is no withdrawal.
func follows(r edition.Retraction, state article.State, now time.Time) (next edition.Retraction, ok bool) {
	next = edition.Retraction{Station: state.Station, ID: r.ID, At: later(now, r.At.Add(time.Millisecond))}
	switch {
	case r.State == edition.Held && !state.Visible && !state.Published.After(now):
		next.State, next.Row = edition.Agreed, state.At
		return next, true
	case r.State == edition.Agreed && state.Visible && state.At.After(r.Row):
		next.State = edition.Lifted // the newsroom shows it again
		return next, true
	}
	return edition.Retraction{}, false
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (c *Conductor) retract(ctx context.Context, retractions []edition.Retraction) error {
	if len(retractions) == 0 {
		return nil
	}
	if err := c.editions.Retract(ctx, retractions...); !errors.Is(err, edition.ErrUnsent) {
		return err
	}
	return nil // the cache sends it when it can
}

// maxGone bounds how many articles that have gone at once are noted: every process
// remembers each.
const maxGone = 100_000

// noteGone notes the articles that an edition has lost, so that no older one
// shows them when it is needed once more.
func (c *Conductor) noteGone(ctx context.Context, station *network.Station, before, after *edition.Edition) error {
	if before == nil {
		return nil
	}
	diff, err := edition.Diff(before, after)
	if err != nil {
		return err
	}
	gone := diff.Left
	if station.All { // which has the articles of others in its feeds: these note them
		own := ownOf(before, gone)
		gone = slices.DeleteFunc(gone, func(a edition.Article) bool { return !own[a.ID] })
	}
	if len(gone) == 0 {
		return nil
	}
	if len(gone) > maxGone {
		c.log.ErrorContext(ctx, "too many articles have gone at once to note each: an earlier edition that is pinned shows them",
			"station", station.ID, "articles", len(gone), "edition", after.Number())
		return nil
	}
	shown := c.shown(ctx, gone)
	var noted []edition.Retraction
	for _, a := range gone {
		if r, ok := c.taken[a.ID]; ok && r.Down() || shown[a.ID] {
			continue
		}
		noted = append(noted, edition.Retraction{Station: station.ID, ID: a.ID, At: after.Watermark(), State: edition.Gone})
	}
	return c.retract(ctx, noted)
}

// ownOf returns which of some articles are in the months of a station's edition.
func ownOf(e *edition.Edition, articles []edition.Article) map[string]bool {
	ids, own := map[string]bool{}, map[string]bool{}
	for _, a := range articles {
		ids[a.ID] = true
	}
	for path, contents := range e.AllContents() {
		if !press.IsShard(path) || !edition.HasAny(contents, ids) {
			continue
		}
		for a := range edition.Articles(contents) { // which Diff could read
			own[a.ID] = true
		}
	}
	return own
}

// shown returns which of the articles the store shows all the same: elsewhere, or in feeds only. A note would take those out of what
// other stations have just built. A store that can't say shows none.
func (c *Conductor) shown(ctx context.Context, articles []edition.Article) map[string]bool {
	shown := map[string]bool{}
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return shown
	}
	defer snapshot.Close()
	var ids []string
	for _, a := range articles {
		ids = append(ids, a.ID)
	}
	states, err := press.Find(ctx, snapshot, ids)
	for _, state := range states {
		shown[state.ID] = err == nil && state.Visible
	}
	return shown
}
