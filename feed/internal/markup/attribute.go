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
// its value. Of one that is there twice the first counts. The tag is clean, what
// it refers to need not be.
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
			value := raw
			if strings.IndexByte(raw, '&') >= 0 {
				value = text.Clean(decodeAttribute(raw))
			}
			if !yield(name, value) {
				return
			}
		}
	}
}

// attributes writes those of a start tag that the profile allows, notes the
// picture behind the element, and returns what they say of it.
func (w *writer) attributes(f *frame, t token) (m mark) {
	if t.attrs == "" {
		return 0
	}
	for name, s := range t.all() {
		if v, ok := f.attrs[name]; ok {
			w.attribute(name, v, s)
			continue
		}
		switch name {
		case "style", "hidden", "aria-hidden", "class":
			m |= markOf(name, s)
			f.covers = f.covers || name == "class" && isCover(s)
		case "data-oembed-url", "data-oembed":
			f.embed = w.web(text.Join(s))
		default:
			if f.embed == "" && (f.flow || f.name == "p" || f.name == "span") && strings.HasPrefix(name, "data-") && isRecordingType(text.Extension(s)) {
				f.embed = w.web(text.Join(s))
			}
		}
		if f.cover == "" && (f.flow || f.name == "a" || f.name == "span") {
			f.cover = w.background(name, s)
		}
	}
	return w.unhide(m, t)
}

// unhide takes back that an element is hidden where the page has a button or a tab
// that shows it (ARIA in HTML: aria-controls, tabpanel). It notes what those control.
func (w *writer) unhide(m mark, t token) mark {
	if strings.Contains(t.attrs, "aria-controls") {
		if w.controlled == nil {
			w.controlled = map[string]bool{}
		}
		for id := range strings.FieldsSeq(t.value("aria-controls")) {
			w.controlled[id] = true
		}
	}
	if m&hides != 0 && (w.controlled[t.value("id")] || t.value("role") == "tabpanel") {
		m &^= hides
	}
	return m
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
	case pictureAddress:
		s = w.picture(s)
		ok = s != ""
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
		w.out = append(appendValue(w.out, s), '"')
	}
	return ok
}

// hasHref reports whether there is an address to go to among written attributes.
func hasHref(attrs []byte) bool { return bytes.Contains(attrs, []byte(` href="`)) }

// candidate is an address of a srcset.
type candidate struct{ address, descriptor string }

// candidates returns those of a srcset with absolute addresses, but for those
// that have none (HTML §4.8.4.2.2: an address ends with white space, and commas
// at its end are not part of it).
func candidates(base *url.URL, set string) (list []candidate) {
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
		if descriptor = strings.TrimSpace(descriptor); !isDescriptor(descriptor) {
			continue
		}
		if uri := text.Resolve(base, ref); text.IsWeb(uri) {
			list = append(list, candidate{uri, descriptor})
		}
	}
	return list
}

// resolveSet returns a srcset with absolute addresses.
func resolveSet(base *url.URL, set string) string { return joinSet(candidates(base, set)) }

func joinSet(list []candidate) string {
	var b strings.Builder
	for i, c := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.address)
		if c.descriptor != "" {
			b.WriteString(" " + c.descriptor)
		}
	}
	return b.String()
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

// appendText appends s as text.
func appendText(b []byte, s string) []byte { return appendEscaped(b, s, "") }

// appendValue appends s as a value between double quotes.
func appendValue(b []byte, s string) []byte { return appendEscaped(b, s, "&#34;") }

// appendEscaped appends s with its markup escaped, and double quotes where they
// have an escape.
func appendEscaped(b []byte, s, quote string) []byte {
	if strings.IndexByte(s, '&') < 0 && strings.IndexByte(s, '<') < 0 && strings.IndexByte(s, '>') < 0 && strings.IndexByte(s, '"') < 0 {
		return append(b, s...)
	}
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
			ref = quote
		}
		if ref != "" {
			b = append(append(b, s[from:i]...), ref...)
			from = i + 1
		}
	}
	return append(b, s[from:]...)
}
