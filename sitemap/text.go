package sitemap

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// unlimited is the limit of a text without one.
const unlimited = math.MaxInt

// typesetter writes plain text as XML character data on one line. It keeps its
// buffer between texts.
type typesetter struct{ plain []byte }

// appendText appends s, clipped to so many characters, and reports whether
// anything of it is visible.
func (t *typesetter) appendText(b []byte, s string, limit int) ([]byte, bool) {
	t.plain = appendPlain(t.plain[:0], s, limit)
	plain := clip(t.plain, limit)
	done := 0
	for i, c := range plain {
		if c < utf8.RuneSelf && entities[c] != "" {
			b = append(append(b, plain[done:i]...), entities[c]...)
			done = i + 1
		}
	}
	return append(b, plain[done:]...), len(bytes.TrimSpace(plain)) > 0
}

// appendPlain appends what of s can be published: white space is trimmed and
// collapsed to single spaces; what is not UTF-8 or not an XML character is
// dropped. It ends with the first character beyond the limit, and appends that.
func appendPlain(b []byte, s string, limit int) []byte {
	started, space, n := false, false, 0
	for i, r := range s {
		switch {
		case r == ' ', r == '\t', r == '\n', r == '\r':
			space = started
			continue
		case !isXMLChar(r), r == utf8.RuneError && isBroken(s[i:]):
			continue
		case n > limit:
			return b
		}
		if space {
			b = append(b, ' ')
			space = false
			n++
		}
		b = utf8.AppendRune(b, r)
		started = true
		n++
	}
	return b
}

// isBroken reports whether s begins with a byte that is not UTF-8.
func isBroken(s string) bool {
	_, n := utf8.DecodeRuneInString(s)
	return n == 1
}

// clip shortens plain text to so many characters: to the last space, if that
// is near, else between two grapheme clusters (UAX #29), what readers take for
// a character.
func clip(plain []byte, limit int) []byte {
	if len(plain) <= limit {
		return plain
	}
	end, n := 0, 0
	for end < len(plain) && n < limit {
		_, size := utf8.DecodeRune(plain[end:])
		end += size
		n++
	}
	if end == len(plain) {
		return plain
	}
	// Of what follows, one character decides whether there is a boundary. Words
	// of more bytes than this are text without spaces, as Chinese.
	const longestWord = 32
	near := max(0, end-longestWord)
	if space := bytes.LastIndexByte(plain[near:end+1], ' '); space >= 0 {
		return plain[:near+space]
	}
	if start := clusterStart(plain, end); start > 0 {
		end = start
	}
	return plain[:end]
}

// clusterStart returns the last boundary between grapheme clusters that is not
// behind end.
func clusterStart(plain []byte, end int) int {
	start := surelyBoundary(plain[:end])
	for state := -1; ; {
		cluster, _, _, next := uniseg.FirstGraphemeCluster(plain[start:], state)
		if start+len(cluster) > end {
			return start
		}
		start += len(cluster)
		state = next
	}
}

// surelyBoundary returns the last place in b between two characters that never
// share a cluster, or 0: finding the clusters takes long.
func surelyBoundary(b []byte) int {
	for behind := false; len(b) > 0; {
		r, n := utf8.DecodeLastRune(b)
		alone := r >= ' ' && r <= '~' || r >= 0x4E00 && r <= 0x9FFF
		if alone && behind {
			return len(b)
		}
		behind = alone
		b = b[:len(b)-n]
	}
	return 0
}

// isXMLChar reports whether r may stand in a document, XML 1.0 §2.2.
func isXMLChar(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' ||
		r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= unicode.MaxRune
}

// entities are the five characters that the sitemaps.org protocol wants
// escaped wherever they stand.
var entities = [utf8.RuneSelf]string{
	'&':  "&amp;",
	'\'': "&apos;",
	'"':  "&quot;",
	'<':  "&lt;",
	'>':  "&gt;",
}
