package cli

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/terminal"
)

type checkCommand struct {
	All bool `help:"Name every article whose address keeps it out of the sitemaps or Baidu's list, or that lacks something for an aggregator, not just five for each station and cause, and every pair that shares a page, not just a hundred."`
}

// checkExamples is how many articles are named of each station and cause.
const checkExamples = 5

// Run looks at the configuration and the content store without changing
// either. Every fault of the configuration has been printed when it can't be
// read.
func (c *checkCommand) Run(in *invocation) error {
	cfg, err := in.config()
	if err != nil {
		return err
	}
	ctx, stop := interruptible()
	defer stop()
	out := in.terminal.Stdout
	channels := 0
	for _, s := range cfg.Network.Stations {
		channels += len(s.Channels)
	}
	fmt.Fprintf(out, "configuration  %s: %d %s, %d %s\n", in.configFile,
		len(cfg.Network.Stations), english.PluralWord(len(cfg.Network.Stations), "station", ""), channels, english.PluralWord(channels, "channel", ""))
	examples, most := checkExamples, maxPairs
	if c.All {
		examples, most = math.MaxInt, math.MaxInt
	}
	now := time.Now()
	inspector, pairs := newInspector(cfg.Network, now, examples), newPairs(now, most)
	bar := in.progress("articles", -1, false)
	profiles := newProfileCheck(cfg)
	findings, err := checkContent(ctx, cfg, func(a *article.Article) {
		bar.add(1)
		inspector.add(a)
		pairs.add(a)
	}, profiles.look)
	bar.finish()
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	fmt.Fprintf(out, "content store  %s: %s\n", cfg.Content.SafeDSN(), findings.Summary)
	readable, err := checkSources(ctx, out, cfg)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	inspector.print(out)
	profiles.print(out, examples)
	for _, line := range slices.Concat(pairs.lines(), findings.Notices, findings.Faults) {
		fmt.Fprintf(out, "  %s\n", terminal.Line(line))
	}
	if len(findings.Faults) > 0 || !readable {
		return errReported
	}
	return nil
}

// checkContent looks at the content store, shows each article to each, and the
// store to look.
func checkContent(
	ctx context.Context, cfg *config.Config, each func(*article.Article), look func(context.Context, *content.Snapshot) error,
) (content.Findings, error) {
	if cfg.Content.Driver == config.SQLite {
		file := cfg.Content.DSN.Reveal()
		findings, err := content.Check(ctx, file, cfg.Network, each)
		if err != nil {
			return findings, err
		}
		return findings, content.Look(ctx, file, look)
	}
	store, err := content.OpenWith(ctx, contentOptions(cfg))
	if err != nil {
		return content.Findings{}, err
	}
	defer store.Close()
	found, err := store.Inspect(ctx)
	if err != nil {
		return content.Findings{}, err
	}
	var faults []string
	fatal := false
	for _, f := range found {
		faults = append(faults, finding(f))
		fatal = fatal || f.Fatal
	}
	if fatal {
		return content.Findings{Summary: "can't be read", Faults: faults}, nil
	}
	findings, err := store.Survey(ctx, cfg.Network, each)
	findings.Faults = append(faults, findings.Faults...)
	if err != nil {
		return findings, err
	}
	return findings, store.Look(ctx, look)
}
