package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/terminal"
)

// checkExamples is how many articles are named of each station and cause.
const checkExamples = 5

// storeCheck is what check finds out about a content store.
type storeCheck struct {
	cfg       *config.Config
	examples  int
	findings  content.Findings
	inspector *inspector
	pairs     *pairs
	links     *translations
	profiles  *profileCheck
	losses    *losses
	rehearsal *rehearsal
}

func newStoreCheck(cfg *config.Config, all bool) *storeCheck {
	examples, most := checkExamples, maxPairs
	if all {
		examples, most = math.MaxInt, math.MaxInt
	}
	now, pages := time.Now(), newHashes()
	losses := newLosses(examples)
	return &storeCheck{
		cfg: cfg, examples: examples, inspector: newInspector(cfg.Network, now, examples), pairs: newPairs(now, most, pages), links: newTranslations(now, most, pages),
		profiles: newProfileCheck(cfg), losses: losses, rehearsal: newRehearsal(cfg, losses),
	}
}

// look asks the store what the jobs will ask. The error is of a store that can't be
// asked.
func (c *storeCheck) look(ctx context.Context, in *invocation) error {
	options, err := contentOptions(c.cfg)
	if err != nil {
		return err
	}
	options.Trial = c.rehearsal.trial()
	store, summary, err := content.Peek(ctx, options)
	if err != nil || store == nil {
		c.findings.Summary = summary
		return err
	}
	defer store.Close()
	inspected, err := store.Inspect(ctx)
	if err != nil {
		return err
	}
	var faults []string
	fatal := false
	for _, f := range inspected {
		if !f.Scan { // of which the rehearsal says more
			faults = append(faults, finding(f))
		}
		fatal = fatal || f.Fatal
	}
	if fatal {
		c.findings = content.Findings{Summary: "can't be read", Faults: faults}
		return nil
	}
	if c.cfg.Content.Notify != "" {
		if err := listens(ctx, store); err != nil {
			faults = append(faults, "notify: "+err.Error())
		}
	}
	if err := c.survey(ctx, in, store); err != nil {
		return err
	}
	c.findings.Faults = append(faults, c.findings.Faults...)
	bar := in.progress("stations", int64(len(c.cfg.Network.Stations)), false)
	defer bar.finish()
	if err := c.rehearsal.run(ctx, store, c.inspector.visible, func() { bar.add(1) }); err != nil {
		return err
	}
	if len(c.rehearsal.faults) > 0 { // which would be met again
		return nil
	}
	return store.Look(ctx, c.profiles.look)
}

// listens reports, as an error, that the store's notifications do not arrive.
func listens(ctx context.Context, store *content.Store) (err error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	heard := store.Listen(ctx, func(string) {}, func(state error) {
		if ctx.Err() == nil {
			err = state
		}
		done()
	})
	return cmp.Or(err, heard)
}

// survey looks at every article, and once more where some are to be named.
func (c *storeCheck) survey(ctx context.Context, in *invocation, store *content.Store) (err error) {
	bar := in.progress("articles", -1, false)
	c.rehearsal.ask("", "all articles", "", false)
	c.findings, err = store.Survey(ctx, c.cfg.Network, func(a *article.Article) {
		bar.add(1)
		c.inspector.add(a)
		c.pairs.add(a)
		c.links.add(a)
	})
	bar.finish()
	if err != nil {
		return err
	}
	c.losses.surveyed = true
	shared := c.pairs.settle() // which sorts the pages
	if single := c.links.settle(); shared || single {
		return c.name(ctx, in, store)
	}
	return nil
}

// name shows every article again to what names some.
func (c *storeCheck) name(ctx context.Context, in *invocation, store *content.Store) error {
	bar := in.progress("articles to name", -1, false)
	defer bar.finish()
	return store.Look(ctx, func(ctx context.Context, snapshot *content.Snapshot) error {
		for a, err := range snapshot.Inventory(ctx) {
			if err != nil {
				return err
			}
			bar.add(1)
			c.pairs.name(&a)
			c.links.name(&a)
		}
		return nil
	})
}

// print prints what was found. It reports whether all is well.
func (c *storeCheck) print(out io.Writer) (well bool) {
	c.inspector.print(out)
	c.profiles.print(out, c.examples)
	heavy := c.rehearsal.print(out)
	lost := c.losses.print(out)
	faults := slices.Concat(c.findings.Faults, c.rehearsal.faults)
	for _, line := range slices.Concat(c.pairs.lines(), c.links.lines(), c.findings.Notices, faults) {
		fmt.Fprintf(out, "  %s\n", terminal.Line(line))
	}
	return !heavy && !lost && len(faults) == 0
}
