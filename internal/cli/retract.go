package cli

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
)

type retractCommand struct {
	Station string `help:"The id of the article's station." required:"" placeholder:"ID"`
	ID      string `help:"The article's id in the content store." required:"" placeholder:"ID"`
	Lift    bool   `help:"End it: the article is shown again at the next refresh, if the content store shows it."`
}

// Run takes an article down, without the content store.
func (c *retractCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	editions, err := openCache(ctx, in.logger(slog.LevelWarn), cfg)
	if err != nil {
		return err
	}
	defer editions.Close()
	follow := editions.Sync(ctx) // the newest editions, if Redis can be reached
	before := numbers(cfg.Network, editions)
	down := &takeDowns{cfg.Network, editions}
	if err := down.TakeDown(ctx, server.TakeDown{Station: c.Station, ID: c.ID, Lift: c.Lift}); err != nil {
		return &usageError{fmt.Errorf("feedstation: %w", err)}
	}
	rows := [][]string{{"station", "name", "edition", ""}}
	for _, s := range cfg.Network.Stations {
		if e, ok := editions.Current(s.ID); ok && e.Number() != before[s.ID] {
			rows = append(rows, []string{s.ID, s.Name, strconv.FormatInt(e.Number(), 10), "without it"})
		}
	}
	out := in.terminal.Stdout
	switch {
	case c.Lift:
		fmt.Fprintf(out, "%s of %s is shown again at the next refresh, if the content store shows it.\n", c.ID, c.Station)
	case len(rows) == 1:
		fmt.Fprintf(out, "No current edition shows %s of %s; none will.\n", c.ID, c.Station)
	default:
		table(out, rows)
	}
	if err := cmp.Or(editions.Sync(ctx), follow); err != nil {
		return fmt.Errorf("only the processes that share %s know of it; the others will once Redis can be reached: %w", cfg.Cache.Dir, err)
	}
	return nil
}

// numbers returns the number of each station's current edition.
func numbers(n *network.Network, editions *cache.Cache) map[string]int64 {
	found := map[string]int64{}
	for _, s := range n.Stations {
		if e, ok := editions.Current(s.ID); ok {
			found[s.ID] = e.Number()
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

// maxID is the longest id that an article can have, in bytes.
const maxID = 190

// TakeDown implements server.TakeDowns.
func (t *takeDowns) TakeDown(ctx context.Context, wish server.TakeDown) error {
	switch s, ok := t.network.Station(wish.Station); {
	case !ok || !s.Publishes():
		return &server.TakeDownError{Reason: fmt.Sprintf("no station %q publishes", wish.Station)}
	case wish.ID == "" || len(wish.ID) > maxID:
		return &server.TakeDownError{Reason: fmt.Sprintf("id: want 1 to %d bytes", maxID)}
	}
	r := edition.Retraction{Station: wish.Station, ID: wish.ID, At: time.Now().UTC().Truncate(time.Millisecond), State: edition.Held}
	if wish.Lift {
		old, ok := t.editions.Retractions()[wish.ID]
		if !ok || old.State != edition.Held {
			return &server.TakeDownError{Reason: fmt.Sprintf("%s of %s is not taken down", wish.ID, wish.Station)}
		}
		r.State = edition.Lifted
		if !r.At.After(old.At) {
			r.At = old.At.Add(time.Millisecond)
		}
	}
	return t.editions.Retract(ctx, r)
}
