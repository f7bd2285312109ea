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

	"feedstation/internal/article"
	"feedstation/internal/config"
	"feedstation/internal/content"
	"feedstation/internal/ingest"
	"feedstation/internal/terminal"
)

type importCommand struct {
	Strict bool     `help:"Import nothing if any line is invalid or has an odd value."`
	Files  []string `arg:"" name:"file" help:"JSON Lines, one article per line; - is standard input."`
}

// Run imports the files. A line with a fault is reported and left out; the exit
// status is then 1. An odd value that the article can do without is reported and
// left out alone.
func (c *importCommand) Run(in *invocation) error {
	return in.withStore(func(ctx context.Context, cfg *config.Config, store *content.Store) error {
		p := lineReport{in.terminal.Stderr}
		intake := &ingest.Intake{
			Network: cfg.Network, Reader: cfg.Content.Reader(), Strict: c.Strict,
			Refused: func(at ingest.Place, err error) { p.print(at, err, "") },
			LeftOut: func(at ingest.Place, odd []article.Fault) { p.print(at, ingest.Joined(odd), " (left out)") },
		}
		err := intake.Put(ctx, store, in.records(c.Files))
		c.summarize(in.terminal.Stdout, intake.Count)
		switch {
		case err != nil && !errors.Is(err, ingest.ErrRefused):
			return fmt.Errorf("import: %w", err)
		case intake.Count.Refused > 0:
			return errReported
		}
		return nil
	})
}

// records yields the lines of files. An error is a file that can't be read.
func (in *invocation) records(files []string) iter.Seq2[ingest.Record, error] {
	return func(yield func(ingest.Record, error) bool) {
		for _, name := range files {
			for r, err := range in.recordsOf(name) {
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

func (in *invocation) recordsOf(name string) iter.Seq2[ingest.Record, error] {
	return func(yield func(ingest.Record, error) bool) {
		reader, size := in.terminal.Stdin, int64(-1)
		if name == "-" {
			name = "standard input"
		} else {
			f, err := os.Open(name)
			if err != nil {
				yield(ingest.Record{}, err)
				return
			}
			defer f.Close()
			if info, err := f.Stat(); err == nil {
				size = info.Size()
			}
			reader = f
		}
		bar := in.progress("importing "+name, size, true)
		defer bar.finish()
		ingest.Lines(name, io.TeeReader(reader, bar))(yield)
	}
}

// What is printed of one line's faults, and of one fault, in bytes.
const (
	maxFaults = 1024
	maxFault  = 300
)

// lineReport prints what is wrong with lines.
type lineReport struct{ out io.Writer }

// print prints what is wrong with a line, each fault with its place, as far as they
// have room.
func (p lineReport) print(at ingest.Place, err error, outcome string) {
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
		line := fmt.Sprintf("%s: %s%s\n", at, text, outcome)
		if room -= len(line); room < 0 && n > 0 {
			fmt.Fprintf(p.out, "%s: and %d more\n", at, len(faults)-n)
			return
		}
		fmt.Fprint(p.out, line)
	}
}

// maxUnknown is how many unknown channels are named.
const maxUnknown = 50

// summarize prints what became of the lines.
func (c *importCommand) summarize(out io.Writer, count ingest.Count) {
	fmt.Fprintf(out, "%d %s imported", count.Stored, english.PluralWord(count.Stored, "article", ""))
	if count.Refused > 0 {
		fmt.Fprintf(out, ", %d %s skipped", count.Refused, english.PluralWord(count.Refused, "invalid line", ""))
	}
	if count.LeftOut > 0 {
		fmt.Fprintf(out, ", %d %s left out", count.LeftOut, english.PluralWord(count.LeftOut, "odd value", ""))
	}
	if c.Strict && count.Refused > 0 {
		fmt.Fprint(out, "; nothing is imported because of --strict")
	}
	fmt.Fprintln(out)
	if len(count.UnknownChannels) > 0 {
		var counts []string
		for channel, n := range count.UnknownChannels {
			counts = append(counts, fmt.Sprintf("%s (%d)", terminal.Line(channel), n))
		}
		slices.Sort(counts)
		if more := len(counts) - maxUnknown; more > 0 {
			counts = append(counts[:maxUnknown], fmt.Sprintf("and %d more", more))
		}
		fmt.Fprintf(out, "unknown channels ignored: %s\n", strings.Join(counts, ", "))
	}
}
