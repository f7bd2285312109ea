package markup

import (
	"bytes"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// policy allows what the profile names, and nothing else.
var policy = newPolicy()

func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for name, e := range profile {
		p.AllowElements(name)
		if name != "a" && name != "img" {
			p.AllowNoAttrs().OnElements(name)
		}
		for attr, v := range e.attrs {
			if re := allowed[v]; re != nil {
				p.AllowAttrs(attr).Matching(re).OnElements(name)
			} else {
				p.AllowAttrs(attr).OnElements(name)
			}
		}
	}
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowDataURIImages() // where the expressions above allow them: as a picture's src
	return p
}

// gate returns b as the policy lets it through. What comes to it was written
// from the same table, so that it has nothing to do; it is there for the day on
// which that is not so.
//
// The policy judges each tag by itself, so it is shown the tags only: most of
// its time goes into taking texts apart and putting them together again, and a
// text, which ends where a tag begins, can do no harm, and those of the simplest
// form it is known to leave. If it would change one byte of one tag, it gets
// the whole.
func gate(b []byte) string {
	if passes(b) {
		return string(b)
	}
	return unquote(sanitize(b))
}

// sanitize returns what the policy makes of b. What it can't judge does not
// pass.
func sanitize(b []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(b) + len(b)/8)
	if err := policy.SanitizeReaderToWriter(bytes.NewReader(b), &out); err != nil {
		return nil
	}
	return out.Bytes()
}

// bareTags are the tags without attributes that the policy leaves as they are.
var bareTags = func() map[string]bool {
	m := map[string]bool{}
	for name := range profile {
		for _, tag := range []string{"<" + name + ">", "</" + name + ">"} {
			m[tag] = policy.Sanitize(tag) == tag
		}
	}
	return m
}()

// isPlainTag reports whether a start tag is one that the policy leaves as it is
// because nothing in its values could be more than it seems: links and pictures
// of the web with simple addresses, as most are. The policy parses and writes
// each of them anew.
func isPlainTag(tag []byte) bool {
	n := bytes.IndexByte(tag, ' ')
	if n < 0 {
		return false
	}
	e, rest := profile[string(tag[1:n])], tag[n:]
	if e == nil {
		return false
	}
	var names [8][]byte
	has := func(name []byte) bool {
		return slices.ContainsFunc(names[:], func(other []byte) bool { return bytes.Equal(other, name) })
	}
	for i := range names {
		name, v, ok := bytes.Cut(rest[1:], []byte(`="`))
		end := bytes.IndexByte(v, '"')
		kind, allowed := e.attrs[string(name)]
		if !ok || end < 0 || !allowed || !isPlainValue(kind, v[:end]) || has(name) {
			return false
		}
		names[i] = name
		switch rest = v[end+1:]; {
		case len(rest) == 1: // ">"
			return e.name != "a" && e.name != "img" || has([]byte("href")) || has([]byte("src"))
		case len(rest) == 0 || rest[0] != ' ':
			return false
		}
	}
	return false
}

// isPlainValue reports whether a value has the form that is wanted, and
// characters that are written in one way only.
func isPlainValue(kind value, v []byte) bool {
	switch kind {
	case webAddress, linkAddress, pictureAddress:
		rest, ok := bytes.CutPrefix(v, []byte("https://"))
		if !ok {
			rest, ok = bytes.CutPrefix(v, []byte("http://"))
		}
		if !ok || len(rest) == 0 || !isLetter(rest[0]) {
			return false
		}
		host := true
		for i, c := range rest {
			switch {
			case isAlphanumeric(c) || c == '.' || c == '-':
			case c == '/':
				host = false
			case host:
				return false
			case c == '_' || c == '=' || c == '~' || c == ':' || c == ',' || c == '(' || c == ')' || c == '+' || c == '@' || c == '!':
			case c == '?' && i < len(rest)-1:
			case c == '#' && i < len(rest)-1 && bytes.IndexByte(rest[:i], '#') < 0:
			case c == '%' && i+2 < len(rest) && isHex(rest[i+1]) && isHex(rest[i+2]):
			case c == '&' && bytes.HasPrefix(rest[i:], []byte("&amp;")):
			case c == ';' && i >= 4 && string(rest[i-4:i]) == "&amp":
			default:
				return false
			}
		}
		return true
	case number:
		return isNumber(string(v))
	case keyword:
		return isKeyword(string(v))
	case flag:
		return len(v) == 0
	case anyText:
		return !bytes.ContainsAny(v, "<>&'\r\n\t")
	}
	return false
}

// passes reports whether the policy leaves all tags of b as they are. A tag is
// taken to end with the first ">": with another one inside a value it is no tag
// that the policy writes.
func passes(b []byte) bool {
	var tags []byte
	for {
		start := bytes.IndexByte(b, '<')
		if start < 0 {
			if len(tags) == 0 {
				return true
			}
			if bytes.IndexByte(tags, '\'') >= 0 {
				tags = bytes.ReplaceAll(tags, []byte("'"), []byte("&#39;")) // as the policy writes it
			}
			return bytes.Equal(sanitize(tags), tags)
		}
		b = b[start:]
		end := bytes.IndexByte(b, '>') + 1
		if end == 0 {
			return false
		}
		if !bareTags[string(b[:end])] && !isPlainTag(b[:end]) {
			if tags == nil {
				tags = make([]byte, 0, len(b))
			}
			tags = append(tags, b[:end]...)
		}
		b = b[end:]
	}
}

// unquote writes the quotes in text as themselves, and apostrophes everywhere:
// values stand between double quotes.
func unquote(b []byte) string {
	const ref = len("&#34;")
	var out strings.Builder
	out.Grow(len(b))
	from, inside := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '<':
			inside = true
		case c == '>':
			inside = false
		case c != '&':
		case !inside && bytes.HasPrefix(b[i:], []byte("&#34;")), bytes.HasPrefix(b[i:], []byte("&#39;")):
			out.Write(b[from:i])
			if b[i+3] == '4' {
				out.WriteByte('"')
			} else {
				out.WriteByte('\'')
			}
			i += ref - 1
			from = i + 1
		}
	}
	out.Write(b[from:])
	return out.String()
}
