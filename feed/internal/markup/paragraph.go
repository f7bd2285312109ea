package markup

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// runs notes that text outside of all blocks begins anew behind a block.
func (w *writer) runs(f *frame) {
	if len(w.open) == 1 && f.block {
		w.runAt = len(w.out)
	}
}

// endRun makes paragraphs of the text outside of all blocks that ends here, if
// blank lines part such text. Other line ends in it are line breaks then.
func (w *writer) endRun() {
	if len(w.open) > 1 || !w.lines && bytes.IndexByte(w.out[w.runAt:], '\n') < 0 {
		return
	}
	parts, parted := splitRun(w.out[w.runAt:])
	if w.lines = w.lines || parted; !w.lines {
		return
	}
	if parts == nil {
		return
	}
	var out []byte
	for _, part := range parts {
		if w.full = w.runAt+len(out) > maxBody; w.full {
			break
		}
		content := bytes.TrimSpace(part)
		if isBlank(string(content)) {
			out = append(out, part...)
			continue
		}
		i := bytes.Index(part, content)
		out = append(append(out, part[:i]...), "<p>"...)
		out = append(append(out, breakLines(content)...), "</p>"...)
		out = append(out, part[i+len(content):]...)
	}
	w.out = append(w.out[:w.runAt], out...)
	w.runAt, w.last = len(w.out), shown{}
}

// splitRun splits written HTML behind blank lines outside of elements, and
// reports whether they part texts from one another or from blocks. It returns no
// parts if there is a block in an element.
func splitRun(run []byte) (parts [][]byte, parted bool) {
	from, depth := 0, 0
	loose, blank, content := false, false, 0 // outside of elements; parts with something in them
	filled := false
	end := func(at int) {
		parts, from = append(parts, run[from:at]), at
		if filled {
			content++
		}
		filled = false
	}
	for i := 0; i < len(run); {
		switch c := run[i]; {
		case c == '<':
			n := bytes.IndexByte(run[i:], '>') + 1
			if n == 0 {
				n = len(run) - i
			}
			switch tag := string(run[i : i+n]); {
			case strings.HasPrefix(tag, "</"):
				depth--
			case profile[tagName(tag)].block || profile[tagName(tag)].table:
				return nil, false
			case !profile[tagName(tag)].void:
				depth++
			}
			i += n
		case c == '\n' && depth == 0:
			n := len(run[i:]) - len(bytes.TrimLeft(run[i:], " \t\n"))
			i += n
			if bytes.Count(run[i-n:i], []byte("\n")) > 1 {
				blank = true
				end(i)
			}
		default:
			r, n := utf8.DecodeRune(run[i:])
			if !unicode.IsSpace(r) && !text.IsInvisible(r) {
				filled, loose = true, loose || depth == 0
			}
			i += n
		}
	}
	end(len(run))
	return parts, blank && (loose || content > 1)
}

// breakLines returns written HTML with its lines broken where it has text.
func breakLines(b []byte) []byte {
	var out []byte
	between, quiet := true, false // tags that are lines by themselves; inside of one whose white space is none
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '<':
			n := bytes.IndexByte(b[i:], '>') + 1
			if n == 0 {
				n = len(b) - i
			}
			tag := string(b[i : i+n])
			between = tag == "<br>"
			switch name := tagName(tag); name {
			case "picture", "video", "audio", "ruby":
				quiet = tag[1] != '/'
			}
			out = append(out, tag...)
			i += n - 1
			continue
		case '\n':
			if !between && !quiet && !bytes.HasPrefix(bytes.TrimLeft(b[i:], " \t\n"), []byte("<br")) {
				out = append(out, "<br>"...)
			}
			between = true
		case ' ', '\t':
		default:
			between = false
		}
		out = append(out, b[i])
	}
	return out
}

// line writes a text and ends the lines in it.
func (w *writer) line(s string) bool {
	if !w.colon && strings.IndexByte(s, ':') < 0 {
		return w.plain(s)
	}
	for line := range strings.Lines(s) {
		text, ends := strings.CutSuffix(line, "\n")
		w.colon = w.colon || strings.IndexByte(text, ':') >= 0
		if !w.plain(text) {
			return false
		}
		if !ends {
			break
		}
		w.endLine()
		w.colon = false
		if !w.plain("\n") {
			return false
		}
	}
	return len(w.out) < maxBody
}

// endLine makes a link of an address that is alone on the line that ends here, as
// it is where a film is to be shown. It looks at what is written: what came between
// and has left nothing does not part a line.
func (w *writer) endLine() {
	if !w.colon {
		return
	}
	start := bytes.LastIndexAny(w.out, ">\n") + 1
	if !bytes.Contains(w.out[start:], []byte("://")) {
		return
	}
	begun := w.out[:start]
	line := html.UnescapeString(string(w.out[start:]))
	ref := strings.TrimSpace(line)
	if !isLoneAddress(ref) || w.top().linked || w.top().pre ||
		endsWithText(begun) && !bytes.HasSuffix(begun, []byte("<br>")) {
		return
	}
	href := w.web(ref)
	if href == "" || slices.ContainsFunc(w.open, func(f frame) bool { return f.start > start && (f.hidden || f.decor || f.copied) }) {
		return
	}
	end := len(w.out)
	i := strings.Index(line, ref)
	w.out = append(w.out[:start], line[:i]+"<a"...)
	w.attribute("href", webAddress, href)
	w.out = append(w.out, '>')
	shift := len(w.out) - start - i
	w.out = append(appendText(w.out, ref), "</a>"+line[i+len(ref):]...)
	for i := range w.open { // elements that have no tag
		switch f := &w.open[i]; {
		case f.start == end:
			f.start = len(w.out)
		case f.start > start:
			f.start += shift
		}
	}
}

// isLoneAddress reports whether s is an address of the web and nothing else.
func isLoneAddress(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\n<>\"") && len(s) > len("https://") && strings.Contains(s, ".")
}
