package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/condition"
	"feedstation/internal/press"
)

// StoreUnreachable is the condition of a content store that can't be asked.
var StoreUnreachable = condition.Kind{
	Level: slog.LevelError, Component: "content store", State: "content store unreachable", Errors: true,
	Began: "content store unreachable, serving last editions", Cleared: "content store reachable again",
}

// ofStore returns a kind of condition for the content store of a name.
func ofStore(k condition.Kind, name string) condition.Kind {
	if name != "" {
		k.Component += " " + name
	}
	return k
}

// What keeps a station from being built, and from being compared with the content
// store.
var (
	notBuilt = condition.Kind{
		Level: slog.LevelError, Component: "refresh", State: "not built", Stations: true, Errors: true,
		Began: "station not built, serving its last edition", Cleared: "station built again",
	}
	notAudited = condition.Kind{
		Level: slog.LevelError, Component: "audit", State: "not audited", Stations: true, Errors: true,
		Began: "station not audited", Cleared: "station audited again",
	}
)

// articlesBack is the condition of a station some of whose withdrawn articles are
// there again with a row from before that.
var articlesBack = condition.Kind{
	Level: slog.LevelWarn, Component: "refresh", State: "withdrawn articles back", Stations: true, Errors: true,
	Began: "withdrawn articles are back with older rows, kept withdrawn", Cleared: "no withdrawn article is back with an older row",
}

// backError names the articles that are back; nil: there are none.
func backError(months map[article.Month][]string) error {
	var ids []string
	for _, some := range months {
		ids = append(ids, some...)
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	return fmt.Errorf("%d articles, as %s: their rows are of before the withdrawal, as in a restored copy; to publish one again, change its row so that modified_at moves",
		len(ids), ids[0])
}

// windowCut is the condition of a station whose feeds do not have all that was
// published within their windows: who asks once in that time misses the others.
var windowCut = condition.Kind{
	Level: slog.LevelWarn, Component: "refresh", State: "window cut", Stations: true,
	Began: "feed lacks articles of its window", Cleared: "feed has all articles of its window again",
}

// cutError says what feeds have of their windows; nil: all.
func cutError(cuts []press.Cut) error {
	var faults []string
	for _, c := range cuts {
		faults = append(faults, fmt.Sprintf("%s has %d %s since %s, not all since %s", c.Path, c.Articles, english.PluralWord(c.Articles, "article", ""),
			c.Since.UTC().Format(time.RFC3339), c.Wanted.UTC().Format(time.RFC3339)))
	}
	if faults == nil {
		return nil
	}
	return errors.New(strings.Join(faults, "; ") + ": see feeds.max_items and feeds.window")
}

// notedError is an error of which conditions tell: it is in the log already.
type notedError struct{ error }

func (e notedError) Unwrap() error { return e.error }

// note notes a condition, or its end. A run that is given up says nothing of what
// it could not do, and the caller of Build has its error.
func (c *Conductor) note(ctx context.Context, kind condition.Kind, station string, err error) {
	if err == nil || !c.building && ctx.Err() == nil {
		c.conditions.Note(kind, station, err, stack(err)...)
	}
}

// stack returns where an error panicked, as an attribute of the log; of another
// error nothing.
func stack(err error) []any {
	if p, ok := errors.AsType[*press.PanicError](err); ok {
		return []any{"stack", string(p.Stack)}
	}
	return nil
}

// Conditions returns what is wrong with the content store and the stations.
func (c *Conductor) Conditions() []condition.Condition { return c.conditions.All() }

// Condition returns why a station can't be built, or else audited; not ok: it can.
func (c *Conductor) Condition(station string) (why condition.Condition, ok bool) {
	if why, ok = c.conditions.Get(notBuilt, station); ok {
		return why, true
	}
	if why, ok = c.store(); ok {
		return why, true
	}
	return c.conditions.Get(notAudited, station)
}

// store returns what is wrong with the content store; not ok: nothing.
func (c *Conductor) store() (why condition.Condition, ok bool) {
	for _, kind := range []condition.Kind{StoreUnreachable, storeBehind} {
		if why, ok = c.conditions.Get(ofStore(kind, c.name), ""); ok {
			break
		}
	}
	return why, ok
}

// Down returns for how long the content store has been unreachable; 0: it is not.
func (c *Conductor) Down() time.Duration {
	down, ok := c.conditions.Get(ofStore(StoreUnreachable, c.name), "")
	if !ok {
		return 0
	}
	return max(1, time.Since(down.Since))
}

// noteUpToDate notes the stations of desks that are built here and have nothing to be
// rebuilt but a backlog.
func (c *Conductor) noteUpToDate(desks ...*desk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range desks {
		switch {
		case !d.led:
			delete(c.upToDate, d.station.ID)
		case d.work == nil || !d.work.fresh:
			c.upToDate[d.station.ID] = c.looked
		}
	}
}

// Checked returns when the last look at the content store began after which the
// edition of a station was up to date, by the monotonic clock; zero: there was
// none yet, or another process leads.
func (c *Conductor) Checked(station string) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.upToDate[station]
}
