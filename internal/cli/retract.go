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
	return in.withEditions(c.Station, func(ctx context.Context, n *network.Network, editions *cache.Cache) error {
		before := current(n, editions)
		if len(before) == 0 && editions.Stored(ctx) == "" {
			return in.elsewhere("any station")
		}
		down := &takeDowns{n, editions}
		err := down.TakeDown(ctx, server.TakeDown{Station: c.Station, ID: c.ID, Notice: c.Notice, Lift: c.Lift})
		if err != nil && !errors.Is(err, edition.ErrUnsent) { // the last Sync sends it, or returns why not
			return wrong(err)
		}
		c.report(in.terminal.Stdout, n, editions, before)
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

// report prints which editions have changed.
func (c *retractCommand) report(out io.Writer, n *network.Network, editions *cache.Cache, before map[string]*edition.Edition) {
	rows, result := [][]string{{"station", "name", "as of", ""}}, "without it"
	if c.Notice {
		result = "with a notice"
	}
	for _, s := range n.Stations {
		if e, ok := editions.Current(s.ID); ok && e != before[s.ID] {
			rows = append(rows, []string{s.ID, s.Name, e.Watermark().In(s.Zone).Format(time.DateTime), result})
		}
	}
	switch {
	case c.Lift:
		fmt.Fprintf(out, "%s is shown again at the next refresh, if the content store shows it.\n", c.ID)
	case len(rows) == 1:
		fmt.Fprintf(out, "No current edition shows %s; none will.\n", c.ID)
	default:
		table(out, rows)
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
func (t *takeDowns) TakeDown(ctx context.Context, wish server.TakeDown) error {
	publishing := func(s *network.Station) bool { return s.Publishes() && (wish.Station == "" || s.ID == wish.Station) }
	i := slices.IndexFunc(t.network.Stations, publishing)
	switch {
	case i < 0:
		return &server.TakeDownError{Reason: fmt.Sprintf("no station %q publishes", wish.Station)}
	case wish.Notice && wish.Lift:
		return &server.TakeDownError{Reason: "a take-down that ends has no notice: want either"}
	case wish.ID == "" || len(wish.ID) > article.MaxIDBytes:
		return &server.TakeDownError{Reason: fmt.Sprintf("id: want 1 to %d bytes", article.MaxIDBytes)}
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
			return &server.TakeDownError{Reason: fmt.Sprintf("%s is not taken down", wish.ID)}
		}
		r.State = edition.Lifted
	}
	if !wish.Lift {
		r.URL, r.Translations = t.named(wish)
		if r.URL == "" { // it is down already, so that no edition has it
			r.URL, r.Translations = old.URL, old.Translations
		}
	}
	if known && !r.At.After(old.At) { // another machine's clock, or the store's, is ahead
		r.At = old.At.Add(time.Millisecond)
	}
	return t.editions.Retract(ctx, r)
}

// named returns what an article's address is, and what those of its translations
// are, by the editions: of its own station, or else of whichever has it.
func (t *takeDowns) named(wish server.TakeDown) (address string, translations []string) {
	if e, ok := t.editions.Current(wish.Station); ok {
		address, translations = press.Named(e, wish.ID)
	}
	for _, s := range t.network.Stations {
		if e, ok := t.editions.Current(s.ID); ok && address == "" {
			address, translations = press.Named(e, wish.ID)
		}
	}
	return address, translations
}
