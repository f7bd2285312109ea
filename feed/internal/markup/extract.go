package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// extract returns the text of HTML that Body wrote, as people read it aloud:
// blocks and lines parted by spaces, without what is struck out (HTML §4.7.2),
// readings beside characters and the numbers of notes. It stops after limit
// code points, or a little later, can leave out the captions of figures and the
// addresses that stand for films, and tells whether this is the whole text.
func extract(s string, limit int, proseOnly bool) (plain string, whole bool) {
	var f text.Folder
	f.Grow(min(len(s), utf8.UTFMax*limit))
	z := scanner{s: s}
	inNote := false // in a link that could lead to a note
	begun := true   // nothing is on this line yet
	lost := false   // something was left out since the last text
	for f.Len() <= limit {
		t, ok := z.next()
		if !ok {
			return f.String(), true
		}
		switch {
		case t.kind == textToken:
			if lost && strings.IndexByte(",.;:!?)", t.raw[0]) >= 0 {
				f.NoGap()
			}
			f.WriteClean(html.UnescapeString(t.raw))
			lost, begun = false, begun && isBlank(t.raw)
			continue
		case t.kind == rawToken:
			continue
		}
		if isBlock(t.name) {
			f.Gap()
			begun = true
		}
		switch name := t.name; {
		case name == "a" && t.kind == startTag && proseOnly && begun && z.skipsAddress(t):
		case name == "q" && t.kind == startTag:
			f.Write("“")
		case name == "q":
			f.Write("”")
		case name == "a":
			inNote = t.kind == startTag && strings.Contains(t.attrs, "#")
		case t.kind != startTag:
		case name == "s", name == "del", name == "rt", name == "rp", name == "figcaption" && proseOnly:
			z.inner(name, nil)
			lost = true
		case name == "sup":
			note := inNote
			inner := z.inner(name, &note)
			if isNote(inner, note, f.Last()) {
				lost = true
			} else {
				f.Write(exponent(f.Last(), inner))
			}
		case name == "sub":
			f.Write(index(f.Last(), z.inner(name, nil)))
		}
	}
	return f.String(), false
}

// skipsAddress goes behind a link whose start tag was read last if it stands for what
// it leads to: its text is the address or the host, and nothing else is on its line.
func (z *scanner) skipsAddress(t token) bool {
	ahead := *z
	s, _ := ahead.next()
	end, _ := ahead.next()
	behind, more := ahead.next()
	if s.kind != textToken || end.kind != endTag || end.name != "a" || more && !(behind.kind != textToken && isBlock(behind.name) || strings.HasPrefix(behind.raw, "\n")) {
		return false
	}
	if !isLoneAddress(s.raw) && s.raw != host(t.value("href")) {
		return false
	}
	z.pos = ahead.pos - len(behind.raw)
	return true
}

// inner returns the text up to the end of the element whose start tag was read
// last, and goes there. It sets link if there is one to a place on a page.
func (z *scanner) inner(name string, link *bool) string {
	var f text.Folder
	for depth := 1; depth > 0; {
		t, ok := z.next()
		switch {
		case !ok:
			return f.String()
		case t.kind == textToken:
			f.WriteClean(html.UnescapeString(t.raw))
		case t.name == name && t.kind == startTag:
			depth++
		case t.name == name:
			depth--
		case link != nil && t.name == "a" && strings.Contains(t.attrs, "#"):
			*link = true
		}
	}
	return f.String()
}

// isNote reports whether a raised text behind a character is the number of a note:
// it is in brackets, it has several numbers, or it links to a place on a page.
func isNote(s string, linked bool, last rune) bool {
	bare := strings.Trim(s, "[]()〔〕［］（）")
	switch {
	case strings.Trim(bare, "*†‡§¶") == "", strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]"):
		return true
	case strings.Trim(bare, "0123456789,、–- ") != "":
	case len(bare) != len(s), strings.ContainsAny(bare, ",、") && !unicode.IsDigit(last):
		return true
	}
	return linked && len(s) <= 8
}

// exponent returns a raised text behind a character in one line: in raised
// signs where there are some, with a circumflex where it would else be read as
// a part of the number before it.
func exponent(last rune, s string) string {
	digit := strings.ContainsAny(s, "0123456789")
	if raised, ok := mapped(s, raisedSigns); ok && (digit || unicode.IsDigit(last)) {
		return raised
	}
	if digit && unicode.IsDigit(last) {
		return "^" + s
	}
	return s
}

// index returns a lowered text behind a character in one line.
func index(last rune, s string) string {
	if lowered, ok := mapped(s, loweredSigns); ok && unicode.IsDigit(last) {
		return lowered
	}
	return s
}

var (
	raisedSigns = map[rune]rune{
		'0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹',
		'+': '⁺', '-': '⁻', '−': '⁻', '–': '⁻', '=': '⁼', '(': '⁽', ')': '⁾', 'n': 'ⁿ', 'i': 'ⁱ',
	}
	loweredSigns = map[rune]rune{
		'0': '₀', '1': '₁', '2': '₂', '3': '₃', '4': '₄', '5': '₅', '6': '₆', '7': '₇', '8': '₈', '9': '₉', '+': '₊', '-': '₋',
	}
)

// mapped returns s in the signs of a table, and whether that has all of them.
func mapped(s string, signs map[rune]rune) (string, bool) {
	var b strings.Builder
	for _, r := range s {
		sign, ok := signs[r]
		if !ok {
			return "", false
		}
		b.WriteRune(sign)
	}
	return b.String(), s != ""
}

// isBlock reports whether an element stands apart from the text around it.
func isBlock(name string) bool {
	e := profile[name]
	return e != nil && (e.block || e.table) || name == "br"
}
