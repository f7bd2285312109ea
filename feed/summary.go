package feed

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// The lengths of a summary, in characters (code points).
const (
	summaryMin = 120
	summaryMax = 200
)

// Summary returns plain text from the beginning of an HTML body, without
// figure captions if there is other text, at most 200 characters (code points).
// A longer text ends with a sentence, else with a clause, if one ends after 120
// characters or more; otherwise it is cut, between words and never inside a
// grapheme, and "…" is added.
func Summary(body string) string {
	// More than a summary: what follows a full stop tells whether it is one.
	const enough = summaryMax + 1
	s := extract(body, enough, true)
	if s == "" {
		s = extract(body, enough, false)
	}
	if utf8.RuneCountInString(s) <= summaryMax {
		return s
	}
	var (
		sentence, clause, word, grapheme int // where s could be cut; 0: nowhere

		end, runes int
		last       stop
		rest       = s
		state      = -1
	)
	for {
		var cluster string
		var bounds int
		cluster, rest, bounds, state = uniseg.StepString(rest, state)
		runes += utf8.RuneCountInString(cluster)
		if runes > summaryMax {
			break
		}
		end += len(cluster)
		last = stopAt(cluster, rest, last)
		if runes < summaryMax { // room for "…"
			grapheme = end
		}
		switch {
		case runes < summaryMin:
		case last == endOfSentence:
			sentence = end
		case last == endOfClause:
			clause = end
		case runes < summaryMax && bounds&uniseg.MaskLine == uniseg.LineCanBreak:
			word = end
		}
	}
	if cut := cmp.Or(sentence, clause); cut > 0 {
		return s[:cut]
	}
	return strings.TrimRight(s[:cmp.Or(word, grapheme)], " ") + "…"
}

// stop is what a character ends.
type stop int

const (
	endOfNothing stop = iota
	endOfClause
	endOfSentence
)

// stopAt returns what the grapheme ends that stands before rest. A closing
// quote or bracket belongs to the stop before it.
func stopAt(grapheme, rest string, before stop) stop {
	r, _ := utf8.DecodeRuneInString(grapheme)
	switch r {
	case '。', '！', '？', '…', '．':
		return endOfSentence
	case '；', '，':
		return endOfClause
	case '.', '!', '?':
		if !beginsWord(rest) { // not as in 3.14 or news.example
			return endOfSentence
		}
	case ';', ',':
		if !beginsWord(rest) {
			return endOfClause
		}
	case '”', '’', '」', '』', '）', '》', '】', ')', ']', '"', '\'', '»':
		return before
	}
	return endOfNothing
}

// beginsWord reports whether s begins with an ASCII letter or digit.
func beginsWord(s string) bool {
	if s == "" {
		return false
	}
	c := s[0]
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
