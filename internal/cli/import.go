package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"feedstation/feed"
	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/terminal"
)

type importCommand struct {
	Strict bool     `help:"Import nothing if any line is invalid or has an odd value."`
	Files  []string `arg:"" name:"file" help:"JSON Lines, one article per line; - is standard input."`
}

// importBatch is how many articles are stored in one transaction: enough to be
// quick, few enough not to keep the store's other writers waiting.
const importBatch = 1000

// Run imports the files. A line with a fault is reported and left out; the exit
// status is then 1. An odd value that the article can do without is reported and
// left out alone.
func (c *importCommand) Run(in *invocation) error {
	return in.withStore(func(ctx context.Context, cfg *config.Config, store *content.Store) error {
		i := &importer{in: in, network: cfg.Network, strict: c.Strict, unknownChannels: map[string]int{}}
		put := i.putBatches
		if c.Strict {
			put = i.putAll
		}
		err := put(ctx, store, i.articles(ctx, c.Files))
		i.summarize()
		switch {
		case err != nil && !errors.Is(err, errReported):
			return fmt.Errorf("import: %w", err)
		case i.faults > 0:
			return errReported
		}
		return nil
	})
}

// importer counts what becomes of the lines.
type importer struct {
	in      *invocation
	network *network.Network
	strict  bool

	stored, faults  int
	odd             int            // values that were left out
	unknownChannels map[string]int // by station/channel

	at place // of the article that is being stored
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// imported is an article and where it comes from.
type imported struct {
	article.Article
	place
}

// refused reports the article that is being stored as one that can't be.
func (i *importer) refused(err error) { i.fault(i.at, err) }

// putBatches stores what is sound, a batch in a transaction.
func (i *importer) putBatches(ctx context.Context, store *content.Store, articles iter.Seq2[imported, error]) error {
	var batch []imported
	flush := func() error {
		n, err := store.PutOthers(ctx, i.each(func(yield func(imported, error) bool) {
			for _, a := range batch {
				if !yield(a, nil) {
					return
				}
			}
		}), i.refused)
		i.stored += n
		batch = batch[:0]
		return err
	}
	for a, err := range articles {
		if err != nil {
			return errors.Join(err, flush())
		}
		if batch = append(batch, a); len(batch) == importBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// putAll stores everything in one transaction, or nothing.
func (i *importer) putAll(ctx context.Context, store *content.Store, articles iter.Seq2[imported, error]) error {
	n, err := store.PutOthers(ctx, i.each(func(yield func(imported, error) bool) {
		for a, err := range articles {
			if !yield(a, err) {
				return
			}
		}
		if i.faults > 0 {
			yield(imported{}, errReported)
		}
	}), i.refused)
	i.stored = n
	return err
}

// each yields articles to be stored, and notes where each comes from.
func (i *importer) each(articles iter.Seq2[imported, error]) iter.Seq2[article.Article, error] {
	return func(yield func(article.Article, error) bool) {
		for a, err := range articles {
			i.at = a.place
			if !yield(a.Article, err) {
				return
			}
		}
	}
}

// articles yields the sound articles of the files and reports the lines with a
// fault. An error is a file that can't be read.
func (i *importer) articles(ctx context.Context, files []string) iter.Seq2[imported, error] {
	return func(yield func(imported, error) bool) {
		for _, name := range files {
			for a, err := range i.file(ctx, name) {
				if !yield(a, err) || err != nil {
					return
				}
			}
		}
	}
}

func (i *importer) file(ctx context.Context, name string) iter.Seq2[imported, error] {
	return func(yield func(imported, error) bool) {
		var reader io.Reader = i.in.terminal.Stdin
		size := int64(-1)
		if name == "-" {
			name = "standard input"
		} else {
			f, err := os.Open(name)
			if err != nil {
				yield(imported{}, err)
				return
			}
			defer f.Close()
			if info, err := f.Stat(); err == nil {
				size = info.Size()
			}
			reader = f
		}
		bar := i.in.progress("importing "+name, size, true)
		defer bar.finish()
		for l, err := range lines(reader) {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(imported{}, fmt.Errorf("%s: %w", name, err))
				return
			}
			bar.add(l.bytes)
			at := place{name, l.number}
			a, odd, err := i.decode(l)
			if err == nil && i.strict {
				err = joined(odd)
			}
			if err != nil {
				i.fault(at, err)
				continue
			}
			i.notice(at, odd)
			if a.ID != "" && !yield(imported{a, at}, nil) {
				return
			}
		}
	}
}

// decode returns the article of a line, and what is odd and left out of it; that of
// a blank line has no id.
func (i *importer) decode(l line) (a article.Article, odd []article.Fault, err error) {
	if l.tooLong {
		return a, nil, fmt.Errorf("longer than %d MiB", maxLine>>20)
	}
	if len(l.text) == 0 {
		return a, nil, nil
	}
	if a, odd, err = article.Decode(l.text); err != nil {
		return a, nil, err
	}
	station, ok := i.network.Station(a.Station)
	if !ok {
		return a, nil, fmt.Errorf("station: %q is not in the configuration", a.Station)
	}
	for _, channel := range a.Channels {
		if !station.HasChannel(channel) {
			i.unknownChannels[a.Station+"/"+channel]++
		}
	}
	if len(a.Images) == 0 && strings.Contains(a.Body, "<") {
		a.Lead = feed.LeadImage(a.Body, a.URL)
	}
	return a, odd, nil
}

func joined(odd []article.Fault) error {
	var errs []error
	for _, fault := range odd {
		errs = append(errs, fault)
	}
	return errors.Join(errs...)
}

// What is printed of one line's faults, and of one fault, in bytes.
const (
	maxFaults = 1024
	maxFault  = 300
)

// fault reports a line that is left out.
func (i *importer) fault(at place, err error) {
	i.faults++
	i.report(at, err, "")
}

// notice reports the values that are left out of a line's article.
func (i *importer) notice(at place, odd []article.Fault) {
	i.odd += len(odd)
	if len(odd) > 0 {
		i.report(at, joined(odd), " (left out)")
	}
}

// report prints what is wrong with a line, each fault with its place, as far as they
// have room.
func (i *importer) report(at place, err error, outcome string) {
	faults := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		faults = joined.Unwrap()
	}
	room := maxFaults
	for n, fault := range faults {
		text := terminal.Line(fault.Error())
		if len(text) > maxFault {
			text = strings.ToValidUTF8(text[:maxFault], "") + "…"
		}
		line := fmt.Sprintf("%s:%d: %s%s\n", at.file, at.line, text, outcome)
		if room -= len(line); room < 0 && n > 0 {
			fmt.Fprintf(i.in.terminal.Stderr, "%s:%d: and %d more\n", at.file, at.line, len(faults)-n)
			return
		}
		fmt.Fprint(i.in.terminal.Stderr, line)
	}
}

// maxUnknown is how many unknown channels are named.
const maxUnknown = 50

// summarize prints what became of the lines.
func (i *importer) summarize() {
	out := i.in.terminal.Stdout
	fmt.Fprintf(out, "%d %s imported", i.stored, english.PluralWord(i.stored, "article", ""))
	if i.faults > 0 {
		fmt.Fprintf(out, ", %d %s skipped", i.faults, english.PluralWord(i.faults, "invalid line", ""))
	}
	if i.odd > 0 {
		fmt.Fprintf(out, ", %d %s left out", i.odd, english.PluralWord(i.odd, "odd value", ""))
	}
	if i.strict && i.faults > 0 {
		fmt.Fprint(out, "; nothing is imported because of --strict")
	}
	fmt.Fprintln(out)
	if len(i.unknownChannels) > 0 {
		var counts []string
		for channel, n := range i.unknownChannels {
			counts = append(counts, fmt.Sprintf("%s (%d)", terminal.Line(channel), n))
		}
		slices.Sort(counts)
		if more := len(counts) - maxUnknown; more > 0 {
			counts = append(counts[:maxUnknown], fmt.Sprintf("and %d more", more))
		}
		fmt.Fprintf(out, "unknown channels ignored: %s\n", strings.Join(counts, ", "))
	}
}
