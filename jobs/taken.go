package jobs

import (
	"bytes"
	"context"
	"maps"
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
func (c *Conductor) noteGone(ctx context.Context, station *network.Station, before, after *edition.Edition, work *work) error {
	if before == nil {
		return nil
	}
	there, gone := map[string]bool{}, map[string]bool{}
	var changed []*edition.Document // records of months
	for path, record := range after.Records() {
		if old, ok := before.Record(path); press.IsShard(path) && !(ok && old.Hash() == record.Hash()) {
			changed = append(changed, record)
		}
	}
	for path, record := range before.Records() {
		if !press.IsShard(path) {
			continue
		}
		other, ok := after.Record(path)
		if ok && (other.Hash() == record.Hash() || hasAll(other.Body(), record.Body())) {
			continue
		}
		for _, id := range press.RecordIDs(record) {
			gone[id] = true
		}
	}
	for _, record := range changed {
		if len(gone) == 0 {
			break
		}
		for _, id := range press.RecordIDs(record) {
			there[id] = true
		}
	}
	if len(work.Articles) > 0 || work.Feeds || work.Everything {
		if err := goneFromFeeds(station, before, after, work, there, gone); err != nil {
			return err
		}
	}
	maps.DeleteFunc(gone, func(id string, _ bool) bool { return there[id] })
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
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		if r, ok := c.taken[press.FromLine(id)]; ok && r.State == edition.Held || shown[press.FromLine(id)] {
			continue
		}
		noted = append(noted, edition.Retraction{Station: station.ID, ID: press.FromLine(id), At: after.Watermark(), State: edition.Gone})
	}
	return c.retract(ctx, noted)
}

// shown returns which of the articles, whose ids are in one line, the store shows
// all the same: elsewhere, or in feeds only. A note would take those out of what
// other stations have just built. A store that can't say shows none.
func (c *Conductor) shown(ctx context.Context, lines map[string]bool) map[string]bool {
	shown := map[string]bool{}
	snapshot, err := c.snapshot(ctx)
	if err != nil {
		return shown
	}
	defer snapshot.Close()
	var ids []string
	for line := range lines {
		ids = append(ids, press.FromLine(line))
	}
	states, err := press.Find(ctx, snapshot, ids)
	for _, state := range states {
		shown[state.ID] = err == nil && state.Visible
	}
	return shown
}

// hasAll reports whether all lines of a text are in another one, in their order:
// most changes only add to a month.
func hasAll(text, lines []byte) bool {
	var line, other []byte
	for len(lines) > 0 {
		line, lines, _ = bytes.Cut(lines, []byte("\n"))
		for other = nil; !bytes.Equal(other, line); {
			if len(text) == 0 {
				return false
			}
			other, text, _ = bytes.Cut(text, []byte("\n"))
		}
	}
	return true
}

// goneFromFeeds adds the station's articles that a change has taken out of the
// feeds, or that are missing there without one; what is only pushed out by newer
// ones has not changed.
func goneFromFeeds(station *network.Station, before, after *edition.Edition, work *work, there, gone map[string]bool) error {
	old, err := press.FeedLines(before)
	if err != nil {
		return err
	}
	now, err := press.FeedLines(after)
	if err != nil {
		return err
	}
	if !station.All { // which has the articles of others: these note them
		maps.Copy(gone, missing(old, now))
	}
	were, are := linesOf(old), linesOf(now)
	for id, own := range work.Articles { // of which there may be a million
		if !own {
			continue
		}
		id = press.OneLine(id)
		if are[id] {
			there[id] = true
		} else if were[id] {
			gone[id] = true
		}
	}
	return nil
}

// linesOf returns which articles, in one line, are in some feed.
func linesOf(feeds map[string][]press.FeedLine) map[string]bool {
	ids := map[string]bool{}
	for _, lines := range feeds {
		for _, line := range lines {
			ids[line.ID] = true
		}
	}
	return ids
}

// missing returns the articles, in one line, that are in no feed any more though
// a feed still has one that came after them in it: the newest come first.
func missing(old, now map[string][]press.FeedLine) map[string]bool {
	there, gone := linesOf(now), map[string]bool{}
	for channel, lines := range old {
		stays := false // one that came after
		for _, line := range slices.Backward(lines) {
			if !there[line.ID] && stays {
				gone[line.ID] = true
			}
			stays = stays || slices.Contains(now[channel], line)
		}
	}
	return gone
}
