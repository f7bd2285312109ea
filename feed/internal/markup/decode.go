package markup

import (
	"strings"

	"golang.org/x/net/html"
)

// decodeAttribute returns the value of an attribute with its character
// references decoded. Other than in text a name is one only as a whole: the
// "&copy" of "?a=1&copy=2" is none (§13.2.5.73).
func decodeAttribute(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		n := 1
		for n < len(s) && (isAlphanumeric(s[n]) || n == 1 && s[n] == '#') {
			n++
		}
		named := n > 1 && s[1] != '#'
		closed := n < len(s) && s[n] == ';'
		if closed {
			n++
		}
		ref := s[:n]
		value := html.UnescapeString(ref)
		if named && (!closed && n < len(s) && s[n] == '=' || value[len(value)-1] == ref[n-1] && ref != "&semi;") {
			value = ref // not known, or only the beginning is
		}
		b.WriteString(value)
		s = s[n:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// lower returns s with the letters of ASCII in lower case, and no others:
// strings.ToLower makes a "k" of the Kelvin sign.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}

func isAlphanumeric(c byte) bool {
	return isLetter(c) || '0' <= c && c <= '9'
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func endsName(c byte) bool {
	return isSpace(c) || c == '/' || c == '>'
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'
}
