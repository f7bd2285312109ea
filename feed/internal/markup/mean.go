package markup

// mean writes the elements that say what the marks of the innermost element
// say. Those of a list or a table are passed to what is in that.
func (w *writer) mean(m mark) {
	f := w.top()
	switch {
	case m&tiny != 0:
		f.muted = true
	case m&sized != 0:
		f.muted = false
	}
	f.lines = f.lines || m&preserves != 0
	m &= strikes | lowers | raises
	if f.block || f.table {
		m &= strikes
	}
	switch parent := &w.open[len(w.open)-2]; f.name {
	case "table", "colgroup", "thead", "tbody", "tfoot", "tr", "ul", "ol", "dl":
		f.passed = m | parent.passed
		return
	case "td", "th", "caption", "li", "dt", "dd":
		m |= parent.passed
	case "picture", "video", "audio", "ruby", "details":
		return
	}
	for _, meaning := range meanings {
		if m&meaning.mark == 0 || len(w.open) > maxDepth || w.means(meaning.element) {
			continue
		}
		w.push(meaning.element)
		w.top().attached = true
	}
}

// means reports whether the innermost elements in a line say what an element says.
func (w *writer) means(name string) bool {
	for i := len(w.open) - 1; i > 0; i-- {
		switch f := &w.open[i]; {
		case f.silent && !f.block:
		case f.name == name || f.name == "del" && name == "s":
			return true
		case f.block || f.table:
			return false
		}
	}
	return false
}
