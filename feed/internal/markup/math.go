package markup

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// formula writes a formula once: as TeX where its source is there, else its
// glyphs in a line.
func (w *writer) formula(t token) {
	start := w.z.pos
	end := w.endTag("math")
	if end < 0 {
		return
	}
	source := t.value("alttext")
	z := scanner{s: w.z.s[start:end]}
	m := linear{}
	for {
		inner, ok := z.next()
		if !ok {
			break
		}
		m.read(inner)
	}
	w.z.pos = end
	for _, s := range []string{m.tex.String(), source, m.out.String()} {
		s = strings.Join(strings.Fields(text.Clean(html.UnescapeString(s))), " ")
		if s != "" {
			w.dropOpenGlyphs()
			w.say(s)
			return
		}
	}
}

// dropOpenGlyphs takes out what has been written of the formula whose source has been
// read inside of its glyphs, unless an element is open in that has a tag.
func (w *writer) dropOpenGlyphs() {
	i := slices.IndexFunc(w.open[1:], func(f frame) bool { return f.glyphs }) + 1
	if i == 0 || slices.ContainsFunc(w.open[i+1:], func(f frame) bool { return !f.silent }) {
		return
	}
	start := w.open[i].start
	if !w.open[i].silent {
		start += bytes.IndexByte(w.out[start:], '>') + 1
	}
	w.dropFrom(start)
}

// dropGlyphs takes out the formula in glyphs that is right before its source.
func (w *writer) dropGlyphs() {
	if w.glyphs[0] < w.glyphs[1] && w.glyphs[1] == len(w.out) {
		w.dropFrom(w.glyphs[0])
	}
}

// dropFrom takes out what was written from start on, where no element with a tag has
// begun since that is still open.
func (w *writer) dropFrom(start int) {
	w.undo(start)
	for i := range w.open {
		w.open[i].start = min(w.open[i].start, start)
	}
}

// linear reads MathML.
type linear struct {
	out     strings.Builder
	tex     strings.Builder
	parts   []part
	inTeX   bool
	skipped int // open annotations
}

// part is an open element whose children have signs between them.
type part struct {
	name     string
	children int
}

// signs are what stands before the children of an element, the first, the
// second and the third, and behind the last.
var signs = map[string][4]string{
	"mfrac": {"(", ")/(", "", ")"}, "msup": {"", "^", "", ""}, "msub": {"", "_", "", ""}, "msubsup": {"", "_", "^", ""},
	"msqrt": {"√(", "", "", ")"}, "mroot": {"√(", "; ", "", ")"}, "munder": {"", "_", "", ""}, "mover": {"", "^", "", ""}, "munderover": {"", "_", "^", ""},
	"mfenced": {"(", "", "", ")"},
}

// lists are the elements that have any number of children, and what parts these.
var lists = map[string]string{"mtable": "; ", "mtr": ", ", "mfenced": ", "}

func (m *linear) read(t token) {
	switch {
	case t.kind == textToken:
		switch {
		case m.inTeX:
			m.tex.WriteString(t.raw)
		case m.skipped == 0:
			m.out.WriteString(strings.TrimSpace(t.raw))
		}
	case t.kind == startTag && !strings.HasSuffix(t.attrs, "/"):
		if strings.HasPrefix(t.name, "annotation") {
			m.skipped++
			m.inTeX = strings.Contains(strings.ToLower(t.value("encoding")), "tex")
			return
		}
		m.child()
		m.parts = append(m.parts, part{name: t.name})
	case t.kind == endTag && strings.HasPrefix(t.name, "annotation"):
		m.skipped, m.inTeX = max(m.skipped-1, 0), false
	case t.kind == endTag:
		if n := len(m.parts) - 1; n >= 0 && m.parts[n].name == t.name {
			if s := signs[t.name]; m.parts[n].children > 0 {
				m.out.WriteString(s[3])
			}
			m.parts = m.parts[:n]
		}
	}
}

// child writes what stands before the next child of the innermost element.
func (m *linear) child() {
	if n := len(m.parts) - 1; n >= 0 {
		p := &m.parts[n]
		if between := lists[p.name]; p.children > 0 {
			m.out.WriteString(between)
		}
		if s, ok := signs[p.name]; ok && p.children < 3 {
			m.out.WriteString(s[p.children])
		}
		p.children++
	}
}
