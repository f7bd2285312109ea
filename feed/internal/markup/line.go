package markup

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// linkLines makes a link of each address that is alone on its line, as it is where
// a film is to be shown. It looks at what is written: what came between and has
// left nothing does not part a line. When the body is full, addresses stay text.
func (w *writer) linkLines() {
	if !bytes.Contains(w.out, []byte("://")) {
		return
	}
	var out []byte
	from := 0           // what is before is in out
	links, pres := 0, 0 // open elements in which an address stays as it is
	for i := 0; i < len(w.out); {
		if w.out[i] == '<' {
			tag := tagAt(w.out, i)
			links, pres = links+opens(tag, "a"), pres+opens(tag, "pre")
			i += len(tag)
			continue
		}
		start := i
		n := bytes.IndexByte(w.out[i:], '<')
		if n < 0 {
			n = len(w.out) - i
		}
		i += n
		if links+pres > 0 || !bytes.Contains(w.out[start:i], []byte("://")) {
			continue
		}
		begun := !endsWithText(w.out[:start])
		for line := range bytes.Lines(w.out[start:i]) {
			start += len(line)
			full := len(out)+len(w.out)-from > maxBody
			if ended := line[len(line)-1] == '\n' || beginsLine(w.out[i:]); begun && ended && !full {
				if link := w.lineLink(line); link != nil {
					out = append(append(out, w.out[from:start-len(line)]...), link...)
					from = start
				}
			}
			begun = true
		}
	}
	if from > 0 {
		w.out = append(out, w.out[from:]...)
	}
}

// opens returns 1 for the start tag of an element, -1 for its end tag.
func opens(tag []byte, name string) int {
	rest, isEnd := bytes.CutPrefix(tag[1:], []byte("/"))
	rest, ok := bytes.CutPrefix(rest, []byte(name))
	switch {
	case !ok || rest[0] != ' ' && rest[0] != '>':
		return 0
	case isEnd:
		return -1
	}
	return 1
}

// beginsLine reports whether the line before written HTML ends with it: at its end,
// at a break, at a block, and at the end of the element that the line is in.
func beginsLine(out []byte) bool {
	if len(out) == 0 {
		return true
	}
	tag := tagAt(out, 0)
	e := profile[tagName(string(tag))]
	return tag[1] == '/' || e.block || e.name == "br"
}

// lineLink returns the link for a written line that is an address, or nil.
func (w *writer) lineLink(line []byte) []byte {
	s := html.UnescapeString(string(line))
	ref := strings.TrimSpace(s)
	if !isLoneAddress(ref) {
		return nil
	}
	href := w.web(ref)
	if href == "" {
		return nil
	}
	before, after, _ := strings.Cut(s, ref)
	link := appendValue([]byte(before+`<a href="`), href)
	link = appendText(append(link, `">`...), ref)
	return append(link, "</a>"+after...)
}

// isLoneAddress reports whether s is an address of the web and nothing else.
func isLoneAddress(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\n<>\"") && len(s) > len("https://") && strings.Contains(s, ".")
}
