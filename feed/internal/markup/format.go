package markup

import "slices"

// formatting are the elements that go on behind the end of one around them, until
// their own end tag (HTML §13.2.4.3, the list of active formatting elements). A link
// is none here: one without an end would lead from all of the article.
var formatting = map[string]bool{
	"s": true, "b": true, "strong": true, "i": true, "em": true, "u": true, "code": true, "small": true,
}

// cutOff notes a formatting element that ends with the one around it. What is struck
// out goes on even where its end tag is missing, as pages show it: a text that reads
// as true is worse than one that reads as struck out. Emphasis does not.
func (w *writer) cutOff(f *frame) {
	if !formatting[f.name] || f.attached || f.silent || f.hidden || slices.Contains(w.cuts, f.element) {
		return
	}
	if f.name == "s" || w.endTag(f.name) > 0 {
		w.cuts = slices.Insert(w.cuts, 0, f.element) // the outer ones come later
	}
}

// uncut forgets a formatting element that was cut off, when its end tag comes before
// anything that it would format, and reports whether it did.
func (w *writer) uncut(e *element) bool {
	i := slices.Index(w.cuts, e)
	if i < 0 {
		return false
	}
	w.cuts = slices.Delete(w.cuts, i, i+1)
	return true
}

// reopen opens the formatting elements that were cut off around what comes next.
func (w *writer) reopen() {
	cuts := w.cuts
	w.cuts = nil
	for _, e := range cuts {
		if len(w.open) > maxDepth {
			return
		}
		w.push(e.name)
	}
}
