package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/terminal"
)

// profileCheck finds out what the articles of feeds lack for the aggregators that
// the feeds are published for.
type profileCheck struct {
	network *network.Network
	press   *press.Press
	lacking map[string][]press.Lacking // by station
}

func newProfileCheck(cfg *config.Config) *profileCheck {
	return &profileCheck{cfg.Network, press.New(cfg.Network, Options(cfg).Options, nil), map[string][]press.Lacking{}}
}

func (c *profileCheck) look(ctx context.Context, snapshot *content.Snapshot) (err error) {
	for _, s := range c.network.Stations {
		if c.lacking[s.ID], err = c.press.Lacking(ctx, snapshot, s); err != nil {
			return err
		}
	}
	return nil
}

// print prints a line for each thing that is lacking, and so many of the articles
// that lack it, each once of the station's feeds for an aggregator.
func (c *profileCheck) print(out io.Writer, examples int) {
	for _, s := range c.network.Stations {
		shown := map[[3]string]bool{}
		for _, l := range c.lacking[s.ID] {
			if l.MinItems > 0 {
				fmt.Fprintf(out, "  %s: %s: %d %s, at least %d wanted\n", s.ID, l.Path, l.Articles, english.PluralWord(l.Articles, "article", ""), l.MinItems)
			}
			for _, lack := range l.Lacks {
				fmt.Fprintf(out, "  %s: %s: %d of %d %s: %s\n", s.ID, l.Path, l.Counts[lack], l.Articles, english.PluralWord(l.Articles, "article", ""), lack)
				for _, a := range l.Examples[lack][:min(l.Counts[lack], examples)] {
					if key := [3]string{l.Profile, lack, a.ID}; !shown[key] {
						shown[key] = true
						fmt.Fprintf(out, "    %s\n", terminal.Line(a.ID+" "+a.URL))
					}
				}
			}
		}
	}
}
