package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/network"
	"feedstation/internal/store"
)

type pinCommand struct {
	Station string   `arg:"" help:"The station's id."`
	Time    []string `arg:"" optional:"" help:"A time of day or a date and time in the station's zone: what was published by then is served. Without it, the editions that are there are listed."`
}

// Run serves a kept edition instead of the current one, in all processes.
func (c *pinCommand) Run(in *invocation) error {
	return in.withEditions(c.Station, func(ctx context.Context, n *network.Network, editions *cache.Cache) error {
		station, _ := n.Station(c.Station)
		out := in.terminal.Stdout
		kept, err := editions.Kept(ctx, station.ID)
		if err != nil {
			return err
		}
		if len(c.Time) > 0 {
			chosen, err := choose(kept, strings.Join(c.Time, " "), time.Now().In(station.Zone))
			if err == nil {
				err = editions.Pin(ctx, station.ID, chosen.Watermark)
			}
			if errors.Is(err, store.ErrNone) || errors.Is(err, errNoTime) {
				return &usageError{fmt.Errorf("feedstation: %w", err)}
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s serves its edition as of %s until `feedstation unpin %s`; newer ones wait behind it.\n",
				station.Name, chosen.Issued.In(station.Zone).Format(time.DateTime), station.ID)
			return nil
		}
		rows := [][]string{{"as of", "documents", ""}}
		for _, k := range kept {
			rows = append(rows, []string{
				k.Issued.In(station.Zone).Format(exact), strconv.Itoa(k.Documents), standing(k),
			})
		}
		table(out, rows)
		return nil
	})
}

// exact is how an edition is listed, so that no other one is meant.
const exact = "2006-01-02 15:04:05.000"

// errNoTime is what a text meets that says no time.
var errNoTime = errors.New("want a time of day such as 17:40, or a date and time such as 2026-03-01 17:40")

// choose returns the edition that a text means: the newest that was published by a
// time of day, which has passed by now, or by a moment, each until its end, in the
// zone of now.
func choose(kept []cache.KeptEdition, text string, now time.Time) (cache.KeptEdition, error) {
	end, err := endOf(text, now)
	if err != nil {
		return cache.KeptEdition{}, err
	}
	for _, k := range kept { // the newest first
		if k.Issued.Before(end) {
			return k, nil
		}
	}
	return cache.KeptEdition{}, fmt.Errorf("%w as of %s; `feedstation pin` without a time lists those that are kept", store.ErrNone, text)
}

// endOf returns when a minute, a second or a millisecond is over.
func endOf(text string, now time.Time) (time.Time, error) {
	text = strings.Replace(text, "T", " ", 1)
	for _, of := range []struct {
		layout string
		long   time.Duration
	}{{"15:04", time.Minute}, {time.TimeOnly, time.Second}, {"2006-01-02 15:04", time.Minute}, {time.DateTime, time.Second}} {
		at, err := time.ParseInLocation(of.layout, text, now.Location())
		if err != nil {
			continue
		}
		if strings.Contains(text, ".") { // as it is listed
			of.long = time.Millisecond
		}
		if at.Year() == 0 { // a time of day
			year, month, day := now.Date()
			today := time.Date(year, month, day, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), now.Location())
			if at = today; today.After(now) {
				at = time.Date(year, month, day-1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), now.Location())
			}
		}
		return at.Add(of.long), nil
	}
	return time.Time{}, fmt.Errorf("%w, got %q", errNoTime, text)
}

func standing(k cache.KeptEdition) string {
	switch {
	case k.Pinned:
		return "pinned"
	case k.Current:
		return "current"
	}
	return ""
}

type unpinCommand struct {
	Station string `arg:"" help:"The station's id."`
}

// Run serves the current edition again.
func (c *unpinCommand) Run(in *invocation) error {
	return in.withEditions(c.Station, func(ctx context.Context, n *network.Network, editions *cache.Cache) error {
		station, _ := n.Station(c.Station)
		if _, ok := editions.Current(station.ID); !ok {
			return in.elsewhere(station.ID)
		}
		if err := editions.Unpin(ctx, station.ID); err != nil {
			return err
		}
		fmt.Fprintf(in.terminal.Stdout, "%s serves its current edition.\n", station.Name)
		return nil
	})
}

// elsewhere is why nothing can be done with the editions of a station: there is
// none, as when a relative cache.dir is seen from another folder.
func (in *invocation) elsewhere(station string) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(cfg.Cache.Dir)
	if err != nil {
		return err
	}
	return fmt.Errorf("there is no edition of %s in %s: is that the cache.dir of the processes that serve?", station, dir)
}

// withEditions runs what a command does with the published editions, of that
// station or with "" of all, in step with Redis as far as it can be reached.
func (in *invocation) withEditions(id string, run func(ctx context.Context, n *network.Network, editions *cache.Cache) error) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	if station, ok := cfg.Network.Station(id); id != "" && (!ok || !station.Publishes()) {
		return &usageError{fmt.Errorf("feedstation: no station %q publishes", id)}
	}
	ctx, stop := interruptible()
	defer stop()
	editions, outbox, err := openCache(ctx, in.logger(slog.LevelWarn), cfg)
	if err != nil {
		return err
	}
	defer outbox.Close()
	defer editions.Close()
	_ = editions.Sync(ctx) // that it still fails after the work is what counts
	if err := run(ctx, cfg.Network, editions); err != nil {
		return err
	}
	err = editions.Sync(ctx)
	if err != nil && cfg.Cache.Redis != nil {
		return fmt.Errorf("only the processes that share %s know of it; the others follow once Redis is reachable: %w", cfg.Cache.Dir, err)
	}
	return err
}
