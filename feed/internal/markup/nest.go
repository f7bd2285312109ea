package markup

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// frame is an open element.
type frame struct {
	*element
	start  int  // where its tag stands
	silent bool // it has no tag
	hidden bool // readers of the page do not see it
	filled bool // there is something in it to see
}

func (w *writer) top() *frame { return &w.open[len(w.open)-1] }

// start writes a start tag, after the end tags that it implies.
func (w *writer) start(t token) {
	name := t.name
	if alias, ok := aliases[name]; ok {
		name = alias
	}
	e := profile[name]
	switch top := w.top(); {
	case w.noscript && name != "img":
		for name, s := range t.all() {
			w.hidden = w.hidden || name == "hidden" || name == "style" && isHidden(s)
		}
	case top.element != nil && top.media && name != "source" && name != "track":
	case e != nil:
		w.element(e, t)
	case name == "noscript":
		w.noscript = w.endTag(name) > 0
	case muted[name]:
		if end := w.endTag(name); end > 0 {
			w.z.pos = end
		}
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
	}
	if len(w.open) > maxDepth && !e.void {
		if w.deep == nil {
			w.deep = map[string]int{}
		}
		w.deep[e.name]++
		return
	}
	f := frame{element: e, start: len(w.out)}
	w.out = append(append(w.out, '<'), e.name...)
	tagged := len(w.out)
	f.hidden = w.attributes(e, t)
	switch e.name {
	case "a", "span": // without attributes they say nothing
		f.silent = len(w.out) == tagged || e.name == "a" && !hasHref(w.out[tagged:])
	case "video", "audio":
		f.filled = w.recording(string(w.out[tagged:]), readPicture(t))
	}
	if f.silent {
		w.out = w.out[:f.start]
	} else {
		w.out = append(w.out, '>')
	}
	switch {
	case e.name == "hr":
		w.top().filled = true
	case e.void:
	default:
		w.open = append(w.open, f)
		if e.media && w.endTag(e.name) < 0 {
			w.pop()
		}
	}
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
		w.close(func(f *frame) bool { return f.name == "p" }, func(f *frame) bool { return f.border })
	}
}

// place sees to it that an element, or a text where e is nil, can stand where
// it is read, and reports whether it can: the parts of a table stand in a table
// only, in their order, and everything else in a cell. A browser would move
// what has no cell to before the table.
func (w *writer) place(e *element) bool {
	top := w.top()
	if top.element == nil || !top.table && top.name != "table" || top.border && top.name != "table" { // in no table, or in a cell
		return e == nil || !e.table
	}
	inRow, inColumns := top.name == "tr", top.name == "colgroup"
	switch {
	case inColumns && (e == nil || e.name != "col"):
		w.pop()
		return w.place(e)
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
	w.open = append(w.open, frame{element: profile[name], start: len(w.out)})
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
	case e == nil || w.noscript || top.element != nil && top.media && top.element != e:
	case name == "br": // browsers take it for one
		w.out = append(w.out, "<br>"...)
	case w.deep[name] > 0:
		w.deep[name]--
	default:
		w.close(func(f *frame) bool { return f.element == e }, func(f *frame) bool {
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
			for len(w.open) > i {
				w.pop()
			}
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

// pop ends the innermost element. One with nothing in it goes. A space stays
// where its white space was part of a line of text, and where a block kept two
// texts apart.
func (w *writer) pop() {
	f := *w.top()
	w.open = w.open[:len(w.open)-1]
	switch {
	case f.filled || f.keep:
		w.top().filled = w.top().filled || f.filled
		if !f.silent {
			w.out = append(append(append(w.out, "</"...), f.name...), '>')
		}
	case f.silent:
	default:
		space := !f.block && !f.media && hasSpace(w.out[f.start:])
		w.out = w.out[:f.start]
		if space || f.block && endsWithText(w.out) {
			w.out = append(w.out, ' ')
		}
	}
}

// endTag returns the position behind the end tag of the element whose start
// tag was read last, or -1 if it has none. What is known not to come is not
// looked for twice, and all looks together read no more than the body itself.
func (w *writer) endTag(name string) int {
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
		case t.name != name:
		case t.kind == startTag && !strings.HasSuffix(t.attrs, "/"):
			depth++
		case t.kind == endTag:
			if depth--; depth == 0 {
				return z.pos
			}
		}
	}
}

// endsWithText reports whether out ends with a text, or with an element in a
// line of text.
func endsWithText(out []byte) bool {
	n := len(out)
	if n == 0 || out[n-1] != '>' {
		return n > 0 && !isSpace(out[n-1])
	}
	name, isEnd := bytes.CutPrefix(out[bytes.LastIndexByte(out, '<')+1:n-1], []byte("/"))
	e := profile[string(name)]
	return isEnd && e != nil && !e.block && !e.table && !e.media
}

// hasSpace reports whether there is white space between the tags of an empty
// element.
func hasSpace(out []byte) bool {
	inside := false
	for _, r := range string(out) {
		switch {
		case r == '<':
			inside = true
		case r == '>':
			inside = false
		case !inside && unicode.IsSpace(r):
			return true
		}
	}
	return false
}
