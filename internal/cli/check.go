package cli

import (
	"fmt"
	"net"

	"github.com/dustin/go-humanize/english"
)

type checkCommand struct {
	All bool `help:"Name every article whose address keeps it out of the sitemaps or Baidu's list, or that lacks something for an aggregator, not just five for each station and cause, and every pair that shares a page, not just a hundred."`
}

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
	store := newStoreCheck(cfg, c.All)
	if err := store.look(ctx, in); err != nil {
		return fmt.Errorf("check: %w", err)
	}
	fmt.Fprintf(out, "content store  %s: %s\n", cfg.Content.SafeDSN(), store.findings.Summary)
	readable, err := checkSources(ctx, out, cfg)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	shared, err := checkRedis(ctx, out, cfg)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	kept := checkLocal(out, cfg)
	checkHosts(ctx, out, cfg.Network, net.DefaultResolver.LookupHost)
	if well := store.print(out); !well || !readable || !shared || !kept {
		return errReported
	}
	return nil
}
