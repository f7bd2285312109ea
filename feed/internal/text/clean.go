// Package text makes the strings of a feed such as every reader accepts: clean
// characters, ASCII addresses, valid language tags, e-mail addresses and media
// types.
package text

import (
	"strings"
	"unicode/utf8"
)

// Clean returns s as text that every reader of XML and JSON accepts.
//
// It drops invalid UTF-8, what XML 1.0 does not allow (§2.2 Char: most control
// characters) or does not like (DEL, what Unicode has set aside as no
// character), and U+FFFD, the mark of a text damaged earlier. CRLF, CR and the
// other controls that are white space (vertical tab, form feed, next line)
// become LF. The C1 controls are read as the characters that Windows-1252 has
// in their place, as browsers read references to them (HTML §13.2.5.80). A
// clean s is returned itself, without allocation.
func Clean(s string) string {
	i := firstDirty(s)
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:i])
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\r':
			if !strings.HasPrefix(s[i+1:], "\n") {
				b.WriteByte('\n')
			}
		case r == '\v', r == '\f', r == '\u0085':
			b.WriteByte('\n')
		case 0x80 <= r && r <= 0x9F:
			if c := windows1252[r-0x80]; c != 0 {
				b.WriteRune(c)
			}
		case allowed(r):
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// windows1252 has the characters of Windows-1252 from 0x80 on; 0 is none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// firstDirty returns the index of the first byte that Clean would change, or
// len(s).
func firstDirty(s string) int {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c < utf8.RuneSelf:
			if !allowed(rune(c)) {
				return i
			}
			i++
		// U+1000 to U+CFFF, most of CJK, holds nothing to drop: two
		// continuation bytes are all there is to check.
		case 0xE1 <= c && c <= 0xEC && i+2 < len(s) && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80:
			i += 3
		// Nor do the wide forms of ASCII, U+FF00 to U+FFBF.
		case c == 0xEF && i+2 < len(s) && 0xBC <= s[i+1] && s[i+1] <= 0xBE && s[i+2]&0xC0 == 0x80:
			i += 3
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if !allowed(r) {
				return i
			}
			i += n
		}
	}
	return len(s)
}

// allowed reports whether Clean leaves r as it is. utf8.RuneError stands for
// both U+FFFD and an invalid byte.
func allowed(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n'
	case 0x7F <= r && r <= 0x9F, 0xFDD0 <= r && r <= 0xFDEF:
		return false
	}
	return r != utf8.RuneError && r&0xFFFE != 0xFFFE
}
