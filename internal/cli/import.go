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
	Strict  bool     `help:"Import nothing if any line is invalid or has an odd value."`
	Replace string   `help:"Remove all other articles of a station: the files have all that it is to have. Import nothing if any line is invalid." placeholder:"STATION" xor:"kind"`
	Yes     bool     `help:"With --replace: also if that removes more than half of the station's articles."`
	Delete  bool     `help:"Remove articles: the lines are ids, or objects with an id. Remove nothing if any line is invalid." xor:"kind"`
	Files   []string `arg:"" name:"file" help:"JSON Lines, one article per line; - is standard input."`
}

// Run imports the files. A line with a fault is reported and left out; the exit
// status is then 1. An odd value that the article can do without is reported and
// left out alone.
func (c *importCommand) Run(in *invocation) error {
	if err := c.validate(); err != nil {
		return &usageError{fmt.Errorf("feedstation: %w", err)}
	}
	return in.withStore(func(ctx context.Context, cfg *config.Config, store *content.Store) error {
		if c.Delete {
			return c.remove(ctx, in, store)
		}
		if c.Replace != "" {
			station, ok := cfg.Network.Renamed(c.Replace)
			if !ok {
				return &usageError{fmt.Errorf("feedstation: --replace: no station %q", c.Replace)}
			}
			c.Replace = station.ID
		}
		p := lineReport{in.terminal.Stderr}
		intake := &ingest.Intake{
			Network: cfg.Network, Reader: cfg.Content.Reader(), Strict: c.Strict, Whole: c.Strict || c.Replace != "", Station: c.Replace,
			Refused: func(at ingest.Place, err error) { p.print(at, err, "") },
			LeftOut: func(at ingest.Place, odd []article.Fault) { p.print(at, ingest.Joined(odd), " (left out)") },
		}
		into := ingest.Store(store)
		replacement := &content.Replacement{Store: store, Station: c.Replace, Most: c.Yes}
		if c.Replace != "" {
			into = replacement
		}
		err := intake.Put(ctx, into, in.records(c.Files))
		c.summarize(in.terminal.Stdout, intake.Count, replacement.Removed)
		if _, ok := errors.AsType[*content.LossError](err); ok {
			return fmt.Errorf("import: %w; nothing is changed without --yes", err)
		}
		switch {
		case err != nil && !errors.Is(err, ingest.ErrRefused):
			return fmt.Errorf("import: %w", err)
		case intake.Count.Refused > 0:
			return errReported
		}
		return nil
	})
}

func (c *importCommand) validate() error {
	switch {
	case c.Yes && c.Replace == "":
		return errors.New("--yes: only with --replace")
	case c.Strict && c.Delete:
		return errors.New("--strict: not with --delete, which removes nothing if any line is invalid")
	}
	return nil
}

// remove removes the articles whose ids the files have.
func (c *importCommand) remove(ctx context.Context, in *invocation, store *content.Store) error {
	p := lineReport{in.terminal.Stderr}
	removed, unknown, invalid := 0, 0, 0
	err := store.Delete(ctx, func(yield func(string, error) bool) {
		for r, err := range in.records(c.Files) {
			if err == nil && len(r.Text) == 0 && r.Err == nil {
				continue
			}
			id, fault := ingest.ID(r)
			if err == nil && fault != nil {
				invalid++
				p.print(r.Place, fault, "")
				continue
			}
			if !yield(id, err) {
				return
			}
		}
		if invalid > 0 {
			yield("", ingest.ErrRefused)
		}
	}, func(_, station string) {
		if station == "" {
			unknown++
		} else {
			removed++
		}
	})
	switch {
	case errors.Is(err, ingest.ErrRefused):
		fmt.Fprintf(in.terminal.Stdout, "0 articles removed, %d %s\n", invalid, english.PluralWord(invalid, "invalid line", ""))
		return errReported
	case err != nil:
		return fmt.Errorf("import: %w", err)
	}
	fmt.Fprintf(in.terminal.Stdout, "%d %s removed", removed, english.PluralWord(removed, "article", ""))
	if unknown > 0 {
		fmt.Fprintf(in.terminal.Stdout, ", %d unknown", unknown)
	}
	fmt.Fprintln(in.terminal.Stdout)
	return nil
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
func (c *importCommand) summarize(out io.Writer, count ingest.Count, removed int) {
	fmt.Fprintf(out, "%d %s imported", count.Stored, english.PluralWord(count.Stored, "article", ""))
	if removed > 0 {
		fmt.Fprintf(out, ", %d removed", removed)
	}
	if count.Refused > 0 {
		fmt.Fprintf(out, ", %d %s skipped", count.Refused, english.PluralWord(count.Refused, "invalid line", ""))
	}
	if count.LeftOut > 0 {
		fmt.Fprintf(out, ", %d %s left out", count.LeftOut, english.PluralWord(count.LeftOut, "odd value", ""))
	}
	switch {
	case count.Refused == 0:
	case c.Replace != "":
		fmt.Fprint(out, "; nothing is imported because of --replace")
	case c.Strict:
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
