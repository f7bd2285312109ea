package wordpress

import (
	"strings"
)

// kind is what a token is.
type kind uint8

const (
	text    kind = iota
	tag          // a start tag or an end tag
	comment      // also a declaration
	raw          // an element whose content is no markup, as a whole
)

// token is a part of HTML.
type token struct {
	kind kind
	s    string // as it is written
	name string // of a tag or of a raw element, in lower case
	end  bool   // an end tag
}

// scanner parts HTML into tokens, which are all of it together. It takes time by
// the length.
type scanner struct {
	s    string
	pos  int
	next map[string]span // of what is searched for
}

// raws are the elements in which a line end is no line break and an address no
// link. Their content is markup in some of them, which is of no interest here.
var raws = map[string]bool{
	"pre": true, "script": true, "style": true, "textarea": true, "svg": true, "math": true,
}

// token returns what comes next, or false at the end.
func (z *scanner) token() (token, bool) {
	if z.pos >= len(z.s) {
		return token{}, false
	}
	start := z.pos
	for at := start; ; at++ {
		i := strings.IndexByte(z.s[at:], '<')
		if i < 0 {
			z.pos = len(z.s)
			return token{kind: text, s: z.s[start:]}, true
		}
		at += i
		t, ok := z.markup(at)
		switch {
		case !ok:
			continue // a sign like any other
		case at > start:
			z.pos = at
			return token{kind: text, s: z.s[start:at]}, true
		}
		z.pos = at + len(t.s)
		return t, true
	}
}

// markup returns the tag, the comment or the raw element at a "<".
func (z *scanner) markup(at int) (token, bool) {
	rest := z.s[at:]
	if strings.HasPrefix(rest, "<!") {
		end := ">"
		if strings.HasPrefix(rest, "<!--") {
			end = "-->"
		}
		if i := z.find(end, at); i < len(z.s) {
			return token{kind: comment, s: z.s[at : i+len(end)]}, true
		}
		return token{}, false
	}
	name := 1
	if strings.HasPrefix(rest, "</") {
		name = 2
	}
	n := name
	for n < len(rest) && isNameByte(rest[n]) {
		n++
	}
	if n == name || !isLetter(rest[name]) {
		return token{}, false
	}
	end := z.tagEnd(at + n)
	if end < 0 {
		return token{}, false
	}
	t := token{kind: tag, s: z.s[at:end], name: strings.ToLower(rest[name:n]), end: name == 2}
	if !t.end && raws[t.name] && !strings.HasSuffix(t.s, "/>") {
		if i := z.findFold("</"+t.name, end); i < len(z.s) {
			end := z.search(t.name+">", i, func(s string) int { return strings.IndexByte(s, '>') })
			if end < len(z.s) {
				t.kind, t.s = raw, z.s[at:end+1]
			}
		}
	}
	return t, true
}

// tagEnd returns where the tag ends whose name ends at from; -1: it is none. A
// quoted value with one of the signs in it is parted, which does no harm: all
// parts stay.
func (z *scanner) tagEnd(from int) int {
	end := strings.IndexAny(z.s[from:], "<>")
	if end < 0 || z.s[from+end] == '<' {
		return -1
	}
	return from + end + 1
}

// find returns where what comes next at or behind from; the length: nowhere.
func (z *scanner) find(what string, from int) int {
	return z.search(what, from, func(s string) int { return strings.Index(s, what) })
}

// findFold is find for an end tag in any case.
func (z *scanner) findFold(what string, from int) int {
	return z.search(what, from, func(s string) int {
		for at := 0; ; at += len("</") {
			i := strings.Index(s[at:], "</")
			if i < 0 {
				return -1
			}
			at += i
			if rest := s[at:]; len(rest) >= len(what) && strings.EqualFold(rest[:len(what)], what) &&
				(len(rest) == len(what) || !isNameByte(rest[len(what)])) {
				return at
			}
		}
	})
}

// search is asked of each thing for growing positions, and then reads the text
// once.
func (z *scanner) search(what string, from int, index func(string) int) int {
	if known, ok := z.next[what]; ok && known.from <= from && from <= known.at {
		return known.at
	}
	at := index(z.s[from:])
	if at += from; at < from {
		at = len(z.s)
	}
	if z.next == nil {
		z.next = map[string]span{}
	}
	z.next[what] = span{from, at}
	return at
}

// span is from where something was searched for, and where it is.
type span struct{ from, at int }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isNameByte(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' || c == '-' || c == ':' }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\v' }
