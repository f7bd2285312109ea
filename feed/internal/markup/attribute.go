package markup

import (
	"bytes"
	"iter"
	"net/url"
	"slices"
	"strings"

	"feedstation/feed/internal/text"
)

// A tag has at most so many attributes, a srcset at most so many addresses.
const (
	maxAttributes = 64
	maxSet        = 16
)

// all yields the attributes of a start tag, each name once, in lower case, with
// its value. Of one that is there twice the first counts.
func (t token) all() iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		var few [8]string
		seen := few[:0]
		for a := (attributes{s: t.attrs}); ; {
			name, raw, ok := a.next()
			if !ok || len(seen) == maxAttributes {
				return
			}
			if name = lower(name); name == "" || slices.Contains(seen, name) {
				continue
			}
			seen = append(seen, name)
			if !yield(name, text.Clean(decodeAttribute(raw))) {
				return
			}
		}
	}
}

// attributes writes those of a start tag that the profile allows, and reports
// whether the element can't be seen on the page.
func (w *writer) attributes(e *element, t token) (hidden bool) {
	for name, s := range t.all() {
		if v, ok := e.attrs[name]; ok {
			w.attribute(name, v, s)
		}
		hidden = hidden || name == "hidden" || name == "style" && isHidden(s)
	}
	return hidden
}

// attribute writes an attribute unless its value can't be made such as the
// profile wants it, and reports whether it did.
func (w *writer) attribute(name string, v value, s string) bool {
	ok := true
	switch v {
	case anyText:
		s = s[:boundary(s, maxValue)]
	case webAddress:
		ok = strings.Trim(s, " \t\n") != "" // which would be the page
		s = text.Resolve(w.base, s)
		ok = ok && text.IsWeb(s)
	case linkAddress:
		s = text.Resolve(w.base, s)
		ok = s != ""
	case addressSet:
		s = resolveSet(w.base, s)
		ok = s != ""
	case number:
		s = strings.TrimSuffix(strings.TrimSpace(s), "px")
		ok = isNumber(s)
	case keyword:
		ok = isKeyword(s)
	case flag:
		s = ""
	}
	if ok {
		w.out = append(append(append(w.out, ' '), name...), '=', '"')
		w.out = append(appendEscaped(w.out, s), '"')
	}
	return ok
}

// hasHref reports whether there is an address to go to among written attributes.
func hasHref(attrs []byte) bool { return bytes.Contains(attrs, []byte(` href="`)) }

// resolveSet returns the candidates of a srcset with absolute addresses, but
// for those that have none (HTML §4.8.4.2.2: an address ends with white space,
// and commas at its end are not part of it).
func resolveSet(base *url.URL, set string) string {
	var list []string
	for len(list) < maxSet {
		set = strings.TrimLeft(set, " \t\n\f\r,")
		if set == "" {
			break
		}
		ref, rest := set, ""
		if n := strings.IndexAny(set, " \t\n\f\r"); n >= 0 {
			ref, rest = set[:n], set[n:]
		}
		descriptor := ""
		if trimmed := strings.TrimRight(ref, ","); trimmed != ref {
			ref = trimmed
		} else {
			descriptor, rest, _ = strings.Cut(rest, ",")
		}
		set = rest
		uri := text.Resolve(base, ref)
		if descriptor = strings.TrimSpace(descriptor); !text.IsWeb(uri) || !isDescriptor(descriptor) {
			continue
		}
		list = append(list, strings.TrimSpace(uri+" "+descriptor))
	}
	return strings.Join(list, ", ")
}

// isDescriptor reports whether s is nothing, a width as in "640w", a height or
// a density as in "1.5x".
func isDescriptor(s string) bool {
	if s == "" {
		return true
	}
	digits := strings.Trim(s[:len(s)-1], "0123456789")
	return len(s) > 1 && len(s) < 8 && (digits == "" || s[0] != '.' && strings.Trim(s[:len(s)-1], "0123456789.") == "") &&
		strings.IndexByte("wxh", s[len(s)-1]) >= 0
}

// isNumber reports whether s is a count, or a length in pixels or per cent.
func isNumber(s string) bool {
	s = strings.TrimSuffix(s, "%")
	return s != "" && len(s) <= 5 && strings.Trim(s, "0123456789") == ""
}

// isKeyword reports whether s is one word of ASCII.
func isKeyword(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i]) && s[i] != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// appendEscaped appends s as text or as a value between double quotes.
func appendEscaped(b []byte, s string) []byte {
	from := 0
	for i := range len(s) {
		var ref string
		switch s[i] {
		case '&':
			ref = "&amp;"
		case '<':
			ref = "&lt;"
		case '>':
			ref = "&gt;"
		case '"':
			ref = "&#34;"
		default:
			continue
		}
		b = append(append(b, s[from:i]...), ref...)
		from = i + 1
	}
	return append(b, s[from:]...)
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
