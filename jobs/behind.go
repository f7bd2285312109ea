package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"feedstation/internal/condition"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// storeBehind is the condition of a content store that is not as far as what is
// published.
var storeBehind = condition.Kind{
	Level: slog.LevelError, Component: "content store", State: "content store behind", Errors: true,
	Began: "content store is behind what is published, serving last editions", Cleared: "content store has caught up",
}

// BehindError says that the content store has gone back behind what was published.
type BehindError struct {
	Newest, Published time.Time // the newest change that it has, and the one that was published
	Log               bool      // it is the server's own log that tells, as of a deletion
}

func (e *BehindError) Error() string {
	if e.Log {
		return "its server has yet to learn of changes that are published: a replica has to catch up; it ends when it has, or with a later change; " +
			"if the older content is meant: feedstation build --accept-older"
	}
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	return fmt.Sprintf("its newest change is of %s, one of %s is published: a replica has yet to catch up, or an older copy was restored; "+
		"it ends with a later change; if the older content is meant: feedstation build --accept-older", at(e.Newest), at(e.Published))
}

// AcceptOlder has the conductor build from a content store that is behind what is
// published.
func (c *Conductor) AcceptOlder() { c.acceptOlder = true }

// open opens a snapshot of the content store. One that has gone back is a
// *BehindError: nothing that was published disappears, and nothing that was withdrawn
// is back, because another server has yet to learn of it.
func (c *Conductor) open(ctx context.Context) (snapshot Snapshot, origin edition.Origin, err error) {
	published := c.published() // meanwhile another station may be published from a later snapshot
	if snapshot, err = c.snapshot(ctx); err != nil {
		return nil, origin, err
	}
	if origin, err = snapshot.Origin(ctx); err == nil {
		err = c.behind(ctx, snapshot, origin, published)
	}
	if err != nil {
		snapshot.Close()
		return nil, origin, err
	}
	return snapshot, origin, nil
}

// published returns how far the store was that the current editions were built from.
func (c *Conductor) published() (origins []edition.Origin) {
	for _, d := range c.desks {
		if current, ok := c.editions.Current(d.station.ID); ok && !d.guest && current.Origin().Store == c.name {
			origins = append(origins, current.Origin())
		}
	}
	return origins
}

// behind returns a *BehindError where the store has gone back. It has when its server's
// log says so, or, whatever is missing, when another server answers than the one whose
// content is published. The same server may have lost the row of the newest change
// because that was deleted, or dated back; it has gone back when it lacks more. Where it
// lacks most, as when it is empty, the gate says so of each station.
func (c *Conductor) behind(ctx context.Context, snapshot Snapshot, origin edition.Origin, published []edition.Origin) error {
	var last edition.Origin
	lacks := false
	for _, of := range published {
		if of.Newest.After(last.Newest) {
			last = of
		}
		lacks = lacks || origin.Lacks(of)
	}
	if lacks && !c.acceptOlder && !origin.Newest.After(last.Newest) {
		return &BehindError{origin.Newest, last.Newest, true}
	}
	if c.acceptOlder || origin.Newest.IsZero() || !origin.Newest.Before(last.Newest) {
		return nil
	}
	c.mu.Lock()
	excuse := [2]change{changeOf(last), changeOf(origin)}
	excused := c.excused == excuse
	c.mu.Unlock()
	if excused {
		return nil
	}
	missing, most, err := c.missing(ctx, snapshot)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if origin.Server == last.Server && (most || len(missing) < 2) {
		c.excused = excuse // it stays so until the next change
		return nil
	}
	c.gone = missing
	return &BehindError{origin.Newest, last.Newest, false}
}

// change is the newest change that a server has.
type change struct {
	newest      time.Time
	row, server string
}

func changeOf(o edition.Origin) change { return change{o.Newest, o.Row, o.Server} }

// missing returns the ids of the articles that feeds show and the store does not have,
// and whether these are most of what a station shows.
func (c *Conductor) missing(ctx context.Context, snapshot Snapshot) (missing map[string]bool, most bool, err error) {
	missing = map[string]bool{}
	for _, d := range c.desks {
		current, ok := c.editions.Current(d.station.ID)
		if !ok || d.station.All {
			continue
		}
		contents, ok := current.Contents(network.FeedPath("", network.RSS))
		if !ok {
			continue
		}
		ids := map[string]bool{}
		for a, err := range edition.Articles(contents) {
			if err != nil {
				break // what can't be read is built again
			}
			ids[a.ID] = true
		}
		shown := len(ids)
		states, err := press.Find(ctx, snapshot, slices.Collect(maps.Keys(ids)))
		if err != nil {
			return nil, false, err
		}
		for _, state := range states {
			delete(ids, state.ID)
		}
		most = most || shown > 1 && 2*len(ids) > shown
		maps.Copy(missing, ids)
	}
	return missing, most, nil
}
