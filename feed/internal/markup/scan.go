package markup

import "strings"

// kind is what a token of HTML is.
type kind uint8

const (
	textToken kind = iota
	rawToken       // the content of an element that holds no markup
	startTag
	endTag
)

// token is a piece of HTML. Comments, declarations and processing instructions
// are none.
type token struct {
	kind  kind
	name  string // of a tag or of the element that has this content, in lower case
	attrs string // of a start tag: what stands between the name and ">"
	raw   string // the token as it is written
}

// scanner splits HTML into tokens as a browser does (HTML §13.2.5).
//
// Unlike the tokenizer of golang.org/x/net/html it copies nothing, remembers no
// attribute names and holds no buffer: its time is linear in the length
// whatever is in there.
type scanner struct {
	s    string
	pos  int
	name string // the element whose content comes next, if that is no markup
	lost string // the tag without an end, when there are no more tokens
}

// next returns the next token, and false at the end. A tag that does not end
// is dropped, as browsers do.
func (z *scanner) next() (token, bool) {
	if name := z.name; name != "" {
		z.name = ""
		if n := rawLength(z.s[z.pos:], name); n > 0 {
			return z.take(token{kind: rawToken, name: name}, n), true
		}
	}
	for z.pos < len(z.s) {
		rest := z.s[z.pos:]
		switch {
		case !beginsTag(rest):
			return z.take(token{kind: textToken}, textLength(rest)), true
		case isLetter(rest[1]):
			if t, ok := z.tag(startTag, 1); ok {
				if isRaw(t.name) {
					z.name = t.name
				}
				return t, true
			}
		case rest[1] == '/' && isLetter(rest[2]):
			if t, ok := z.tag(endTag, 2); ok {
				return t, true
			}
		default:
			z.pos += commentLength(rest)
		}
	}
	return token{}, false
}

func (z *scanner) take(t token, n int) token {
	t.raw = z.s[z.pos : z.pos+n]
	z.pos += n
	return t
}

// tag reads a tag whose name begins at the offset. Without an end it is all
// that is left, and none.
func (z *scanner) tag(k kind, offset int) (token, bool) {
	rest := z.s[z.pos:]
	n := offset
	for n < len(rest) && !endsName(rest[n]) {
		n++
	}
	a := attributes{s: rest[n:]}
	for {
		if _, _, ok := a.next(); !ok {
			break
		}
	}
	if a.pos == len(a.s) {
		z.pos, z.lost = len(z.s), rest
		return token{}, false
	}
	t := token{kind: k, name: lower(rest[offset:n]), attrs: a.s[:a.pos]}
	return z.take(t, n+a.pos+len(">")), true
}

// attributes reads those of a tag (§13.2.5.32 to §13.2.5.39) from what follows
// its name. When there are no more, pos is at the ">", or at the end if there
// is none.
type attributes struct {
	s   string
	pos int
}

// next returns the next attribute as it is written: an empty name where
// nothing but a solidus stands.
func (a *attributes) next() (name, value string, ok bool) {
	a.space()
	if a.pos == len(a.s) || a.s[a.pos] == '>' {
		return "", "", false
	}
	start := a.pos
	for a.pos < len(a.s) && !isSpace(a.s[a.pos]) && a.s[a.pos] != '/' && a.s[a.pos] != '>' &&
		(a.s[a.pos] != '=' || a.pos == start) {
		a.pos++
	}
	name = a.s[start:a.pos]
	if name == "" {
		a.pos++ // the solidus
		return "", "", true
	}
	a.space()
	if a.pos == len(a.s) || a.s[a.pos] != '=' {
		return name, "", true
	}
	a.pos++
	a.space()
	return name, a.value(), true
}

func (a *attributes) value() string {
	if a.pos == len(a.s) {
		return ""
	}
	if quote := a.s[a.pos]; quote == '"' || quote == '\'' {
		start := a.pos + 1
		n := strings.IndexByte(a.s[start:], quote)
		if n < 0 {
			a.pos = len(a.s)
			return ""
		}
		a.pos = start + n + 1
		return a.s[start : start+n]
	}
	start := a.pos
	for a.pos < len(a.s) && !isSpace(a.s[a.pos]) && a.s[a.pos] != '>' {
		a.pos++
	}
	return a.s[start:a.pos]
}

func (a *attributes) space() {
	for a.pos < len(a.s) && isSpace(a.s[a.pos]) {
		a.pos++
	}
}

// beginsTag reports whether s, which is not empty, begins with a tag or with
// something that is no text.
func beginsTag(s string) bool {
	if s[0] != '<' || len(s) < 2 {
		return false
	}
	c := s[1]
	return isLetter(c) || c == '!' || c == '?' || c == '/' && len(s) > 2
}

// textLength returns the length of the text that s begins with.
func textLength(s string) int {
	for i := 1; i < len(s); i++ {
		n := strings.IndexByte(s[i:], '<')
		if n < 0 {
			break
		}
		i += n
		if beginsTag(s[i:]) {
			return i
		}
	}
	return len(s)
}

// rawLength returns the length of what stands before the element's end tag.
func rawLength(s, name string) int {
	if name == "script" {
		return scriptLength(s)
	}
	for i := 0; i < len(s); i++ {
		n := strings.Index(s[i:], "</")
		if n < 0 {
			break
		}
		i += n
		end := s[i+len("</"):]
		if len(end) > len(name) && lower(end[:len(name)]) == name && endsName(end[len(name)]) {
			return i
		}
	}
	return len(s)
}

// scriptLength returns the length of a script. A comment in it can hold scripts
// of its own, with their end tags (§13.2.5.15 to §13.2.5.31).
func scriptLength(s string) int {
	const (
		plain   = iota
		escaped // in a comment
		doubled // in a script in a comment
	)
	state := plain
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '-' && state != plain && strings.HasPrefix(s[i:], "-->"):
			state = plain
		case c != '<':
		case state == plain && strings.HasPrefix(s[i:], "<!--"):
			state = escaped
			i++ // "<!-->" is a comment
		case state == escaped && namesScript(s[i+1:]):
			state = doubled
		case strings.HasPrefix(s[i:], "</") && namesScript(s[i+2:]):
			if state != doubled {
				return i
			}
			state = escaped
		}
	}
	return len(s)
}

// namesScript reports whether a tag's name that s begins with is that of a
// script.
func namesScript(s string) bool {
	const name = "script"
	return len(s) > len(name) && lower(s[:len(name)]) == name && endsName(s[len(name)])
}

// commentLength returns the length of the comment (§13.2.5.42 ff.) or of the
// declaration that s begins with; without an end it is all of s.
func commentLength(s string) int {
	if strings.HasPrefix(s, "<!--") && !strings.HasPrefix(s, "<!-->") && !strings.HasPrefix(s, "<!--->") {
		return commentEnd(s)
	}
	if n := strings.IndexByte(s, '>'); n >= 0 {
		return n + 1
	}
	return len(s)
}

// commentEnd looks for "-->" and "--!>".
func commentEnd(s string) int {
	for i := len("<!--"); i < len(s); i++ {
		n := strings.Index(s[i:], "--")
		if n < 0 {
			break
		}
		i += n
		switch rest := s[i+len("--"):]; {
		case strings.HasPrefix(rest, ">"):
			return i + len("-->")
		case strings.HasPrefix(rest, "!>"):
			return i + len("--!>")
		}
	}
	return len(s)
}

// isRaw reports whether the content of an element is no markup. That of
// noscript is: readers run no scripts.
func isRaw(name string) bool {
	switch name {
	case "script", "style", "textarea", "title", "iframe", "noembed", "noframes", "xmp":
		return true
	}
	return false
}
