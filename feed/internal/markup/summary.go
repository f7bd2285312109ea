package markup

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"feedstation/feed/internal/text"
)

// The lengths of a summary, in characters (grapheme clusters).
const (
	summaryMin = 120
	summaryMax = 200
)

// Summary returns an excerpt of 120 to 200 characters.
func Summary(body string) string { return Excerpt(body, summaryMin, summaryMax) }

// Excerpt returns plain text from the beginning of a body that Body wrote, without
// figure captions if there is other text, of so many characters (grapheme clusters)
// at most. A longer text ends with a sentence, else with a clause, if one ends
// after the least number or more; otherwise it is cut, between words where the
// script has them, and "…" is added.
func Excerpt(body string, least, most int) string {
	// So many code points hold an excerpt, and what follows it: that tells
	// whether a full stop is one.
	enough := 2 * most
	s, whole := extract(body, enough, true)
	if s == "" {
		s, whole = extract(body, enough, false)
	}
	if strings.ContainsAny(s, "<&") {
		s = Plain(s)
	}
	var (
		sentence, clause, word, character int // where s could be cut; 0: nowhere

		end, n int
		last   stop
	)
	for end < len(s) {
		size := text.Character(s[end:])
		if n++; n > most || end+size > most*text.MaxCharacter {
			whole = false
			break
		}
		last = stopAt(s, end, end+size, last)
		end += size
		if n < most { // room for "…"
			character = end
		}
		switch {
		case n < least:
		case last == endOfSentence:
			sentence = end
		case last == endOfClause:
			clause = end
		case n < most && !insideWord(s, end):
			word = end
		}
	}
	if whole {
		return s
	}
	if cut := cmp.Or(sentence, clause); cut > 0 {
		return s[:cut]
	}
	return strings.TrimRight(s[:cmp.Or(word, character)], " ") + "…"
}

// stop is what a character ends.
type stop int

const (
	endOfNothing stop = iota
	endOfClause
	endOfSentence
)

// stopAt returns what the character s[start:end] ends, which comes after one
// that ends before. A closing quote or bracket belongs to the stop before it.
func stopAt(s string, start, end int, before stop) stop {
	r, _ := utf8.DecodeRuneInString(s[start:])
	switch r {
	case '。', '！', '？', '…', '．', '｡', '‼', '⁇', '⁉', '؟', '۔', '।', '॥', '።', '။', '។', '։':
		return endOfSentence
	case '；', '，', '､', '،', '؛', '፣', '၊':
		return endOfClause
	case '.':
		if !beginsWord(s[end:]) && !isAbbreviation(s[:start]) && !unicode.IsLower(firstLetter(s[end:])) {
			return endOfSentence
		}
	case '!', '?':
		if !beginsWord(s[end:]) {
			return endOfSentence
		}
	case ';', ',':
		if !beginsWord(s[end:]) { // not as in 1,000
			return endOfClause
		}
	case '”', '’', '」', '』', '）', '》', '〉', '】', ')', ']', '"', '\'', '»', '›':
		return before
	}
	return endOfNothing
}

// beginsWord reports whether s begins with an ASCII letter or digit, as after
// the full stops of 3.14 and news.example.
func beginsWord(s string) bool {
	return s != "" && isAlphanumeric(s[0])
}

// firstLetter returns the character that s begins with, after spaces.
func firstLetter(s string) rune {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " "))
	return r
}

// isAbbreviation reports whether the word at the end of s, before a full stop,
// is an initial or a title, as in "J. Li", "U.S." and "Dr. Li".
func isAbbreviation(s string) bool {
	word := s[strings.LastIndexAny(s, " .(\"'")+1:]
	switch word {
	case "Mr", "Mrs", "Ms", "Dr", "Prof", "St", "No", "Gen", "Gov", "Sen", "Rep", "vs":
		return true
	}
	r, size := utf8.DecodeRuneInString(word)
	return size == len(word) && unicode.IsUpper(r)
}

// insideWord reports whether s[:end] ends in the middle of a word, in scripts
// that put spaces between words.
func insideWord(s string, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:end])
	after, _ := utf8.DecodeRuneInString(s[end:])
	return isSpaced(before) && isSpaced(after)
}

func isSpaced(r rune) bool {
	const radicals, yi = 0x2E80, 0xA000 // from, and up to: the scripts of China and Japan, which are most of these
	return (r < radicals || yi <= r) && unicode.In(r, unicode.L, unicode.N, unicode.M) &&
		!unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}
