package cli

import (
	"fmt"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/jobs"
)

type checkCommand struct{}

// Run looks at the configuration and the content store without changing
// either. Every fault of the configuration has been printed when it can't be
// read.
func (*checkCommand) Run(in *invocation) error {
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
	fmt.Fprintf(out, "configuration  %s: %d stations, %d channels\n", in.configFile, len(cfg.Network.Stations), channels)
	inspector := jobs.NewInspector(cfg.Network, time.Now())
	bar := in.progress("articles", -1, false)
	findings, err := content.Check(ctx, cfg.Content.DSN.Reveal(), cfg.Network, func(a *article.Article) {
		bar.add(1)
		inspector.Add(a)
	})
	bar.finish()
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	fmt.Fprintf(out, "content store  %s: %s\n", cfg.Content.SafeDSN(), findings.Summary)
	inspector.Print(out)
	for _, fault := range findings.Faults {
		fmt.Fprintf(out, "  %s\n", fault)
	}
	if len(findings.Faults) > 0 {
		return errReported
	}
	return nil
}
