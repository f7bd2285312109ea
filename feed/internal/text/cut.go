package text

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// MaxCharacter is how many bytes a character has on average at most in a text
// that is cut: a "character" can be an accent on an accent on an accent.
const MaxCharacter = 16

// Character returns the length in bytes of the character (grapheme cluster,
// UAX #29) that s, which is not empty, begins with.
func Character(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if isSimple(r) {
		if next, _ := utf8.DecodeRuneInString(s[n:]); n == len(s) || isSimple(next) {
			return n
		}
	}
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
	return len(cluster)
}

// isSimple reports whether r is one of the common characters that join with
// none of their kind: ASCII, Han and the punctuation of CJK.
func isSimple(r rune) bool {
	switch {
	case 0x20 <= r && r < 0x7F, 0x2010 <= r && r <= 0x2026, 0x3000 <= r && r <= 0x3029, 0x3400 <= r && r <= 0x9FFF, 0xFF01 <= r && r <= 0xFF60:
		return true
	}
	return false
}

// Cut returns s, or, when it has more than n characters or more than n times
// MaxCharacter bytes, fewer than n of them and "…".
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	keep, end := 0, 0
	for i := 1; end < len(s); i++ {
		end += Character(s[end:])
		if i > n || end > n*MaxCharacter {
			return strings.TrimRight(s[:keep], " ") + "…"
		}
		if i < n {
			keep = end
		}
	}
	return s
}
