package markup

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"feedstation/feed/internal/text"
)

// run is the text outside of all blocks between two of them, in its paragraphs.
type run struct {
	start, end int
	parts      [][]byte // none if there is a block in an element
}

// paragraphs makes paragraphs of the text outside of all blocks if blank lines or
// indented ones part such text. Other line ends in it are line breaks then. It looks at what is
// written: what has no tag in that parts nothing.
func (w *writer) paragraphs() {
	if !hasBlankLine(w.out) {
		return
	}
	runs, parted := runsOf(w.out)
	if !parted {
		return
	}
	var out []byte
	from := 0
	for _, r := range runs {
		if r.parts == nil {
			continue
		}
		out = append(out, w.out[from:r.start]...)
		from = r.end
		for _, part := range r.parts {
			if len(out) > maxBody {
				w.out, w.cut = out, true
				return
			}
			out = appendParagraph(out, part)
		}
	}
	w.out = append(out, w.out[from:]...)
}

// hasBlankLine reports whether there is a line with nothing but blanks, or one that
// is indented.
func hasBlankLine(b []byte) bool {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return false
		}
		b = bytes.TrimLeft(b[i+1:], " \t")
		if len(b) > 0 && b[0] == '\n' || isIndented(b) {
			return true
		}
	}
}

// isIndented reports whether a line begins as a paragraph of Chinese does, with a
// space that is as wide as a character.
func isIndented(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\u3000")) || bytes.HasPrefix(b, []byte("\u2003"))
}

// container is an open block, or the body.
type container struct {
	flow   bool // paragraphs can stand in it
	shut   bool // it is in a line of text, or in one that counts every character
	start  int  // where the text begins that has no block in it
	inline int  // open elements in the line of text
}

// runsOf returns the texts of written HTML that are outside of all blocks, and of
// those in quotations, items and sections the ones with blank lines. It reports
// whether blank lines part one outside.
func runsOf(out []byte) (runs []run, parted bool) {
	open := []container{{flow: true}}
	end := func(at int) {
		top := &open[len(open)-1]
		if !top.flow || top.inline > 0 || at == top.start {
			return
		}
		parts, blank := splitRun(out[top.start:at])
		if outside := len(open) == 1; outside || blank {
			runs, parted = append(runs, run{top.start, at, parts}), parted || blank && outside
		}
	}
	for i := 0; i < len(out); {
		n := bytes.IndexByte(out[i:], '<')
		if n < 0 {
			break
		}
		at := i + n
		tag := tagAt(out, at)
		i = at + len(tag)
		top := &open[len(open)-1]
		switch e := profile[tagName(string(tag))]; {
		case tag[1] == '/' && (e.block || e.table):
			end(at)
			open = open[:len(open)-1]
			if top = &open[len(open)-1]; top.inline == 0 {
				top.start = i
			}
		case tag[1] == '/':
			top.inline--
		case e.block || e.table:
			end(at)
			if top.inline == 0 {
				top.start = i
			}
			if !e.void {
				shut := top.shut || top.inline > 0 || e.name == "pre"
				open = append(open, container{flow: e.flow && !shut, shut: shut, start: i})
			}
		case !e.void:
			top.inline++
		}
	}
	end(len(out))
	return runs, parted
}

// tagAt returns the tag of written HTML that is there.
func tagAt(out []byte, at int) []byte {
	return out[at : at+bytes.IndexByte(out[at:], '>')+1]
}

// appendParagraph appends a part of a run as a paragraph, if there is something
// in it, and the white space around that.
func appendParagraph(out, part []byte) []byte {
	content := bytes.Trim(part, " \t\n")
	if isEmpty(content) {
		if len(content) == 0 {
			return append(out, part...)
		}
		return out
	}
	i := bytes.Index(part, content)
	out = append(append(out, part[:i]...), "<p>"...)
	out = append(append(out, breakLines(content)...), "</p>"...)
	return append(out, part[i+len(content):]...)
}

// isEmpty reports whether nobody can see anything of written HTML.
func isEmpty(b []byte) bool {
	for len(b) > 0 {
		if b[0] == '<' {
			tag := tagAt(b, 0)
			switch tagName(string(tag)) {
			case "img", "video", "audio":
				return false
			}
			b = b[len(tag):]
			continue
		}
		n := bytes.IndexByte(b, '<')
		if n < 0 {
			n = len(b)
		}
		if !isBlank(string(b[:n])) {
			return false
		}
		b = b[n:]
	}
	return true
}

// splitRun splits written HTML behind blank lines and before indented ones outside
// of elements, and reports whether they part texts from one another or from blocks. It returns no
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
			tag := string(tagAt(run, i))
			switch e := profile[tagName(tag)]; {
			case strings.HasPrefix(tag, "</"):
				depth--
			case e.block || e.table:
				return nil, false
			case !e.void:
				depth++
			}
			i += len(tag)
		case c == '\n' && depth == 0:
			n := len(run[i:]) - len(bytes.TrimLeft(run[i:], " \t\n"))
			i += n
			broken := bytes.HasSuffix(bytes.TrimRight(run[:i], " \t\n"), []byte("<br>"))
			if bytes.Count(run[i-n:i], []byte("\n")) > 1 || isIndented(run[i:]) && !broken {
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
			tag := string(tagAt(b, i))
			between = tag == "<br>"
			switch name := tagName(tag); name {
			case "picture", "video", "audio", "ruby":
				quiet = tag[1] != '/'
			}
			out = append(out, tag...)
			i += len(tag) - 1
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
