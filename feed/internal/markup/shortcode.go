package markup

import "strings"

// What WordPress stores is not yet HTML: paragraphs are parted by blank lines,
// and shortcodes in brackets stand for pictures with captions, recordings and
// galleries. It makes HTML of them when it shows a post, and so does Body.

// shortcodes are those that Body knows, and what becomes of them.
var shortcodes = map[string]shortcode{
	"caption": asFigure, "wp_caption": asFigure,
	"audio": asRecording, "video": asRecording,
	"embed":   asLink,
	"gallery": gone, "playlist": gone, "contact-form-7": gone, "contact-form": gone, "wpforms": gone, "gravityform": gone, "ninja_form": gone,
	"mc4wp_form": gone, "toc": gone, "nextpage": gone,
}

type shortcode uint8

const (
	unknown     shortcode = iota
	asFigure              // a picture with a caption
	asRecording           // a film or a sound
	asLink
	gone
)

// openShortcodes writes the shortcodes of s as HTML. Other brackets stay.
func openShortcodes(s string) string {
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	var b strings.Builder
	next := finder{s: s, at: map[string]int{}}
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '[')
		if i < 0 {
			if b.Len() == 0 {
				return s
			}
			b.WriteString(s[from:])
			return b.String()
		}
		i += from
		if name, _, n := readShortcode(s[i+1:]); name != "" && strings.HasPrefix(s[i+1+n:], "]") { // [[gallery]] is about it
			b.WriteString(s[from : i+1+n])
			from = i + 1 + n
			continue
		}
		name, attrs, n := readShortcode(s[i:])
		content, after := next.content(i+n, name)
		if opened, ok := shortcodes[name].open(name, attrs, content); ok {
			b.WriteString(s[from:i] + opened)
			from = i + n + after
		} else {
			b.WriteString(s[from : i+1])
			from = i + 1
		}
	}
}

// readShortcode reads the shortcode that s begins with, and returns its length,
// or no name.
func readShortcode(s string) (name, attrs string, n int) {
	if s == "" || s[0] != '[' {
		return "", "", 0
	}
	end := 1
	for end < len(s) && (isAlphanumeric(s[end]) || s[end] == '-' || s[end] == '_') {
		end++
	}
	name = s[1:end]
	if shortcodes[name] == unknown || end == len(s) || s[end] != ']' && s[end] != ' ' && s[end] != '\n' && s[end] != '/' {
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
	a := func(key string) string { return (token{attrs: " " + attrs + ">"}).value(key) }
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
		if ref == "" {
			ref = a("src")
		}
		if !isLoneAddress(ref) {
			return "", false
		}
		return "\n" + ref + "\n", true
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
