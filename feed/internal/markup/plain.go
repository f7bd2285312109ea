package markup

import (
	"net/url"
	"slices"
	"strings"

	"feedstation/feed/internal/text"
)

// maxRounds bounds how often a text is read that is still HTML when it has been
// read once.
const maxRounds = 16

// Anywhere is the address of a body that is read for its text alone: where
// links lead does not matter then, only that they do.
var Anywhere = &url.URL{Scheme: "https", Host: "article.invalid", Path: "/"}

// Plain returns the text of s, which may hold HTML, as one line: what people
// read on the page, see [extract] and [text.Fold]. Tags and comments go, and
// character references are decoded, until none is left: systems escape what is
// escaped already.
//
// A tag is markup only where its element has an end tag, or where it is a line
// break or has attributes: "<video>" in a headline is text, and so are the
// brackets of "<NBA>" and "x<y".
func Plain(s string) string {
	s = text.Clean(s)
	for range maxRounds {
		s = openCDATA(s)
		if !strings.ContainsAny(s, "<&") {
			break
		}
		w := compose(asMarkup(unamp(s)), Anywhere, true)
		next, _ := extract(string(w.out), len(w.out), false)
		if next == s {
			return s
		}
		s = next
	}
	return text.Fold(s)
}

// openCDATA returns what is in the CDATA section that a text is, which was once
// XML.
func openCDATA(s string) string {
	trimmed := strings.TrimSpace(s)
	if inner, ok := strings.CutPrefix(trimmed, "<![CDATA["); ok {
		if inner, ok = strings.CutSuffix(inner, "]]>"); ok && !strings.Contains(inner, "<![CDATA[") {
			return inner
		}
	}
	return s
}

// unamp returns s with ampersands that are escaped several times escaped once.
func unamp(s string) string {
	if strings.Count(s, "&") == 0 || !strings.Contains(s, ";") {
		return s
	}
	var b strings.Builder
	from := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '&' {
			continue
		}
		end, last := i+1, i+1
		for {
			n := ampLength(s[end:])
			if n == 0 {
				break
			}
			last, end = end, end+n
		}
		if last > i+1 {
			b.WriteString(s[from : i+1])
			from = last
		}
		i = end - 1
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// ampLength returns the length of what stands behind the ampersand in a
// reference to one, if s begins with that.
func ampLength(s string) int {
	for _, ref := range []string{"amp;", "#38;", "#x26;"} {
		if len(s) >= len(ref) && strings.EqualFold(s[:len(ref)], ref) {
			return len(ref)
		}
	}
	return 0
}

// maxUnended is how many brackets of a text are looked at that seem to begin a
// tag that ends with another one, or not at all. Of more all are text.
const maxUnended = 64

// fieldTag is a tag in a text that may hold HTML.
type fieldTag struct {
	name   string
	at     int
	markup bool
}

// asMarkup returns s with the brackets escaped of all that is no markup.
func asMarkup(s string) string {
	if strings.IndexByte(s, '<') < 0 {
		return s
	}
	tags := fieldTags(s)
	var b strings.Builder
	from := 0
	for _, t := range tags {
		switch {
		case !t.markup:
			b.WriteString(s[from:t.at])
			b.WriteString("&lt;")
			from = t.at + 1
		case t.name == "title": // of a page: people read it here
			b.WriteString(s[from:t.at])
			from = t.at + strings.IndexByte(s[t.at:], '>') + 1
		}
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// fieldTags lists the tags of s and tells which are markup.
func fieldTags(s string) (tags []fieldTag) {
	var open []int // of tags, those whose element may end yet
	count := map[string]int{}
	unended, endless := 0, map[string]bool{} // elements without markup that have no end tag from here on
	z := scanner{s: s}
	for {
		end := z.pos
		t, ok := z.next()
		raw := t.raw
		if !ok {
			raw = z.lost
		}
		at := z.pos - len(raw)
		known := isElement(tagName(raw)) && strings.IndexByte(raw, '=') >= 0
		comment := notMarkup(s, end, at)
		if comment < 0 && !ok && (raw == "" || known) {
			break
		}
		if comment >= 0 || !ok || t.kind >= startTag && !known && strings.IndexByte(raw[1:], '<') >= 0 { // the text has other tags in it
			if comment >= 0 {
				at = comment
			}
			if tags = append(tags, fieldTag{at: at}); unended == maxUnended {
				for i := at + 1; i < len(s); i++ {
					if s[i] == '<' {
						tags = append(tags, fieldTag{at: i})
					}
				}
				return tags
			}
			unended++
			z.pos, z.name, z.lost = at+1, "", ""
			continue
		}
		this := fieldTag{name: t.name, at: at}
		switch {
		case t.kind == textToken || t.kind == rawToken:
			continue
		case !isElement(t.name):
			z.name = ""
		case t.kind == startTag:
			if z.name != "" && (endless[z.name] || strings.IndexByte(s[z.pos+rawLength(s[z.pos:], z.name):], '>') < 0) {
				endless[z.name] = true
				z.name = ""
			}
			opensText := this.at == 0 && t.name == "p" && z.pos < len(s) && !isSpace(s[z.pos])
			this.markup = t.name == "br" || t.name == "wbr" || strings.IndexByte(t.attrs, '=') >= 0 && formats(t) || opensText
			open = append(open, len(tags))
			count[t.name]++
		case t.name == "br": // browsers take the end tag for one
			this.markup = true
		case count[t.name] > 0:
			this.markup = true
			for {
				last := &tags[open[len(open)-1]]
				open = open[:len(open)-1]
				count[last.name]--
				if last.name == t.name {
					last.markup = true
					if last.name == "svg" || last.name == "math" { // with elements of their own
						for i := len(tags) - 1; tags[i].at > last.at; i-- {
							tags[i].markup = true
						}
					}
					break
				}
				last.markup = last.markup || endsItself(last.name)
			}
		}
		tags = append(tags, this)
	}
	paragraphs := slices.ContainsFunc(tags, func(t fieldTag) bool { return t.name == "p" && t.markup })
	for i := range tags {
		tags[i].markup = tags[i].markup || paragraphs && tags[i].name == "p"
	}
	return tags
}

// formats reports whether a tag with attributes is of an element that texts have
// without its end: not of one that a text is about, as "<input type=date>".
func formats(t token) bool {
	switch t.name {
	case "img":
		return strings.Contains(t.attrs, "src") || strings.Contains(t.attrs, "alt")
	case "a":
		return t.has("href") || t.has("name") || t.has("id")
	case "video", "audio", "source", "track", "picture":
		return false
	}
	e := profile[t.name]
	return e != nil && !e.table || treatments[t.name] == unwrapped && !isRaw(t.name) && !controls[t.name]
}

// controls are elements of forms and of pages' heads, which format no text.
var controls = map[string]bool{
	"button": true, "label": true, "option": true, "optgroup": true, "output": true, "progress": true, "meter": true, "form": true, "fieldset": true,
	"base": true, "link": true, "meta": true, "area": true, "map": true, "canvas": true, "dialog": true, "slot": true, "param": true, "body": true, "html": true, "head": true,
}

// notMarkup returns where something between two positions is that browsers take
// for a comment, and people for text; -1 if nothing is.
func notMarkup(s string, from, to int) int {
	for from < to {
		rest := s[from:to]
		switch {
		case strings.HasPrefix(rest, "<!--"):
		case (strings.HasPrefix(rest, "<![") || strings.HasPrefix(rest, "<?xml") || len(rest) > 9 && strings.EqualFold(rest[:9], "<!doctype")) &&
			rest[min(commentLength(rest), len(rest))-1] == '>':
		default:
			return from
		}
		from += commentLength(rest)
	}
	return -1
}

// endsItself reports whether the end tag of an element may be left out.
func endsItself(name string) bool {
	switch name {
	case "p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "rt", "rp", "option", "img", "hr", "col", "input", "source":
		return true
	}
	return false
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
	return profile[name] != nil || aliases[name] != "" || treatments[name] != unwrapped || isRaw(name) || others[name] || strings.ContainsAny(name, "-:")
}

// others are the elements of HTML, past and present, that no other table here
// names.
var others = func() map[string]bool {
	m := map[string]bool{}
	for name := range strings.FieldsSeq("area base basefont bgsound big blink body button canvas command data dialog font frame head " +
		"html isindex keygen label link map marquee meta meter multicol nextid nobr " +
		"optgroup option output param plaintext progress rb rtc search slot spacer") {
		m[name] = true
	}
	return m
}()
