package markup

import "strings"

// origin is where a picture that has been written came from.
type origin uint8

const (
	nowhere  origin = iota
	plain           // an address that needed no script
	standIn         // one that looks as if a script were to change it
	lazy            // attributes that a script was to read
	fallback        // noscript
)

// shown is a picture that has been written.
type shown struct {
	from       origin
	start, end int    // where
	src        string // its address
}

// written is an address that has been written, and where.
type written struct {
	src string
	at  int
}

// image writes a picture, unless it only counts readers or is there already.
// One that can't be carried is replaced by its text (HTML §4.8.4.4).
func (w *writer) image(t token) {
	p := w.readPicture(t)
	if top := w.top(); p.marks&hides != 0 || w.hidden || top.hidden || p.isPixel() || isBeacon(p.src) ||
		p.marks&unseen != 0 && p.from == plain || top.element != nil && top.media {
		return
	}
	if sign := p.sign(); sign != "" {
		w.say(sign)
		return
	}
	switch {
	case p.src == "" && !w.noscript && !strings.HasPrefix(strings.TrimLeft(w.z.s[w.z.pos:], " \t\n"), "<noscript"):
		w.say(p.alt)
		return
	case p.src == "", p.isSpacer(), w.isDoubled(&p):
		return
	}
	if isInline(p.src) {
		w.inline += len(p.src)
	}
	tag := p.append(nil)
	if w.isPreview(&p) {
		w.replaceLast(tag)
		w.top().cover = ""
	} else {
		w.last.start = len(w.out)
		w.out = append(w.out, tag...)
		w.top().filled = true
	}
	w.last = shown{p.from, w.last.start, w.last.start + len(tag), p.src}
	if w.pictures == nil {
		w.pictures = map[string]int{}
	}
	w.pictures[p.src]++
	w.order = append(w.order, written{p.src, w.last.start})
}

// show writes the picture of that address, which is not in a tag of its own.
func (w *writer) show(address, alt string) {
	w.image(token{name: "img", attrs: ` src="` + string(appendValue(nil, address)) + `" alt="` + string(appendValue(nil, alt)) + `"`})
}

// standIn writes what stands for an element with nothing in it.
func (w *writer) standIn(f *frame) {
	f.vector = false
	switch label, cover, embed := f.label, f.cover, f.embed; {
	case label != "":
		w.say(label)
	case embed != "":
		if !w.play(embed) && !w.isTold(embed) {
			w.link(embed, "")
		}
	case cover != "":
		w.show(cover, "")
	}
}

// append appends the picture's tag.
func (p *picture) append(b []byte) []byte {
	attribute := func(name, s string) {
		b = append(append(append(b, ' '), name...), '=', '"')
		b = append(appendValue(b, s), '"')
	}
	number := func(name, s string) {
		s = strings.TrimLeft(strings.TrimSuffix(strings.TrimSpace(s), "px"), "0")
		if isNumber(s) {
			attribute(name, s)
		}
	}
	b = append(b, "<img"...)
	attribute("src", p.src)
	if len(p.set) > 0 {
		attribute("srcset", joinSet(p.set))
		if p.sizes != "" {
			attribute("sizes", bounded(p.sizes))
		}
	}
	attribute("alt", bounded(p.alt))
	if p.title != "" {
		attribute("title", bounded(p.title))
	}
	number("width", p.width)
	number("height", p.height)
	if isKeyword(p.policy) {
		attribute("referrerpolicy", p.policy)
	}
	return append(b, '>')
}

// isDoubled reports whether a picture stands for one that is there. One in a
// noscript is what is seen instead of the picture beside it, or of one with the
// same address, if a script puts that there.
func (w *writer) isDoubled(p *picture) bool {
	beside := p.from == fallback && w.last.from == lazy || p.from == lazy && w.last.from == fallback
	again := p.from >= lazy && w.pictures[p.src] > 0
	smaller := w.last.from != nowhere && p.src != w.last.src && isReduced(p.src) && !isReduced(w.last.src) && isSame(p.src, w.last.src)
	if beside || again || smaller {
		if !smaller {
			w.last.from = plain // it has had its other half
		}
		return true
	}
	return false
}

// isPreview reports whether the picture before this one is what is shown until
// this one is there.
func (w *writer) isPreview(p *picture) bool {
	last := &w.last
	switch {
	case last.from == nowhere || last.end > len(w.out) || p.src == last.src:
		return false
	case last.from == standIn:
		return p.from == fallback || isInline(last.src) && !isInline(p.src)
	}
	return isSame(p.src, last.src) && (isReduced(last.src) || p.from != plain)
}

// replaceLast puts a tag in the place of the last picture.
func (w *writer) replaceLast(tag []byte) {
	more := len(tag) - (w.last.end - w.last.start)
	behind := string(w.out[w.last.end:])
	w.out = append(append(w.out[:w.last.start], tag...), behind...)
	for i := range w.open {
		if f := &w.open[i]; f.start >= w.last.end {
			f.start += more
		}
	}
	delete(w.pictures, w.last.src)
	if n := len(w.order); n > 0 {
		w.order = w.order[:n-1]
	}
}

// optional writes an attribute that has a value.
func (w *writer) optional(name string, v value, s string) {
	if s != "" {
		w.attribute(name, v, s)
	}
}

// source writes a source of a picture or a recording, or a track.
func (w *writer) source(e *element, t token) {
	top := w.top()
	if top.element == nil || !top.media && (top.name != "picture" || e.name != "source") {
		return
	}
	start := len(w.out)
	w.out = append(append(w.out, '<'), e.name...)
	ok := false
	switch {
	case e.name == "track":
		before := len(w.out)
		f := w.frame(e)
		w.attributes(&f, t)
		ok = strings.Contains(string(w.out[before:]), ` src="`)
	case top.media:
		r := w.readRecording(t)
		ok = w.attribute("src", webAddress, r.src)
		w.optional("type", anyText, r.typ)
		top.filled = top.filled || ok
	default:
		p := w.readPicture(t)
		if len(p.set) == 0 && p.src != "" && !isInline(p.src) {
			p.set = []candidate{{p.src, ""}}
		}
		ok = w.attribute("srcset", addressSet, joinSet(p.set))
		if ok {
			w.sources, top.cover = p.set, widest(p.set)
		}
		w.optional("sizes", anyText, p.sizes)
		w.optional("media", anyText, p.media)
		w.optional("type", anyText, p.typ)
	}
	if !ok {
		w.out = w.out[:start]
		return
	}
	w.out = append(w.out, '>')
}
