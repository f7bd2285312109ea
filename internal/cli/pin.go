package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"time"

	"feedstation/internal/cache"
	"feedstation/internal/network"
)

type pinCommand struct {
	Station string `arg:"" help:"The station's id."`
	Number  int64  `arg:"" optional:"" help:"The edition's number; without it, the editions that are there are listed."`
}

// Run serves a kept edition instead of the current one, in all processes.
func (c *pinCommand) Run(in *invocation) error {
	return in.withEditions(c.Station, func(ctx context.Context, n *network.Network, editions *cache.Cache) error {
		station, _ := n.Station(c.Station)
		out := in.terminal.Stdout
		if c.Number != 0 {
			err := editions.Pin(ctx, station.ID, c.Number)
			if errors.Is(err, cache.ErrNone) {
				return &usageError{fmt.Errorf("feedstation: %w", err)}
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s serves edition %d until `feedstation unpin %s`; newer ones wait behind it.\n", station.Name, c.Number, station.ID)
			return nil
		}
		kept, err := editions.Kept(ctx, station.ID)
		if err != nil {
			return err
		}
		rows := [][]string{{"edition", "as of", "documents", ""}}
		for _, k := range kept {
			rows = append(rows, []string{
				strconv.FormatInt(k.Number, 10), k.Watermark.In(station.Zone).Format(time.DateTime), strconv.Itoa(k.Documents), standing(k),
			})
		}
		table(out, rows)
		return nil
	})
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
	editions, err := openCache(ctx, in.logger(slog.LevelWarn), cfg)
	if err != nil {
		return err
	}
	defer editions.Close()
	_ = editions.Sync(ctx) // that it still fails after the work is what counts
	if err := run(ctx, cfg.Network, editions); err != nil {
		return err
	}
	err = editions.Sync(ctx)
	if err != nil && cfg.Cache.Redis != nil {
		return fmt.Errorf("only the processes that share %s know of it; the others will once Redis can be reached: %w", cfg.Cache.Dir, err)
	}
	return err
}
