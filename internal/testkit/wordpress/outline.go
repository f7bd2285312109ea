package wordpress

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Outline returns what readers see of HTML: a line for each paragraph, heading and
// the like with its text, for each line break, and for each picture, recording and
// link. Quotation marks, dashes and ellipses are as a typewriter has them, spaces
// are single.
//
// What differs between WordPress and what it keeps is left out: numbers that it adds
// to the addresses of recordings, the size of a copy of a picture, and the links of a
// gallery to the page of each picture.
func Outline(s string) []string {
	o := &outline{}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			o.flush()
			return o.lines
		case html.TextToken:
			o.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			o.start(z.Token())
		case html.EndTagToken:
			name, _ := z.TagName()
			o.end(string(name))
		}
	}
}

type outline struct {
	lines []string
	line  strings.Builder
	pre   bool
}

var (
	spaces     = regexp.MustCompile(`[\s\x{a0}\x{3000}]+`)
	dashes     = regexp.MustCompile(`[-–—]+`)
	added      = regexp.MustCompile(`\?_=\d+$`)
	size       = regexp.MustCompile(`-\d+x\d+(\.\w+)$`)
	attachment = regexp.MustCompile(`^https://www\.news\.example/(archives/9\d\d|archives/\d+/\w+|\?attachment_id=\d+)$`)
	typewriter = strings.NewReplacer("“", `"`, "”", `"`, "″", `"`, "„", `"`, "‘", "'", "’", "'", "′", "'", "…", "...", "×", "x")
)

func (o *outline) flush() {
	text := strings.TrimSpace(spaces.ReplaceAllString(o.line.String(), " "))
	o.line.Reset()
	if text != "" {
		o.lines = append(o.lines, text)
	}
}

func (o *outline) text(s string) {
	s = dashes.ReplaceAllString(typewriter.Replace(html.UnescapeString(s)), "-")
	if o.pre {
		s = strings.ReplaceAll(s, "\n", "⏎")
	}
	o.line.WriteString(s)
}

func (o *outline) start(t html.Token) {
	value := map[string]string{}
	for _, a := range t.Attr {
		value[a.Key] = size.ReplaceAllString(added.ReplaceAllString(a.Val, ""), "$1")
	}
	switch t.Data {
	case "a":
		if href := value["href"]; !attachment.MatchString(href) {
			o.line.WriteString("⟨" + href + "⟩")
		}
	case "img":
		o.flush()
		o.lines = append(o.lines, "picture "+value["src"])
	case "audio", "video", "source":
		for _, key := range []string{"poster", "src"} {
			if value[key] != "" {
				o.flush()
				o.lines = append(o.lines, "recording "+key+" "+value[key])
			}
		}
	case "br":
		o.flush()
	default:
		o.end(t.Data)
	}
	if t.Data == "pre" {
		o.pre = true
	}
}

// end ends a line, but for elements inside of text.
func (o *outline) end(name string) {
	switch name {
	case "a", "b", "bdi", "cite", "code", "del", "em", "i", "s", "small", "span", "strong", "sub", "sup", "u":
		return
	case "pre":
		o.pre = false
	}
	o.flush()
}
