package markup

import (
	"bytes"
	"strings"
)

// runs notes that text outside of all blocks begins anew behind a block.
func (w *writer) runs(f *frame) {
	if len(w.open) == 1 && f.block {
		w.runAt = len(w.out)
	}
}

// loose writes a text with lines that stands outside of all blocks. Blank lines
// part paragraphs there.
func (w *writer) loose(s string) bool {
	for {
		i, n := blankLine(s)
		if i < 0 {
			return w.line(s)
		}
		if !w.line(s[:i]) {
			return false
		}
		if len(bytes.TrimSpace(w.out[w.runAt:])) > 0 && (w.lines || isRunOfText(w.out[w.runAt:])) {
			w.lines = true
			w.endRun()
		} else if !isBlank(s[i+n:]) {
			w.lines = true
		}
		if !w.plain(s[i : i+n]) {
			return false
		}
		w.runAt = len(w.out)
		s = s[i+n:]
	}
}

// isRunOfText reports whether there is text among written tags.
func isRunOfText(b []byte) bool {
	inside := false
	for _, c := range b {
		switch {
		case c == '<':
			inside = true
		case c == '>':
			inside = false
		case !inside && !isSpace(c):
			return true
		}
	}
	return false
}

// blankLine returns where the white space with the first blank line in s is, or
// -1.
func blankLine(s string) (i, n int) {
	for i = 0; i < len(s); i += n {
		k := strings.IndexByte(s[i:], '\n')
		if k < 0 {
			break
		}
		i += k
		n = len(s[i:]) - len(strings.TrimLeft(s[i:], " \t\n"))
		if strings.Count(s[i:i+n], "\n") > 1 {
			return i, n
		}
	}
	return -1, 0
}

// endRun makes a paragraph of the text outside of all blocks, if blank lines
// part such text. Other line ends in it are line breaks.
func (w *writer) endRun() {
	if !w.lines || len(w.open) > 1 {
		return
	}
	run := w.out[w.runAt:]
	content := bytes.TrimSpace(run)
	if len(content) == 0 {
		return
	}
	before := len(run) - len(bytes.TrimLeft(run, " \t\n"))
	content = breakLines(content)
	w.out = append(w.out[:w.runAt+before], "<p>"...)
	w.out = append(append(w.out, content...), "</p>"...)
	w.last = shown{}
	w.runAt = len(w.out)
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

// line writes a text; an address alone on its line becomes a link, as it is
// where a film is to be shown.
func (w *writer) line(s string) bool {
	if !strings.Contains(s, "://") || w.top().linked || w.top().pre {
		return w.plain(s)
	}
	begins := !endsWithText(w.out) || bytes.HasSuffix(w.out, []byte("<br>")) || bytes.HasSuffix(w.out, []byte("\n"))
	rest := w.z.s[w.z.pos:]
	for line := range strings.Lines(s) {
		ref := strings.TrimSpace(line)
		ends := strings.HasSuffix(line, "\n") || rest == "" || strings.HasPrefix(rest, "</") || strings.HasPrefix(rest, "<br")
		href := ""
		if begins && ends && isLoneAddress(ref) {
			href = w.web(ref)
		}
		if href == "" {
			if !w.plain(line) {
				return false
			}
		} else {
			i := strings.Index(line, ref)
			w.plain(line[:i])
			w.out = append(w.out, "<a"...)
			w.attribute("href", webAddress, href)
			w.out = append(w.out, '>')
			w.plain(ref)
			w.out = append(w.out, "</a>"...)
			if !w.plain(line[i+len(ref):]) || len(w.out) >= maxBody {
				return false
			}
		}
		begins = true
	}
	return true
}

// isLoneAddress reports whether s is an address of the web and nothing else.
func isLoneAddress(s string) bool {
	return (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\n<>\"") && len(s) > len("https://") && strings.Contains(s, ".")
}
