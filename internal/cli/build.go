package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"
	"github.com/rivo/uniseg"

	"feedstation/internal/cache"
	"feedstation/internal/config"
	"feedstation/internal/edition"
	"feedstation/jobs"
)

type buildCommand struct {
	AcceptShrink []string `help:"Publish the station even if it has lost most of its articles, or their addresses." placeholder:"STATION"`

	AcceptOlder bool `help:"Build from a content store that is behind what is published, as after an older copy was restored."`

	Out string `help:"Also write the documents as files: DIR/{station}/{path}, each also in gzip and Brotli, or to s3://bucket/prefix. Take-downs reach them." placeholder:"DIR"`
}

// Run builds and publishes every station.
func (c *buildCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	for _, id := range c.AcceptShrink {
		if s, ok := cfg.Network.Station(id); !ok || !s.Publishes() {
			return &usageError{fmt.Errorf("feedstation: --accept-shrink: no station %q publishes", id)}
		}
	}
	ctx, stop := interruptible()
	defer stop()
	log := in.logger(slog.LevelWarn) // the summary tells the rest
	editions, outbox, err := openCache(ctx, log, cfg)
	if err != nil {
		return err
	}
	defer outbox.Close()
	defer editions.Close()
	depots := newDepots(cfg)
	unread := make([]error, len(depots))
	for i, d := range depots {
		defer func() { _ = d.close() }() // nothing is written that was not committed
		unread[i] = c.fill(ctx, in, log, d, editions)
	}
	if len(depots) == 1 && depots[0].err != nil {
		return depots[0].err
	}
	defer editions.Share(ctx, settings(cfg))()
	started := time.Now()
	reports, err := c.build(ctx, in, log, cfg, depots, editions)
	for _, r := range reports {
		if r.Empty != nil {
			log.Warn("feed is empty, articles left out", "station", r.Station.ID, "error", r.Empty)
			err = errors.Join(err, fmt.Errorf("station %s: the feed is empty: %w", r.Station.ID, r.Empty))
		}
		if r.Elsewhere != nil {
			log.Warn("sitemaps lack most new articles", "station", r.Station.ID, "error", r.Elsewhere)
		}
	}
	if err != nil {
		err = fmt.Errorf("build: %w", err)
	}
	err = errors.Join(append(unread, err)...)
	summarize(in.terminal.Stdout, reports, time.Since(started))
	if c.Out != "" {
		if fault := (&exports{cfg, editions}).write(ctx, c.Out); fault != nil {
			err = errors.Join(err, fmt.Errorf("build: --out: %w", fault))
		}
	}
	return err
}

// fill opens a content store and has its sources followed. One that can't be opened is an
// error of its stations, when they are built.
func (c *buildCommand) fill(ctx context.Context, in *invocation, log *slog.Logger, d *depot, editions *cache.Cache) error {
	store, err := d.open(ctx, in, log, editions)
	if err != nil {
		return nil
	}
	follow, err := openSources(ctx, log, d.cfg, store)
	if err != nil {
		return err
	}
	return follow.runOnce(ctx, in, store, c.AcceptShrink)
}

func (c *buildCommand) build(ctx context.Context, in *invocation, log *slog.Logger, cfg *config.Config, depots []*depot, editions *cache.Cache) ([]jobs.Report, error) {
	bar := in.progress("stations", int64(len(cfg.Network.Stations)), false)
	defer bar.finish()
	var reports []jobs.Report
	conductors := newConductors(log, cfg, depots, editions)
	if c.AcceptOlder {
		conductors.AcceptOlder()
	}
	err := conductors.Build(ctx, c.AcceptShrink, func(r jobs.Report) {
		reports = append(reports, r)
		bar.add(1)
	})
	// What Redis did not take is offered again, and the failure is told.
	err = errors.Join(err, editions.Sync(ctx))
	slices.SortFunc(reports, func(a, b jobs.Report) int {
		return slices.Index(cfg.Network.Stations, a.Station) - slices.Index(cfg.Network.Stations, b.Station)
	})
	return reports, err
}

// summarize prints a line a station.
func summarize(out io.Writer, reports []jobs.Report, took time.Duration) {
	rows := [][]string{{"station", "name", "as of", "documents", "changed", "size", "gzip", ""}}
	for _, r := range reports {
		row := []string{r.Station.ID, r.Station.Name, "-", "-", "-", "-", "-", ""}
		if e := r.Edition; e != nil {
			plain, compressed := sizes(e)
			row = []string{
				r.Station.ID, r.Station.Name, e.Watermark().In(r.Station.Zone).Format(time.DateTime), strconv.Itoa(e.Len()),
				strconv.Itoa(r.Changed), kilobytes(plain), kilobytes(compressed), "",
			}
		}
		switch {
		case r.Err != nil:
			row[7] = "failed"
		case r.Empty != nil:
			row[7] = "feed empty"
		case r.Late:
			row[7] = "published by another process"
		case r.Changed == 0:
			row[7] = "unchanged"
		}
		rows = append(rows, row)
	}
	table(out, rows)
	fmt.Fprintf(out, "\n%d %s in %s\n", len(reports), english.PluralWord(len(reports), "station", ""), took.Round(time.Millisecond))
}

func sizes(e *edition.Edition) (plain, compressed int) {
	for _, d := range e.All() {
		plain += int(d.Size())
		compressed += int(d.Compressed())
	}
	return plain, compressed
}

func kilobytes(n int) string { return strconv.Itoa((n+1023)/1024) + " KiB" }

// table prints rows in columns as wide as their widest cell on a screen, where
// a Chinese character takes two places. Numbers stand to the right.
func table(out io.Writer, rows [][]string) {
	align(out, rows, func(i int) bool { return i >= 2 && i < len(rows[0])-1 })
}

// align does so with the columns to the right that are to be.
func align(out io.Writer, rows [][]string, right func(i int) bool) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range rows {
		var text strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
			if right(i) {
				text.WriteString(space + cell + "  ")
			} else {
				text.WriteString(cell + space + "  ")
			}
		}
		fmt.Fprintln(out, strings.TrimRight(text.String(), " "))
	}
}
