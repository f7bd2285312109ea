package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/explain"
	"feedstation/internal/network"
	"feedstation/internal/terminal"
)

// printExplanation prints an explanation for somebody who is in a hurry: the verdict in a
// sentence, then what decided, then what is served.
func printExplanation(out io.Writer, n *network.Network, e *explain.Explanation) {
	fmt.Fprintf(out, "%s\n", terminal.Line(sentence(e)))
	if e.Row != nil {
		fmt.Fprintf(out, "\n%s\n%s\n", terminal.Line(e.Row.Title), terminal.Line(e.Row.URL))
		for _, odd := range e.Row.Odd {
			fmt.Fprintf(out, "without the value of %s: %s\n", odd.Column, terminal.Line(odd.Error))
		}
	} else if e.Former != nil {
		fmt.Fprintf(out, "\n%s\n", terminal.Line(e.Former.URL))
	}
	zone := func(station string) *time.Location {
		s, ok := n.Station(station)
		if !ok { // of an article that nobody knows
			s = n.Stations[0]
		}
		return s.Zone
	}
	if len(e.Deciders) > 0 {
		fmt.Fprintln(out)
		rows := [][]string{{"", "decider", "where", "value"}}
		for _, d := range e.Deciders {
			if d.OK && d.Station != "" && d.Name != "newest" { // of what is asked of each, what forbids is enough
				continue
			}
			rows = append(rows, []string{yes(d.OK), d.Name, strings.TrimSpace(d.Station + d.Path), terminal.Line(d.Value)})
		}
		columns(out, rows)
	}
	if len(e.Verdicts) > 0 {
		fmt.Fprintln(out)
		rows := [][]string{{"", "document", "path", "next build", "why not"}}
		for _, v := range e.Verdicts {
			next := "not known"
			if v.Decided != nil {
				next = map[bool]string{true: "has it", false: "without it"}[*v.Decided]
			}
			why, _, _ := strings.Cut(v.Reason, ":") // the table of deciders has its value
			if !slices.ContainsFunc(e.Deciders, func(d explain.Decider) bool { return d.Name == why && !d.OK }) {
				why = v.Reason
			}
			rows = append(rows, []string{yes(v.In), v.Document, v.Station + v.Path, next, terminal.Line(why)})
		}
		columns(out, rows)
	}
	if len(e.Documents) > 0 {
		fmt.Fprintln(out)
		rows := [][]string{{"served", "place", "unchanged since", "edition"}}
		for _, d := range e.Documents {
			at := zone(d.Station)
			rows = append(rows, []string{d.Station + d.Path, strconv.Itoa(d.Place), d.Since.In(at).Format(time.DateTime), d.Edition.In(at).Format(time.DateTime)})
		}
		columns(out, rows)
	}
	if len(e.Crawlers) > 0 {
		fmt.Fprintln(out)
		rows := [][]string{{"crawler", "verified", "document", "last fetch", ""}}
		for _, c := range e.Crawlers {
			after := map[bool]string{true: "after the last change", false: "before the last change"}[c.After]
			rows = append(rows, []string{terminal.Line(c.Agent), c.Verified, c.Station + " " + c.Document, c.At.In(zone(c.Station)).Format(time.DateTime), after})
		}
		columns(out, rows)
	}
	printKept(out, e, zone)
	fmt.Fprintln(out)
	if len(e.Others) > 0 {
		fmt.Fprintf(out, "The same address: %s\n", terminal.Line(strings.Join(e.Others, ", ")))
	}
	if e.NextLook != nil {
		fmt.Fprintf(out, "Looked at next: %s\n", e.NextLook.In(zone(e.Station)).Format(time.DateTime))
	}
	for _, unknown := range e.Unknown {
		fmt.Fprintf(out, "Not known: %s\n", terminal.Line(unknown))
	}
	if e.Source != "" {
		fmt.Fprintf(out, "Asked: %s\n", terminal.Line(e.Source))
	}
}

func yes(ok bool) string {
	if ok {
		return "✓ yes"
	}
	return "✗ no"
}

// printKept prints which kept editions have the article, a line a station.
func printKept(out io.Writer, e *explain.Explanation, zone func(station string) *time.Location) {
	var stations []string
	lines := map[string][]string{}
	for _, k := range e.Kept {
		if !slices.Contains(stations, k.Station) {
			stations = append(stations, k.Station)
		}
		text := k.Edition.In(zone(k.Station)).Format(exact)
		switch {
		case k.Has == nil:
		case *k.Has:
			text += " with it"
		default:
			text += " without it"
		}
		if k.Pinned {
			text += " (pinned)"
		} else if k.Current {
			text += " (current)"
		}
		lines[k.Station] = append(lines[k.Station], text)
	}
	if len(stations) > 0 {
		fmt.Fprintln(out)
	}
	for _, s := range stations {
		fmt.Fprintf(out, "Kept of %s: %s\n", s, strings.Join(lines[s], ", "))
	}
}

// sentence is the verdict.
func sentence(e *explain.Explanation) string {
	name := e.ID
	if name == "" {
		name = e.URL
	}
	if len(e.Verdicts) == 0 {
		return "Nothing is known of " + name + "."
	}
	var stations, reasons []string
	from, leaves := map[string][]string{}, ""
	for _, v := range e.Verdicts {
		if v.In && v.Reason != "" && leaves == "" {
			leaves = " The next build takes it away: " + v.Reason
		}
		if !v.LeftOut {
			continue
		}
		if from[v.Reason] == nil {
			reasons = append(reasons, v.Reason)
		}
		from[v.Reason] = append(from[v.Reason], v.Station+v.Path)
	}
	for _, d := range e.Documents {
		if !slices.Contains(stations, d.Station) {
			stations = append(stations, d.Station)
		}
	}
	served := fmt.Sprintf("%d %s of %s", len(e.Documents), english.PluralWord(len(e.Documents), "document", ""), strings.Join(stations, ", "))
	var out []string
	for _, reason := range reasons {
		out = append(out, english.WordSeries(from[reason], "and")+": "+reason)
	}
	switch {
	case len(from) == 0 && len(stations) == 0:
		return name + " is in no document, and may be in none: it is too old."
	case len(from) == 0:
		return name + " is served everywhere it may be: in " + served + "." + leaves
	case len(stations) == 0 && len(reasons) == 1:
		return name + " is served nowhere: " + reasons[0]
	case len(stations) == 0:
		return name + " is served nowhere: left out of " + strings.Join(out, "; of ")
	}
	return name + " is left out of " + strings.Join(out, "; of ") + "; it is in " + served + "." + leaves
}

// columns prints rows in columns as wide as their widest cell, all to the left.
func columns(out io.Writer, rows [][]string) { align(out, rows, func(int) bool { return false }) }
