package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/server"
)

type retractCommand struct {
	Station string `help:"Not needed: an article's id is unique." placeholder:"ID"`
	ID      string `help:"The article's id in the content store." required:"" placeholder:"ID"`
	Notice  bool   `help:"Say in feeds that the article was withdrawn, in its place, for feeds.notice_for."`
	Lift    bool   `help:"End it: the article is shown again at the next refresh, if the content store shows it."`
}

// Run takes an article down, without the content store.
func (c *retractCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	return in.withEditions(c.Station, func(ctx context.Context, n *network.Network, editions *cache.Cache) error {
		before := current(n, editions)
		if len(before) == 0 && editions.Stored(ctx) == "" {
			return in.elsewhere("any station")
		}
		down := &takeDowns{n, editions}
		now, err := down.TakeDown(ctx, server.TakeDown{Station: c.Station, ID: c.ID, Notice: c.Notice, Lift: c.Lift})
		if err != nil && !errors.Is(err, edition.ErrUnsent) { // the last Sync sends it, or returns why not
			return wrong(err)
		}
		c.report(in.terminal.Stdout, n, editions, before, now, cfg.Feeds.NoticeFor)
		written, err := (&exports{cfg, editions}).again(ctx)
		for _, where := range written {
			fmt.Fprintf(in.terminal.Stdout, "%s, where `build --out` writes, is as it is served.\n", where)
		}
		if err != nil {
			return fmt.Errorf("retract: files of `build --out` may still show %s: %w", c.ID, err)
		}
		return nil
	})
}

// wrong is an error of the command line where it is the asker's.
func wrong(err error) error {
	if _, ok := errors.AsType[*server.TakeDownError](err); ok {
		return &usageError{fmt.Errorf("feedstation: %w", err)}
	}
	return err
}

// report prints which editions have changed, and what becomes of the notice.
func (c *retractCommand) report(out io.Writer, n *network.Network, editions *cache.Cache, before map[string]*edition.Edition, now edition.Retraction, noticeFor time.Duration) {
	rows := [][]string{{"station", "name", "as of", ""}}
	for _, s := range n.Stations {
		if e, ok := editions.Current(s.ID); ok && e != before[s.ID] {
			result := "without it"
			if c.Notice && now.Shown != nil && now.Shown.Feeds[s.ID] != nil {
				result = "with a notice"
			}
			rows = append(rows, []string{s.ID, s.Name, e.Watermark().In(s.Zone).Format(time.DateTime), result})
		}
	}
	switch {
	case c.Lift:
		fmt.Fprintf(out, "%s is shown again at the next refresh, if the content store shows it.\n", c.ID)
	case len(rows) > 1:
		table(out, rows)
	default:
		fmt.Fprintf(out, "No current edition shows %s; none will.\n", c.ID)
	}
	if !c.Notice {
		return
	}
	until := now.NoticeSince().Add(noticeFor)
	if s, ok := n.Station(now.Station); ok {
		until = until.In(s.Zone)
	}
	switch {
	case now.Shown == nil:
		fmt.Fprintf(out, "No feed had %s when it was taken down, so there is no notice of it.\n", c.ID)
	case !until.After(now.At):
		fmt.Fprintf(out, "Its notice ended at %s.\n", until.Format(time.DateTime))
	default:
		fmt.Fprintf(out, "The feeds that had it have a notice until %s, from the next refresh at the latest.\n", until.Format(time.DateTime))
	}
}

// current returns each station's current edition.
func current(n *network.Network, editions *cache.Cache) map[string]*edition.Edition {
	found := map[string]*edition.Edition{}
	for _, s := range n.Stations {
		if e, ok := editions.Current(s.ID); ok {
			found[s.ID] = e
		}
	}
	return found
}

// takeDowns takes articles down in this process's editions, from where the other
// processes learn of it.
type takeDowns struct {
	network  *network.Network
	editions *cache.Cache
}

// Unsent implements server.TakeDowns.
func (t *takeDowns) Unsent() []string { return t.editions.Unsent() }

// TakeDown implements server.TakeDowns.
func (t *takeDowns) TakeDown(ctx context.Context, wish server.TakeDown) (edition.Retraction, error) {
	publishing := func(s *network.Station) bool { return s.Publishes() && (wish.Station == "" || s.ID == wish.Station) }
	i := slices.IndexFunc(t.network.Stations, publishing)
	switch {
	case i < 0:
		return edition.Retraction{}, &server.TakeDownError{Reason: fmt.Sprintf("no station %q publishes", wish.Station)}
	case wish.Notice && wish.Lift:
		return edition.Retraction{}, &server.TakeDownError{Reason: "a take-down that ends has no notice: want either"}
	case wish.ID == "" || len(wish.ID) > article.MaxIDBytes:
		return edition.Retraction{}, &server.TakeDownError{Reason: fmt.Sprintf("id: want 1 to %d bytes", article.MaxIDBytes)}
	}
	// The station says where Redis has it, no more: whichever was named, or the first.
	r := edition.Retraction{
		Station: t.network.Stations[i].ID, ID: wish.ID, At: time.Now().UTC().Truncate(time.Millisecond), State: edition.Held, Notice: wish.Notice,
	}
	old, known := t.editions.Retractions()[wish.ID]
	if known {
		r.Station = old.Station
	}
	if wish.Lift {
		if !old.Down() {
			return edition.Retraction{}, &server.TakeDownError{Reason: fmt.Sprintf("%s is not taken down", wish.ID)}
		}
		r.State = edition.Lifted
	}
	r = press.Retract(t.network, t.editions.Current, r, old)
	return r, t.editions.Retract(ctx, r)
}
