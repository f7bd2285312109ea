package markup

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// pop ends the innermost element. One with nothing in it goes, see [rest], and
// so does one that nobody sees, with all that is in it.
func (w *writer) pop() {
	if top := w.top(); !top.filled && !top.hidden {
		w.standIn(top)
	} else if top.embed != "" {
		w.play(top.embed)
	}
	f := *w.top()
	w.open = w.open[:len(w.open)-1]
	if f.pseudo {
		w.pseudo--
	}
	if f.element.border {
		w.cuts = f.cuts
	}
	switch {
	case f.block:
		w.apart = false
	case f.pseudo && f.name == "svg" && f.filled:
		w.apart = true
	}
	if w.isHidden(&f) {
		if f.spoken {
			w.speak(w.out[f.start:])
		}
		w.undo(f.start)
		if f.block && endsWithText(w.out) {
			w.out = append(w.out, ' ')
		}
		return
	}
	if f.glyphs {
		defer func() { w.glyphs = [2]int{f.start, len(w.out)} }()
	}
	top := w.top()
	top.seen += f.seen
	switch {
	case f.filled || f.keep || f.pre && f.name != "pre":
		top.filled = top.filled || f.filled
		if !f.silent {
			w.out = append(append(append(w.out, "</"...), f.name...), '>')
		}
	case f.silent:
	default:
		left := rest(&f, w.out)
		w.out = append(w.out[:f.start], left...)
	}
}

// speak keeps what is read aloud of the link that is open: where that has nothing to see
// but a sign made by a style, it is what the link says.
func (w *writer) speak(markup []byte) {
	for i := len(w.open) - 1; i >= 0; i-- {
		if f := &w.open[i]; f.element != nil && f.name == "a" && f.linked {
			if f.label == "" {
				f.label = textIn(markup)
			}
			return
		}
	}
}

// textIn returns the text of what was written, on one line.
func textIn(markup []byte) string {
	var b strings.Builder
	for len(markup) > 0 {
		plain, rest, _ := bytes.Cut(markup, []byte("<"))
		b.Write(plain)
		_, markup, _ = bytes.Cut(rest, []byte(">"))
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}

// maxDecor is how many bytes of text an element for the eye only has, at most:
// an icon, or the sign of a link to a heading.
const maxDecor = 64

// isHidden reports whether an element that ends goes with what is in it.
func (w *writer) isHidden(f *frame) bool {
	switch {
	case f.hidden:
		w.concealed = max(w.concealed, f.seen)
		return w.reveal == 0 || f.seen < w.reveal
	case f.copied:
		return true
	case f.decor:
		return f.seen <= maxDecor && !f.pictured(w)
	case f.name == "a" && f.linked && f.seen <= utf8.UTFMax:
		return w.isPermalink(f)
	}
	return false
}

// isPermalink reports whether a link that ends is the sign in a heading that leads
// to the heading itself.
func (w *writer) isPermalink(f *frame) bool {
	tag, sign, _ := bytes.Cut(w.out[f.start:], []byte(">"))
	switch top := w.top(); string(sign) {
	case "#", "¶", "§", "🔗", "⚓", "∞":
		return top.element != nil && headings[top.name] && bytes.IndexByte(tag, '#') >= 0
	}
	return false
}

// pictured reports whether there is a picture in the element.
func (f *frame) pictured(w *writer) bool { return bytes.Contains(w.out[f.start:], []byte("<img ")) }

// undo takes out what was written from start on.
func (w *writer) undo(start int) {
	w.out = w.out[:start]
	w.last = shown{}
	for n := len(w.order); n > 0 && w.order[n-1].at >= start; n-- {
		delete(w.pictures, w.order[n-1].src)
		w.order = w.order[:n-1]
	}
}

// rest returns what an element with nothing in it leaves: of an element in a
// line the line breaks, which are content (HTML §4.5.27), or a space where its
// white space kept two words apart; of a block a space between two texts.
func rest(f *frame, out []byte) string {
	switch {
	case f.block:
		if endsWithText(out[:f.start]) {
			return " "
		}
	case f.media:
	case bytes.Contains(out[f.start:], []byte("<br>")):
		return strings.Repeat("<br>", bytes.Count(out[f.start:], []byte("<br>")))
	case hasSpace(out[f.start:]):
		return " "
	}
	return ""
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
