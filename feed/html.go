package feed

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// PlainText returns the text of s, which may hold HTML: tags and comments out,
// entities decoded once, white space folded to single spaces, characters as by
// [Clean]. Blocks are kept apart by a space; scripts and styles have no text.
//
// What looks like a tag but names no HTML element stays: the brackets of
// "<NBA>" or "x<y" in a headline are text.
func PlainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		var f folder
		f.write(s)
		return f.b.String()
	}
	return extract(s, len(s), false)
}

// extract is PlainText that stops after limit characters, or a little later,
// and can leave out the captions of figures.
func extract(s string, limit int, captionless bool) string {
	var f folder
	var skip atom.Atom // inside this element there is no text
	z := html.NewTokenizer(strings.NewReader(s))
	pos := 0
	for f.runes <= limit {
		t := z.Next()
		if t == html.ErrorToken {
			// A tag that does not end, if it is one.
			if rest := s[pos:]; rest != "" && !isElement(tagName(rest)) {
				f.write(html.UnescapeString(rest))
			}
			break
		}
		raw := s[pos : pos+len(z.Raw())]
		pos += len(raw)
		switch t {
		case html.TextToken:
			if skip == 0 {
				f.write(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name := tagName(raw)
			if !isElement(name) {
				f.write(html.UnescapeString(raw))
				continue
			}
			a := atom.Lookup([]byte(name))
			if isBlock(a) {
				f.gap = true
			}
			if t == html.StartTagToken && skip == 0 && (isMute(a) || captionless && a == atom.Figcaption) {
				skip = a
			}
			if t == html.EndTagToken && (a == skip || skip == atom.Figcaption && a == atom.Figure) {
				skip = 0
			}
		}
	}
	return f.b.String()
}

// folder gathers text, with one space for each run of white space inside it.
type folder struct {
	b     strings.Builder
	runes int
	gap   bool // white space since the last character
}

func (f *folder) write(s string) {
	for _, r := range Clean(s) {
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

// tagName returns the lower-case name of the tag that raw begins with.
func tagName(raw string) string {
	raw = strings.TrimPrefix(strings.TrimPrefix(raw, "<"), "/")
	if i := strings.IndexAny(raw, " \t\n\f\r/>"); i >= 0 {
		raw = raw[:i]
	}
	return strings.ToLower(raw)
}

// isElement reports whether name is an element of HTML, a custom one (with a
// hyphen) or one that word processors leave behind (o:p).
func isElement(name string) bool {
	return atom.Lookup([]byte(name)) != 0 || strings.ContainsAny(name, "-:")
}

// isMute reports whether an element's content is not text to read.
func isMute(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Noscript, atom.Iframe, atom.Noembed, atom.Noframes:
		return true
	}
	return false
}

// isBlock reports whether an element stands apart from the text around it.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Br, atom.Caption, atom.Dd, atom.Details,
		atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hr, atom.Li, atom.Main,
		atom.Nav, atom.Ol, atom.Option, atom.P, atom.Pre, atom.Section, atom.Summary, atom.Table, atom.Td,
		atom.Th, atom.Tr, atom.Ul:
		return true
	}
	return false
}
