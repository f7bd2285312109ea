package sitemap

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// appendText appends s as XML character data on one line and reports whether
// anything of it is visible. White space is trimmed and collapsed to single
// spaces; what is not UTF-8 or not an XML character is dropped.
func appendText(b []byte, s string) ([]byte, bool) {
	visible, started, space := false, false, false
	for _, r := range strings.ToValidUTF8(s, "") {
		switch {
		case r == ' ', r == '\t', r == '\n', r == '\r':
			space = started
			continue
		case !isXMLChar(r):
			continue
		}
		if space {
			b = append(b, ' ')
			space = false
		}
		started = true
		visible = visible || !unicode.IsSpace(r)
		if r < utf8.RuneSelf && entities[r] != "" {
			b = append(b, entities[r]...)
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return b, visible
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
