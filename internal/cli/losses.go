package cli

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/dustin/go-humanize/english"

	"feedstation/internal/article"
	"feedstation/internal/terminal"
)

// losses are the rows and the values that a content store leaves out, each once, by
// column and reason.
type losses struct {
	most     int // examples of each
	seen     map[lossKey]bool
	kind     map[lossKind]*loss
	surveyed bool // all rows have been read: those without an id, too
}

type lossKey struct{ id, place string }

type lossKind struct {
	column string
	value  bool // the article is there without it
	reason string
}

type loss struct {
	lossKind
	count    int
	examples []string
}

func newLosses(most int) *losses {
	return &losses{most: most, seen: map[lossKey]bool{}, kind: map[lossKind]*loss{}}
}

// particular is what differs between two rows that are broken in the same way.
var particular = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[0-9]+`)

// add notes what has been left out.
func (l *losses) add(fault article.RowError) {
	key := lossKey{fault.ID, fault.Column}
	if fault.ID != "" && l.seen[key] || fault.ID == "" && l.surveyed {
		return
	}
	l.seen[key] = true
	column, _, _ := strings.Cut(fault.Column, "[")
	kind := lossKind{column, fault.Kept, particular.ReplaceAllString(fault.Err.Error(), "…")}
	found := l.kind[kind]
	if found == nil {
		found = &loss{lossKind: kind}
		l.kind[kind] = found
	}
	if found.count++; len(found.examples) < l.most {
		found.examples = append(found.examples, fault.Error())
	}
}

// list returns what was left out, articles before values, most of them first.
func (l *losses) list() (list []*loss) {
	for _, found := range l.kind {
		list = append(list, found)
	}
	slices.SortFunc(list, func(a, b *loss) int {
		if a.value != b.value {
			return cmp.Compare(truth(a.value), truth(b.value))
		}
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.column, b.column), cmp.Compare(a.reason, b.reason))
	})
	return list
}

func truth(t bool) int {
	if t {
		return 1
	}
	return 0
}

// print prints a line a column and reason, with the remedy, and examples. It reports
// whether articles are left out.
func (l *losses) print(out io.Writer) (articles bool) {
	for _, found := range l.list() {
		what := english.PluralWord(found.count, "article", "") + " left out"
		if found.value {
			what = english.PluralWord(found.count, "value", "") + " left out of articles"
		}
		articles = articles || !found.value
		line := fmt.Sprintf("articles.%s: %d %s: %s", found.column, found.count, what, found.reason)
		if found.column == "feed" {
			line = fmt.Sprintf("%d %s of feeds: %s", found.count, what, found.reason)
		}
		if remedy := remedies()[found.column]; remedy != "" && !found.value {
			line += " (" + remedy + ")"
		}
		fmt.Fprintf(out, "  %s\n", terminal.Line(line))
		for _, example := range found.examples {
			fmt.Fprintf(out, "    %s\n", terminal.Line(example))
		}
		if more := found.count - len(found.examples); more > 0 {
			fmt.Fprintf(out, "    and %d more\n", more)
		}
	}
	return articles
}

// remedies are what a newsroom does about a column that costs articles.
func remedies() map[string]string {
	return map[string]string{
		"id":        "give each article a key of its own, at most 190 bytes",
		"station":   "give the id of a station in the configuration, or its key",
		"url":       "give the whole public address, with https:// and without user and password",
		"published": "give the time of first publication, or have the article be a draft",
		"status":    "see content.status for the words of your system",
		"expires":   "give NULL for an article that does not expire",
		"feed":      "shorten the article's text",
	}
}
