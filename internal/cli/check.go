package cli

import (
	"errors"
	"fmt"
	"net"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/config"
)

type checkCommand struct {
	All bool `help:"Name every article whose address keeps it out of the sitemaps or Baidu's list, or that lacks something for an aggregator, not just five for each station and cause, and every pair that shares a page, not just a hundred."`

	Online bool `help:"Also ask the stations' public addresses for the files of their IndexNow keys." xor:"reach"`

	Offline bool `help:"Look at the configuration alone, as before a reload: ask neither the content store nor Redis nor the network." xor:"reach"`
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
	if c.Offline {
		return nil
	}
	var failed []error
	var looked []*storeCheck
	well := true
	for _, one := range cfg.Stores() {
		store := newStoreCheck(one, c.All)
		if err := store.look(ctx, in); err != nil { // the others are looked at all the same
			failed = append(failed, fmt.Errorf("check: %s%w", named(one), err))
			continue
		}
		fmt.Fprintf(out, "content store  %s%s: %s\n", named(one), one.Content.SafeDSN(), store.findings.Summary)
		readable, err := checkSources(ctx, out, one)
		if err != nil {
			return fmt.Errorf("check: %w", err)
		}
		well = well && readable
		looked = append(looked, store)
	}
	if len(failed) > 0 && len(looked) == 0 {
		return errors.Join(failed...)
	}
	shared, err := checkRedis(ctx, out, cfg)
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	kept := checkLocal(out, cfg)
	checkHosts(ctx, out, cfg.Network, net.DefaultResolver.LookupHost)
	seen := checkKeys(ctx, out, cfg.Network, c.Online)
	for _, store := range looked {
		well = store.print(out) && well
	}
	if failed == nil && (!well || !shared || !kept || !seen) {
		return errReported
	}
	return errors.Join(failed...)
}

// named returns what a line about one of several content stores begins with.
func named(store *config.Config) string {
	if store.Content.ID == "" {
		return ""
	}
	return store.Content.ID + ": "
}
