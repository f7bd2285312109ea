package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Run is what is known of a run besides its results.
type Run struct {
	Results  Results
	Command  string
	Machine  string
	Versions []Version
	Missing  []string // peers that were left out, and why
}

// Version is what took part.
type Version struct{ Name, Version, How string }

// Write writes dir/comparison.md and a chart beside it for each work that is
// measured, and replaces the charts of an earlier run.
func (r *Run) Write(dir string) error {
	former, err := filepath.Glob(filepath.Join(dir, "comparison-*.svg"))
	if err != nil {
		return err
	}
	for _, file := range former {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	for _, w := range r.Results.Works() {
		if w.Base == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, chartFile(w)), []byte(r.Results.Chart(w)), 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "comparison.md"), []byte(r.document()), 0o644)
}

func chartFile(w *Work) string { return "comparison-" + w.ID + ".svg" }

func (r *Run) document() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Comparison

feedstation beside other ways to publish feeds and sitemaps: the same articles, the same machine, the same run. This page
and its charts are written by

`+"```sh\n%s\n```"+`

from what it measures; nothing here is typed in by hand. Peers take turns in every round, and what is compared are
ratios of one round: a row has their median, and the lowest and the highest. Figures of a single peer depend on the
machine, here %s. Which work is how done stands in [bench](../bench).

`, r.Command, r.Machine)
	b.WriteString("## Who takes part\n\n| peer | version | how it is used |\n|---|---|---|\n")
	for _, v := range r.Versions {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", v.Name, v.Version, v.How)
	}
	for _, m := range r.Missing {
		fmt.Fprintf(&b, "\n**Left out of this run:** %s\n", m)
	}
	for _, w := range r.Results.Works() {
		if w.Base != "" {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n![%s](%s)\n\n%s", w.Title, w.Note, w.Title, chartFile(w), r.Results.table(w))
		}
	}
	if words := r.Results.watched(); words != "" {
		fmt.Fprintf(&b, "\n## Correctness under change\n\n%s\n%s", watchedNote, words)
	}
	fmt.Fprintf(&b, "\n## Where others are better\n\n%s", r.Results.concessions())
	return b.String()
}

const watchedNote = `Each event happens once, to all who take part, and a client then asks each of them for its feed. Words are what that
client saw. Programs that write files are run once after each event, as their cron job would.
`

// concessions lists all rows in which another peer is better than we are.
func (rs Results) concessions() string {
	var b strings.Builder
	for _, r := range rs.Better() {
		fmt.Fprintf(&b, "- %s: beside %s, %s is %s.\n", r.Work.Title, r.Peer, Us, rs.verdict(r))
	}
	if b.Len() == 0 {
		b.WriteString("- In no row of this run.\n")
	}
	return b.String() + `
And where no figure says so:

- nginx with static files needs no program of its own; where nothing is withdrawn in a hurry, it is enough.
- Hugo builds the whole site, pages and all; feedstation builds feeds and sitemaps, and leaves the pages to the CMS.
- WordPress and Django have a feed the moment the article is in the database, without a job; feedstation has it after its
  next refresh, or at once where the CMS asks for that.
- A library is all that a program needs that publishes one feed.
`
}

// The lines of a README between which the table stands.
const (
	begin = "<!-- comparison: written by make compare -->\n"
	end   = "<!-- end of comparison -->\n"
)

// WriteREADME puts the best and the worst row between the marks of a file.
func (r *Run) WriteREADME(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := bytes.Cut(text, []byte(begin))
	_, after, ended := bytes.Cut(rest, []byte(end))
	if !found || !ended {
		return fmt.Errorf("%s: the marks of the comparison are gone", file)
	}
	return os.WriteFile(file, fmt.Appendf(nil, "%s%s%s%s%s", before, begin, r.Results.summary(), end, after), 0o644)
}

// summary is the best and the worst row.
func (rs Results) summary() string {
	best, worst, ok := rs.Extremes()
	if !ok {
		return ""
	}
	var b strings.Builder
	b.WriteString("| work | feedstation | beside | feedstation is |\n|---|--:|--:|---|\n")
	for _, row := range []struct {
		what   string
		result Result
	}{{"best", best}, {"worst", worst}} {
		w, r := row.result.Work, row.result
		fmt.Fprintf(&b, "| %s row: %s, %s | %s | %s: %s | %s |\n", row.what, w.Title, w.Unit,
			number(NewSpread(rs.rounds(w, Us)).Median), r.Peer, number(NewSpread(r.Rounds).Median), rs.verdict(r))
	}
	return b.String()
}

// verdict says how many times better or worse than a result ours is.
func (rs Results) verdict(r Result) string {
	a, _ := rs.Advantage(r)
	if a.Median >= 1 {
		return fmt.Sprintf("%s times better (%s)", number(a.Median), a.span())
	}
	return fmt.Sprintf("%s times worse (%s)", number(1/a.Median), Spread{Min: 1 / a.Max, Max: 1 / a.Min}.span())
}
