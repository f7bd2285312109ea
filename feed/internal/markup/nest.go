package markup

import (
	"slices"
	"strings"
)

// frame is an open element.
type frame struct {
	*element
	start  int  // where its tag stands
	silent bool // it has no tag
	filled bool // there is something in it to see
	seen   int  // bytes of text in it

	attached bool       // it stands for the style of the element around it, and ends with that
	pre      bool       // every character in it counts
	lines    bool       // every line in it counts
	muted    bool       // text in it has no size
	vector   bool       // it is a drawing, outside of the texts of that
	linked   bool       // it is in a link
	hidden   bool       // readers of the page do not see it
	spoken   bool       // but hear it
	decor    bool       // what it has is not meant to be read
	copied   bool       // what it has is there in another form
	passed   mark       // what its style says of the cells or items in it
	cuts     []*element // of a border: the formatting elements that were cut off before it

	glyphs bool   // it has a formula in glyphs
	icon   bool   // it is a drawing that is a sign
	label  string // a drawing's title, or what is read aloud of a link
	cover  string // the address of the picture behind it
	embed  string // the address of what a script shows in it
	covers bool   // which is what the element is for
}

func (w *writer) top() *frame { return &w.open[len(w.open)-1] }

// start writes a start tag, after the end tags that it implies.
func (w *writer) start(t token) {
	w.raw = unwrapped
	name := t.name
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	e := profile[name]
	switch top := w.top(); {
	case w.noscript:
		w.scriptless(name, t)
	case top.element != nil && top.media && name != "source" && name != "track":
	case top.vector:
		w.vector(name, t)
	case e != nil:
		w.element(e, t)
	default:
		w.foreign(name, t)
	}
}

func (w *writer) element(e *element, t token) {
	w.imply(e)
	if !w.place(e) {
		return
	}
	switch e.name {
	case "img":
		w.image(t)
		return
	case "source", "track":
		w.source(e, t)
		return
	case "picture":
		w.sources = nil
	case "video", "audio":
		if !w.film(t) {
			return
		}
	}
	if len(w.open) > maxDepth && !e.void {
		if w.deep == nil {
			w.deep = map[string]int{}
		}
		w.deep[e.name]++
		return
	}
	f := w.frame(e)
	w.out = append(append(w.out, '<'), e.name...)
	tagged := len(w.out)
	m := w.attributes(&f, t)
	switch e.name {
	case "a": // without attributes it says nothing, nor does a span
		f.linked = hasHref(w.out[tagged:])
		f.silent = !f.linked
	case "span":
		f.silent = len(w.out) == tagged
	case "video", "audio":
		f.filled = w.recording(string(w.out[tagged:]), t)
	}
	f.silent = f.silent || undone[e.name]&m != 0
	f.hidden, f.spoken = m&hides != 0, m&spoken != 0
	f.decor, f.copied = m&decor != 0 && !e.block && !e.table, m&copied != 0
	f.glyphs = m&glyphs != 0
	if f.silent || f.hidden && e.void {
		w.out = w.out[:f.start]
	} else {
		w.out = append(w.out, '>')
	}
	switch {
	case e.name == "hr":
		w.top().filled = w.top().filled || !f.hidden
	case e.void:
	default:
		w.open = append(w.open, f)
		w.mean(m)
		if f.covers && f.cover != "" {
			w.show(f.cover, "")
		}
		if e.media && w.endTag(t.name) < 0 {
			w.pop()
		}
	}
}

// frame returns the frame of an element that begins here.
func (w *writer) frame(e *element) frame {
	top := w.top()
	f := frame{
		element: e, start: len(w.out),
		pre: top.pre || e.name == "pre", lines: top.lines, muted: top.muted, linked: top.linked,
	}
	if e.border {
		f.cuts, w.cuts = w.cuts, nil
	}
	return f
}

// imply writes the end tags that a start tag implies (HTML §13.1.2.4).
func (w *writer) imply(e *element) {
	if len(e.ends) > 0 {
		wanted := func(f *frame) bool { return slices.Contains(e.ends, f.name) }
		border := func(f *frame) bool { return slices.Contains(e.within, f.name) || f.border && !e.table }
		for w.close(wanted, border) {
		}
	}
	if e.block {
		w.apart = false
		w.close(func(f *frame) bool { return f.name == "p" }, func(f *frame) bool { return f.border })
	}
}

// place sees to it that an element, or a text where e is nil, can stand where
// it is read, and reports whether it can: the parts of a table stand in a table
// only, in their order, and everything else in a cell. A browser would move
// what has no cell to before the table.
func (w *writer) place(e *element) bool {
	ok := w.placeCell(e)
	if len(w.cuts) > 0 && (e == nil || !e.block && !e.table) {
		w.reopen()
	}
	return ok
}

func (w *writer) placeCell(e *element) bool {
	top := w.top()
	if top.element == nil || !top.table && top.name != "table" || top.border && top.name != "table" { // in no table, or in a cell
		return e == nil || !e.table
	}
	inRow, inColumns := top.name == "tr", top.name == "colgroup"
	switch {
	case inColumns && (e == nil || e.name != "col"):
		w.pop()
		return w.placeCell(e)
	case e == nil || !e.table:
		if !inRow {
			w.push("tr")
		}
		w.push("td")
	case e.name == "td" || e.name == "th":
		if !inRow {
			w.push("tr")
		}
	case e.name == "col":
		return inColumns || top.name == "table"
	case e.name == "tr":
		return !inRow
	default:
		return top.name == "table"
	}
	return true
}

// push opens an element that nobody has written.
func (w *writer) push(name string) {
	w.open = append(w.open, w.frame(profile[name]))
	w.out = append(append(append(w.out, '<'), name...), '>')
}

// end writes an end tag, after those of the elements inside. One that ends
// nothing is dropped.
func (w *writer) end(name string) {
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	e := profile[name]
	switch top := w.top(); {
	case name == "noscript":
		w.noscript, w.hidden = false, false
	case w.noscript || top.element != nil && top.media && top.element != e:
	case e == nil:
		if w.pseudo > 0 {
			w.close(func(f *frame) bool { return f.pseudo && f.name == name }, func(f *frame) bool { return f.border })
		}
	case name == "br": // browsers take it for one
		w.out = append(w.out, "<br>"...)
	case w.deep[name] > 0:
		w.deep[name]--
	case w.uncut(e):
	default:
		w.close(func(f *frame) bool { return f.element == e && !f.attached }, func(f *frame) bool {
			return f.name == "table" || f.border && !e.table && name != "table"
		})
	}
}

// close ends the innermost element that is wanted and all that are open in it,
// unless a border comes first, and reports whether it did.
func (w *writer) close(wanted, border func(*frame) bool) bool {
	for i := len(w.open) - 1; i > 0; i-- {
		switch f := &w.open[i]; {
		case wanted(f):
			border := f.border
			for len(w.open) > i+1 {
				if !border {
					w.cutOff(w.top())
				}
				w.pop()
			}
			w.pop()
			return true
		case border(f):
			return false
		}
	}
	return false
}

func (w *writer) closeAll() {
	for len(w.open) > 1 {
		w.pop()
	}
}

// endTag returns the position behind the end tag of the element whose start
// tag was read last, or -1 if it has none.
func (w *writer) endTag(name string) int { return w.look(name, func(token) {}) }

// look is endTag that shows what stands before the end tag to visit. What is
// known not to come is not looked for twice, and all looks together read no
// more than the body itself.
func (w *writer) look(name string, visit func(token)) int {
	if w.unclosed[name] {
		return -1
	}
	z := w.z
	for depth := 1; ; w.looked++ {
		t, ok := z.next()
		switch {
		case !ok || w.looked > maxTokens:
			if w.unclosed == nil {
				w.unclosed = map[string]bool{}
			}
			w.unclosed[name] = true
			return -1
		case t.name != name || t.kind == rawToken:
			visit(t)
		case t.kind == startTag && !strings.HasSuffix(t.attrs, "/"):
			depth++
			visit(t)
		case t.kind == endTag:
			if depth--; depth == 0 {
				return z.pos
			}
		}
	}
}
