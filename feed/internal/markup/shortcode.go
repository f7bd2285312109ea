package markup

import (
	"cmp"
	"strings"
)

// What WordPress stores is not yet HTML: paragraphs are parted by blank lines,
// and shortcodes in brackets stand for pictures with captions, recordings and
// galleries. It makes HTML of them when it shows a post, and so does Body.

// shortcodes are those that Body knows, and what becomes of them.
var shortcodes = map[string]shortcode{
	"caption": asFigure, "wp_caption": asFigure,
	"audio": asRecording, "video": asRecording,
	"embed":   asLink,
	"gallery": gone, "playlist": gone, "contact-form-7": gone, "contact-form": gone, "wpforms": gone, "gravityform": gone, "ninja_form": gone,
	"mc4wp_form": gone, "toc": gone, "nextpage": gone, "wpvideo": gone,
	"youtube": asLink, "vimeo": asLink, "soundcloud": asLink, "tweet": asLink, "twitter": asLink, "googlemaps": asLink, "instagram": asLink, "facebook": asLink,
	"code": asCode, "sourcecode": asCode, "footnote": asNote, "efn_note": asNote,
}

// builders are how the shortcodes of page builders begin, which stand around the
// text of whole pages.
var builders = []string{"vc_", "et_pb_", "fusion_", "av_", "fl_", "tatsu_", "mk_", "ux_"}

type shortcode uint8

const (
	unknown     shortcode = iota
	asFigure              // a picture with a caption
	asRecording           // a film or a sound
	asLink
	asCode
	asNote // a text in brackets
	gone
)

// openShortcodes writes the shortcodes of s as HTML. Of those that it does not know
// the brackets go where there is an end to what is between. Other brackets stay, and
// so do all in code.
func openShortcodes(s string) string {
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	o := opener{next: finder{s: s, at: map[string]int{}}, ends: map[string][]string{}}
	from := 0 // what is before is in b
	for i := 0; ; {
		n := strings.IndexByte(s[i:], '[')
		if n < 0 {
			if from == 0 {
				return s
			}
			return o.b.String() + s[from:]
		}
		o.pass(s[i : i+n])
		i += n
		html, n, ok := o.open(s, i)
		if ok {
			o.b.WriteString(s[from:i] + html)
			from = i + n
		}
		i += n
	}
}

// opener opens the shortcodes of a body.
type opener struct {
	b    strings.Builder
	next finder
	ends map[string][]string // what the ends of open shortcodes become, by their names
	code bool                // in an element with code
}

// pass looks at what is between two brackets: the last tag of an element with code
// tells whether that is open.
func (o *opener) pass(s string) {
	for {
		i := strings.LastIndexByte(s, '<')
		if i < 0 {
			return
		}
		switch tagName(s[i:]) {
		case "pre", "code":
			o.code = !strings.HasPrefix(s[i:], "</")
			return
		}
		s = s[:i]
	}
}

// open returns what the bracket at i becomes and how much of s that stands for, and
// false if it is no shortcode.
func (o *opener) open(s string, i int) (html string, n int, ok bool) {
	if n = builderLength(s[i:]); n > 0 && !o.code {
		return "\n\n", n, true
	}
	if name, _, n := readShortcode(s[i+1:]); name != "" && strings.HasPrefix(s[i+1+n:], "]") { // [[gallery]] is about it
		return "", 1 + n, false
	}
	name, attrs, n := readShortcode(s[i:])
	switch {
	case o.code || name == "":
		return "", 1, false
	case name[0] == '/':
		list := o.ends[name[1:]]
		if len(list) == 0 {
			return "", 1, false
		}
		o.ends[name[1:]] = list[:len(list)-1]
		return list[len(list)-1], n, true
	case shortcodes[name] != unknown:
		content, after := o.next.content(i+n, name)
		html, ok = shortcodes[name].open(name, attrs, content)
		if !ok {
			return "", 1, false
		}
		return html, n + after, true
	case attrs != "" && !strings.Contains(attrs, "=") || o.next.next("[/"+name+"]", i) == len(s):
		return "", 1, false
	}
	html, end := "", ""
	for _, key := range []string{"link", "url", "href"} {
		if ref := attribute(attrs, key); ref != "" && html == "" {
			html, end = `<a href="`+string(appendValue(nil, ref))+`">`, "</a>"
		}
	}
	o.ends[name] = append(o.ends[name], end)
	return html, n, true
}

// attribute returns the value of an attribute of a shortcode.
func attribute(attrs, key string) string { return token{attrs: " " + attrs + ">"}.value(key) }

// builderLength returns the length of the start or the end of a page builder's
// shortcode that s begins with.
func builderLength(s string) int {
	name := strings.TrimPrefix(s[1:], "/")
	if name == "" || !isLetter(name[0]) {
		return 0
	}
	for _, start := range builders {
		if !strings.HasPrefix(name, start) {
			continue
		}
		end := strings.IndexByte(s, ']')
		if end < 0 || strings.IndexByte(s[1:end], '[') >= 0 || strings.IndexByte(s[:end], '\n') >= 0 {
			return 0
		}
		return end + 1
	}
	return 0
}

// readShortcode reads the shortcode that s begins with, or its end, whose name has a
// solidus, and returns its length, or no name. One that is not known is at least two
// letters in lower case.
func readShortcode(s string) (name, attrs string, n int) {
	if s == "" || s[0] != '[' {
		return "", "", 0
	}
	end := 1
	if strings.HasPrefix(s[end:], "/") {
		end++
	}
	start := end
	for end < len(s) && (isAlphanumeric(s[end]) || s[end] == '-' || s[end] == '_') {
		end++
	}
	if name = s[1:end]; end == start {
		return "", "", 0
	}
	if shortcodes[name] == unknown && (end-start < 2 || !isLetter(s[start]) || lower(name) != name) || end == len(s) || s[end] != ']' && s[end] != ' ' && s[end] != '\n' && s[end] != '/' {
		return "", "", 0
	}
	const most = 4 << 10
	rest := s[end:min(len(s), end+most)]
	quote := byte(0)
	for i := range len(rest) {
		switch c := rest[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && i > 0 && rest[i-1] == '=':
			quote = c
		case c == ']':
			return name, strings.TrimSuffix(rest[:i], "/"), end + i + 1
		case c == '[':
			return "", "", 0
		}
	}
	return "", "", 0
}

// finder finds what comes next in a text, each thing once.
type finder struct {
	s  string
	at map[string]int
}

// next returns where what comes next at or behind from, or the end.
func (f *finder) next(what string, from int) int {
	at, ok := f.at[what]
	if !ok || at < from {
		if at = strings.Index(f.s[from:], what); at < 0 {
			at = len(f.s)
		} else {
			at += from
		}
		f.at[what] = at
	}
	return at
}

// content returns what stands between a position and the end of a shortcode,
// and the length of that with the end; nothing if it has none.
func (f *finder) content(from int, name string) (content string, n int) {
	if name == "" {
		return "", 0
	}
	end := "[/" + name + "]"
	at := f.next(end, from)
	if at == len(f.s) || f.next("["+name+" ", from) < at {
		return "", 0
	}
	return f.s[from:at], at - from + len(end)
}

// open returns a shortcode as HTML, and whether it is one: [video] alone is a
// remark.
func (how shortcode) open(name, attrs, content string) (string, bool) {
	if how == unknown {
		return "", false
	}
	a := func(key string) string { return attribute(attrs, key) }
	switch how {
	case asFigure:
		picture, caption := content, a("caption")
		if i := strings.LastIndexByte(content, '>'); caption == "" && i >= 0 && strings.Contains(lower(content), "<img") {
			i = pictureEnd(content)
			picture, caption = content[:i], strings.TrimSpace(content[i:])
		}
		if strings.TrimSpace(content) == "" {
			return "", false
		}
		if caption == "" {
			return "<figure>" + picture + "</figure>", true
		}
		return "<figure>" + picture + "<figcaption>" + caption + "</figcaption></figure>", true
	case asRecording:
		src := ""
		for _, key := range []string{"src", "mp4", "m4v", "webm", "ogv", "mov", "mp3", "m4a", "ogg", "wav", "flac"} {
			if src = a(key); src != "" {
				break
			}
		}
		tag := "<" + name + ` controls src="` + string(appendValue(nil, src)) + `"`
		if poster := a("poster"); poster != "" && name == "video" {
			tag += ` poster="` + string(appendValue(nil, poster)) + `"`
		}
		return tag + "></" + name + ">", src != ""
	case asLink:
		ref := strings.TrimSpace(content)
		for _, key := range []string{"src", "url", "id", "href"} {
			ref = cmp.Or(ref, a(key))
		}
		if first, _, _ := strings.Cut(strings.TrimLeft(attrs, " ="), " "); ref == "" {
			ref = first
		}
		if !isLoneAddress(ref) { // the number of a film tells readers nothing
			return "", name != "embed" && content == "" && attrs != ""
		}
		return "\n" + ref + "\n", true
	case asCode:
		return "<pre>" + strings.Trim(content, "\n") + "</pre>", !isBlank(content)
	case asNote:
		return " (" + strings.TrimSpace(content) + ")", !isBlank(content)
	}
	return "", attrs != "" || name == "gallery" || name == "playlist"
}

// pictureEnd returns where the picture of a caption ends: behind its tag, or
// behind the link around it.
func pictureEnd(content string) int {
	low := lower(content)
	i := strings.Index(low, "<img")
	n := strings.IndexByte(low[i:], '>')
	if n < 0 {
		return len(content)
	}
	i += n + 1
	if rest := strings.TrimLeft(low[i:], " \n"); strings.HasPrefix(rest, "</a>") {
		i += strings.Index(low[i:], "</a>") + len("</a>")
	}
	return i
}
