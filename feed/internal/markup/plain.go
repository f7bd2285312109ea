package markup

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// Plain returns the text of s, which may hold HTML: tags and comments out,
// character references decoded once, white space folded to single spaces,
// characters as by text.Clean. Blocks are kept apart by a space; scripts and
// styles have no text.
//
// What looks like a tag but names no HTML element stays: the brackets of
// "<NBA>" or "x<y" in a headline are text.
func Plain(s string) string {
	if !strings.ContainsAny(s, "<&") {
		if isFolded(s) {
			return s
		}
		var f folder
		f.write(s)
		return f.b.String()
	}
	plain, _ := extract(s, len(s), false)
	return plain
}

// isFolded reports whether s is clean and has no white space to fold.
func isFolded(s string) bool {
	if text.Clean(s) != s {
		return false
	}
	space := true
	for _, r := range s {
		if unicode.IsSpace(r) && (space || r != ' ') {
			return false
		}
		space = r == ' '
	}
	return !space || s == ""
}

// extract is Plain that stops after limit code points, or a little later, can
// leave out the captions of figures, and tells whether this is the whole text.
func extract(s string, limit int, captionless bool) (plain string, whole bool) {
	var f folder
	skip := "" // inside this element there is no text
	z := scanner{s: text.Clean(s)}
	for f.runes <= limit {
		t, ok := z.next()
		if !ok {
			if skip == "" && !isElement(tagName(z.lost)) {
				f.write(html.UnescapeString(z.lost))
			}
			return f.b.String(), true
		}
		switch {
		case t.kind == textToken || t.kind == rawToken:
			if skip == "" {
				f.write(html.UnescapeString(t.raw))
			}
			continue
		case !isElement(t.name):
			if skip == "" {
				f.write(html.UnescapeString(t.raw))
			}
			continue
		}
		if skip == "" && isBlock(t.name) {
			f.gap = true
		}
		switch {
		case t.kind == endTag && (t.name == skip || skip == "figcaption" && t.name == "figure"):
			skip = ""
		case t.kind == startTag && skip == "" && (isMute(t.name) || captionless && t.name == "figcaption"):
			skip = t.name
		}
	}
	return f.b.String(), false
}

// folder gathers text, with one space for each run of white space inside it.
type folder struct {
	b     strings.Builder
	runes int
	gap   bool // white space since the last character
}

func (f *folder) write(s string) {
	for _, r := range text.Clean(s) {
		if unicode.IsSpace(r) {
			f.gap = true
			continue
		}
		if f.gap && f.runes > 0 {
			f.b.WriteByte(' ')
			f.runes++
		}
		f.gap = false
		f.b.WriteRune(r)
		f.runes++
	}
}

// tagName returns the name of the tag that s begins with.
func tagName(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "<"), "/")
	if i := strings.IndexAny(s, " \t\n\f\r/>"); i >= 0 {
		s = s[:i]
	}
	return lower(s)
}

// isElement reports whether name is an element of HTML, a custom one (with a
// hyphen) or one that word processors leave behind (o:p).
func isElement(name string) bool {
	return profile[name] != nil || aliases[name] != "" || isMute(name) || others[name] || strings.ContainsAny(name, "-:")
}

// others are the elements of HTML, past and present, that no other table here
// names.
var others = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq("area base basefont bgsound big blink body command data dialog embed font frame head " +
		"html image input isindex keygen label legend link listing map marquee math meta meter multicol nextid nobr " +
		"optgroup option output param plaintext progress rb rtc search slot spacer textarea title xmp") {
		m[name] = true
	}
	return m
}()

// isMute reports whether an element's content is not text to read.
func isMute(name string) bool {
	switch name {
	case "script", "style", "noscript", "iframe", "noembed", "noframes":
		return true
	}
	return muted[name]
}

// isBlock reports whether an element stands apart from the text around it.
func isBlock(name string) bool {
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	e := profile[name]
	return e != nil && (e.block || e.table) || name == "br" || name == "option"
}
