package wordpress

import (
	"bytes"
	"strings"
)

// blockElements are those that text does not flow around: a paragraph ends before
// one begins, and another begins behind its end. True: text that comes directly
// behind its start tag is not a paragraph.
var blockElements = map[string]bool{
	"address": true, "article": true, "aside": true, "blockquote": false, "caption": true, "col": true, "colgroup": true, "dd": true,
	"details": true, "div": true, "dl": true, "dt": true, "fieldset": true, "figcaption": true, "figure": true, "footer": true,
	"form": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "header": true, "hgroup": true, "hr": false,
	"legend": true, "li": true, "map": true, "menu": true, "nav": true, "ol": true, "p": true, "pre": true, "section": true,
	"style": true, "summary": true, "table": true, "tbody": true, "td": true, "tfoot": true, "th": true, "thead": true, "tr": true, "ul": true,
}

// quietElements have line ends between what is in them, which break no line.
var quietElements = map[string]bool{"audio": true, "object": true, "picture": true, "select": true, "video": true}

// paragraphs returns content without blocks with its paragraphs, which blank
// lines or two line breaks part, and with a line break at each other line end.
func (r *renderer) paragraphs(s string) string {
	w := &flow{known: r.known, broken: true}
	w.out.Grow(len(s) + len(s)/8)
	z := scanner{s: s}
	for {
		t, ok := z.token()
		if !ok {
			break
		}
		w.write(t)
	}
	w.end()
	return w.out.String()
}

// flow writes tokens with paragraphs around text.
type flow struct {
	known   map[string]opener
	out     strings.Builder
	run     []byte // text and elements in it since the last block
	bare    bool   // it is no paragraph, as it comes directly behind a start tag
	broken  bool   // it ends with a line break, or is empty
	written bool   // and that is the author's
	quiet   int    // open elements in which line ends break no line
}

func (w *flow) write(t token) {
	switch t.kind {
	case text:
		w.text(t.s)
	case comment:
		if t.s == "<!--nextpage-->" {
			w.part()
		}
	default:
		w.element(t)
	}
}

func (w *flow) element(t token) {
	inside, block := blockElements[t.name]
	switch {
	case block:
		w.end()
		w.out.WriteString(t.s)
		if w.bare = inside && t.kind == tag && !t.end; !w.bare {
			w.out.WriteByte('\n')
		}
		return
	case t.name == "br" && w.broken && w.written:
		w.part()
		return
	case t.kind == tag && quietElements[t.name]:
		if w.quiet++; t.end {
			w.quiet = max(0, w.quiet-2)
		}
	}
	w.run = append(w.run, t.s...)
	w.broken = t.name == "br"
	w.written = w.broken
}

// text adds a text to the run, which its blank lines end.
func (w *flow) text(s string) {
	for s != "" && w.quiet == 0 {
		i := strings.IndexByte(s, '\n')
		if i < 0 {
			break
		}
		w.add(s[:i])
		rest := strings.TrimLeft(s[i:], " \t\n\f\v")
		switch space := s[i : len(s)-len(rest)]; {
		case strings.Count(space, "\n") > 1:
			w.part()
		default:
			if !w.broken {
				w.run = append(w.run, "<br>"...)
				w.broken = true
			}
			w.run = append(w.run, space...)
		}
		s = rest
	}
	w.add(s)
}

// add adds a text without line ends.
func (w *flow) add(s string) {
	w.run = append(w.run, s...)
	if w.broken && strings.TrimSpace(s) != "" {
		w.broken, w.written = false, false
	}
}

// part ends a paragraph. What comes next is another.
func (w *flow) part() {
	w.end()
	w.bare = false
}

// end writes the run.
func (w *flow) end() {
	content := bytes.TrimSpace(w.run)
	w.run, w.broken, w.written = w.run[:0], true, false
	for bytes.HasSuffix(content, []byte("<br>")) {
		content = bytes.TrimSpace(content[:len(content)-len("<br>")])
	}
	switch {
	case len(content) == 0:
	case w.bare || isShortcode(content, w.known):
		w.out.Write(content)
	default:
		w.out.WriteString("<p>")
		w.out.Write(content)
		w.out.WriteString("</p>\n")
	}
}
