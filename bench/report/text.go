package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// number writes three significant digits, thousands with commas.
func number(f float64) string {
	switch {
	case f == 0:
		return "0"
	case f < 0.001:
		return strconv.FormatFloat(f, 'g', 2, 64)
	case f < 1000:
		digits := max(0, 2-int(math.Floor(math.Log10(f))))
		return strconv.FormatFloat(f, 'f', digits, 64)
	}
	digits := strconv.FormatFloat(f, 'f', 0, 64)
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (s Spread) span() string {
	low, high := number(s.Min), number(s.Max)
	if low == high {
		return low
	}
	return low + "–" + high
}

// Sentence says in words how a result compares with the base of its work, as
// nobody has to look up anything to repeat it.
func (rs Results) Sentence(r Result) string {
	ratio, ok := rs.Ratio(r, r.Work.Base)
	if !ok || r.Peer == r.Work.Base {
		return fmt.Sprintf("%s is what the others are compared with.", r.Peer)
	}
	times := fmt.Sprintf("%s times (%s)", number(ratio.Median), ratio.span())
	return strings.NewReplacer("{peer}", r.Peer, "{times}", times, "{base}", r.Work.Base).Replace(r.Work.Sentence)
}

// table is the rows of a work that is measured, or the words of all that are
// watched.
func (rs Results) table(w *Work) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| in words | %s, median | lowest–highest | rounds |\n|---|--:|--:|--:|\n", w.Unit)
	for _, r := range rs.Of(w) {
		s := NewSpread(r.Rounds)
		fmt.Fprintf(&b, "| %s | %s | %s | %d |\n", rs.Sentence(r), number(s.Median), s.span(), len(r.Rounds))
	}
	return b.String()
}

// watched is the table of words: a row an event, a column a peer.
func (rs Results) watched() string {
	var works []*Work
	var peers []string
	words := map[*Work]map[string]string{}
	for _, r := range rs {
		if r.Work.Base != "" {
			continue
		}
		if words[r.Work] == nil {
			works, words[r.Work] = append(works, r.Work), map[string]string{}
		}
		if words[works[0]][r.Peer] == "" && len(works) == 1 {
			peers = append(peers, r.Peer)
		}
		words[r.Work][r.Peer] = r.Word
	}
	if len(works) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---%s|\n", strings.Join(peers, " | "), strings.Repeat("|---", len(peers)))
	for _, w := range works {
		fmt.Fprintf(&b, "| %s", w.Title)
		for _, p := range peers {
			fmt.Fprintf(&b, " | %s", words[w][p])
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

// Tables is everything as text, for a terminal.
func (rs Results) Tables() string {
	var b strings.Builder
	for _, w := range rs.Works() {
		if w.Base != "" {
			fmt.Fprintf(&b, "%s\n\n%s\n", w.Title, rs.table(w))
		}
	}
	if words := rs.watched(); words != "" {
		fmt.Fprintf(&b, "Who serves what, under change\n\n%s", words)
	}
	return b.String()
}
