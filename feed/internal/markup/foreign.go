package markup

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// foreign treats the start tag of an element outside of the profile.
func (w *writer) foreign(name string, t token) {
	how := treatments[name]
	if _, ok := players[name]; ok {
		how = played
	}
	if name == "template" && t.has("shadowrootmode") { // which browsers show
		how = unwrapped
	}
	if how == unwrapped && t.attrs == "" && name != "dialog" {
		return
	}
	m := w.unhide(t.marks(), t)
	if name == "tspan" && (t.has("x") || t.has("y") || t.has("dy")) { // a line of its own
		w.apart = w.apart || endsWithText(w.out)
	}
	if name == "dialog" && !t.has("open") {
		m |= hides
	}
	if name == "script" && strings.HasPrefix(strings.ToLower(t.value("type")), "math/") && !strings.Contains(t.attrs, "mml") {
		w.raw = formula
	}
	if how != unwrapped && m&hides != 0 && how != scriptless {
		how = dropped
	}
	switch how {
	case dropped:
		w.skip(name)
	case linked:
		w.embed(t)
	case replaced:
		w.object(name, t)
	case played:
		w.player(name, t)
	case drawn:
		if m&decor != 0 {
			w.skip(name)
		} else if w.endTag(name) > 0 {
			w.wrap(name, t, m)
			f := w.top()
			f.vector, f.icon = true, isIcon(t)
			if !f.icon {
				f.label = t.value("aria-label")
			}
		}
	case formula:
		w.formula(t)
	case typed:
		w.raw = typed
	case ticked:
		w.tick(t)
	case scriptless:
		w.noscript = w.endTag(name) > 0
	case unwrapped:
		if m != 0 || w.scripted(name, t) != "" {
			w.wrap(name, t, m)
		}
	}
}

// scripted returns the address of what a script shows in an element, or "": an
// attribute of a player that was stored, or the src of an element that is no HTML.
func (w *writer) scripted(name string, t token) string {
	for attr, s := range t.all() {
		if isOembed(attr) || strings.HasPrefix(attr, "data-") && isRecordingType(text.Extension(s)) || attr == "src" && !isElement(strings.ReplaceAll(name, "-", "")) && strings.Contains(s, "//") {
			return w.web(text.Join(s))
		}
	}
	return ""
}

// isOembed reports whether an attribute has the address of what its element is
// replaced with.
func isOembed(attr string) bool { return attr == "data-oembed-url" || attr == "data-oembed" }

// skip leaves out an element whose start tag was read last, if it has an end.
func (w *writer) skip(name string) {
	if end := w.endTag(name); end > 0 {
		w.z.pos, w.z.name = end, ""
	}
}

// wrap opens an element that is not in the profile for what its attributes say.
func (w *writer) wrap(name string, t token, m mark) {
	top := w.top()
	if top.element != nil && (top.table || top.name == "table") && !top.border || len(w.open) > maxDepth {
		if m&hides != 0 {
			w.skip(name)
		}
		return
	}
	f := w.frame(&element{name: name, pseudo: true})
	f.silent, f.hidden, f.decor, f.copied = true, m&hides != 0, m&decor != 0, m&copied != 0
	f.spoken, f.glyphs = m&spoken != 0, m&glyphs != 0
	for name, s := range t.all() {
		if f.cover == "" {
			f.cover = w.background(name, s)
		}
	}
	f.embed = w.scripted(name, t)
	w.open = append(w.open, f)
	w.pseudo++
	w.mean(m)
}

// isIcon reports whether a drawing is a sign beside a text, whose name is that
// text once more.
func isIcon(t token) bool {
	const small = 48
	n := pixels(strings.TrimSuffix(t.value("width"), "px"))
	return n > 0 && n <= small || strings.Contains(lower(t.value("class")), "icon")
}

// has reports whether a start tag has an attribute.
func (t token) has(attr string) bool {
	for name := range t.all() {
		if name == attr {
			return true
		}
	}
	return false
}

// value returns the value of an attribute of a start tag.
func (t token) value(attr string) string {
	for name, s := range t.all() {
		if name == attr {
			return s
		}
	}
	return ""
}

// scriptless treats a start tag inside of a noscript: what counts readers is
// mostly hidden there.
func (w *writer) scriptless(name string, t token) {
	switch {
	case name == "img":
		w.element(profile["img"], t)
	case treatments[name] == linked:
		w.embed(t)
	default:
		w.hidden = w.hidden || t.marks()&hides != 0
	}
}

// tick writes a sign for a check box.
func (w *writer) tick(t token) {
	on, off := "☑", "☐"
	switch strings.ToLower(strings.TrimSpace(t.value("type"))) {
	case "checkbox":
	case "radio":
		on, off = "◉", "○"
	case "button":
		w.say(t.value("value"))
		return
	default:
		return
	}
	w.apart = w.apart || endsWithText(w.out)
	if t.has("checked") {
		w.say(on)
	} else {
		w.say(off)
	}
	w.apart = true
}

// rawText writes the content of an element that holds no markup, if people
// read it.
func (w *writer) rawText(t token) {
	how := w.raw
	w.raw = unwrapped
	top := w.top()
	switch {
	case w.noscript || top.element != nil && top.media:
	case top.vector && t.name == "title" && top.icon:
	case top.vector && t.name == "title":
		top.label = strings.Join(strings.Fields(text.Clean(html.UnescapeString(t.raw))), " ")
	case how == formula && !isBlank(t.raw):
		w.dropGlyphs()
		w.say(t.raw)
	case how == typed && !isBlank(t.raw):
		w.imply(profile["pre"])
		w.place(profile["pre"])
		if t.name == "xmp" {
			w.push("pre")
			w.plain(t.raw)
		} else {
			w.push("p")
			w.linesOf(strings.TrimSpace(text.Clean(html.UnescapeString(t.raw))))
		}
		w.top().filled, w.top().seen = true, len(t.raw)
		w.last = shown{}
		w.pop()
	}
}

// linesOf writes a text with its lines, but for empty ones where nothing is before
// them, and returns false if it had to cut it.
func (w *writer) linesOf(s string) bool {
	for line := range strings.Lines(s) {
		text, ends := strings.CutSuffix(line, "\n")
		if !w.plain(text) {
			return false
		}
		if ends && (!isBlank(text) || endsWithText(w.out) || bytes.HasSuffix(w.out, []byte("<br>\n"))) {
			w.out = append(w.out, "<br>"...)
		}
		if ends {
			w.out = append(w.out, '\n')
		}
	}
	return len(w.out) <= maxBody
}
