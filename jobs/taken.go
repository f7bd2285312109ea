package jobs

import (
	"context"
	"slices"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// followRetractions marks what retractions touch that are other than at the last
// call, and ends those of articles that the content store has taken down, too.
func (c *Conductor) followRetractions(ctx context.Context, snapshot Snapshot) error {
	retractions := c.editions.Retractions()
	var changed, held []string
	for id, r := range retractions {
		if before := c.taken[id]; before.State != r.State && (r.State == edition.Held || r.State == edition.Lifted) {
			changed = append(changed, id)
		}
		if r.State == edition.Held {
			held = append(held, id)
		}
	}
	if err := c.followArticles(ctx, snapshot, changed); err != nil {
		return err
	}
	c.taken = retractions
	if len(held) == 0 {
		return nil
	}
	states, err := press.Find(ctx, snapshot, held)
	if err != nil {
		return err
	}
	// An article that is not there at all may be one of a store that is behind, or
	// that has lost its articles for a while; an embargo is no withdrawal.
	var gone []edition.Retraction
	for _, state := range states {
		if !state.Visible && !state.Published.After(snapshot.Time()) {
			gone = append(gone, over(retractions[state.ID], state.Station, snapshot.Time()))
		}
	}
	return c.retract(ctx, gone)
}

// over returns the retraction that ends another, which is later whatever the
// clocks say. The station is the article's own, whichever was named.
func over(r edition.Retraction, station string, now time.Time) edition.Retraction {
	at := now
	if !at.After(r.At) {
		at = r.At.Add(time.Millisecond)
	}
	return edition.Retraction{Station: station, ID: r.ID, At: at, State: edition.Gone}
}

func (c *Conductor) retract(ctx context.Context, retractions []edition.Retraction) error {
	if len(retractions) == 0 {
		return nil
	}
	return c.editions.Retract(ctx, retractions...)
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
		if r, ok := c.taken[a.ID]; ok && r.State == edition.Held || shown[a.ID] {
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
