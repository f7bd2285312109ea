package markup

import (
	"slices"
	"strings"

	"feedstation/feed/internal/text"
)

// origin is where a picture that has been written came from.
type origin uint8

const (
	nowhere  origin = iota
	plain           // an address that needed no script
	lazy            // attributes that a script was to read
	fallback        // noscript
)

// lazyAttributes hold the address of a picture until a script moves it to src,
// the most used first. The last two are those of forums.
var lazyAttributes = []string{
	"data-src", "data-original", "data-lazy-src", "data-lazyload", "data-lazy", "data-actualsrc", "data-original-src",
	"data-real-src", "data-echo", "data-url", "data-ks-lazyload", "original", "file",
}

// picture is what the tag of a picture or a source says.
type picture struct {
	src, srcset   string
	lazy, lazySet string
	rank          int // of the attribute that lazy is from
	alt, title    string
	width, height string
	sizes         string
	typ, media    string
	hidden        bool
}

func readPicture(t token) picture {
	p := picture{rank: len(lazyAttributes)}
	for name, s := range t.all() {
		switch name {
		case "src":
			p.src = text.Join(s)
		case "srcset":
			p.srcset = s
		case "data-srcset", "data-lazy-srcset", "data-original-set":
			p.lazySet = s
		case "alt":
			p.alt = s
		case "title":
			p.title = s
		case "width":
			p.width = s
		case "height":
			p.height = s
		case "sizes":
			p.sizes = s
		case "type":
			p.typ = s
		case "media":
			p.media = s
		case "hidden":
			p.hidden = true
		case "style":
			p.hidden = p.hidden || isHidden(s) || isPixelStyle(s)
		default:
			if i := slices.Index(lazyAttributes, name); i >= 0 && i < p.rank && isAddress(text.Join(s)) {
				p.lazy, p.rank = text.Join(s), i
			}
		}
	}
	return p
}

// made returns the address that a reader of the page gets to see, and whether a
// script has to put it there.
func (p *picture) made() (src, set string, byScript bool) {
	switch {
	case p.lazy != "":
		return p.lazy, p.lazySet, true
	case isPlaceholder(p.src):
		src, set = "", p.srcset
	default:
		src, set = p.src, p.srcset
	}
	if p.lazySet != "" {
		return src, p.lazySet, true
	}
	return src, set, false
}

// image writes a picture, unless it only counts readers or is there already.
func (w *writer) image(t token) {
	p := readPicture(t)
	src, set, byScript := p.made()
	from := plain
	switch {
	case w.noscript:
		from = fallback
	case byScript:
		from = lazy
	}
	set = resolveSet(w.base, set)
	if src == "" {
		src, _, _ = strings.Cut(set, " ")
		src = strings.TrimSuffix(src, ",")
	}
	if p.hidden || w.hidden || w.top().hidden || p.isPixel() || isBeacon(src) {
		return
	}
	start := len(w.out)
	w.out = append(w.out, "<img"...)
	written := len(w.out)
	if !w.attribute("src", webAddress, src) || w.doubled(from, string(w.out[written:])) {
		w.out = w.out[:start]
		return
	}
	if set != "" {
		w.attribute("srcset", addressSet, set)
		w.optional("sizes", anyText, p.sizes)
	}
	w.attribute("alt", anyText, p.alt)
	w.optional("title", anyText, p.title)
	w.optional("width", number, strings.TrimLeft(p.width, "0"))
	w.optional("height", number, strings.TrimLeft(p.height, "0"))
	w.out = append(w.out, '>')
	w.top().filled = true
	w.last = from
}

// doubled reports whether a picture stands for one that is there. One in a
// noscript is what is seen instead of the picture beside it, or of one with the
// same address, if a script puts that there.
func (w *writer) doubled(from origin, src string) bool {
	beside := from == fallback && w.last == lazy || from == lazy && w.last == fallback
	again := from != plain && w.pictures[src]
	if beside || again {
		w.last = plain // it has had its other half
		return true
	}
	if w.pictures == nil {
		w.pictures = map[string]bool{}
	}
	w.pictures[src] = true
	return false
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
	switch p := readPicture(t); {
	case e.name == "track":
		before := len(w.out)
		w.attributes(e, t)
		ok = strings.Contains(string(w.out[before:]), ` src="`)
	case top.media:
		src, _, _ := p.made()
		ok = w.attribute("src", webAddress, src)
		w.optional("type", anyText, p.typ)
		top.filled = top.filled || ok
	default:
		_, set, _ := p.made()
		ok = w.attribute("srcset", addressSet, set)
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

// recording adds what a video or a sound needs in a reader, and reports whether
// it has an address of its own.
func (w *writer) recording(written string, p picture) bool {
	has := strings.Contains(written, ` src="`)
	if !has && p.lazy != "" {
		has = w.attribute("src", webAddress, p.lazy)
	}
	if !strings.Contains(written, ` controls="`) {
		w.attribute("controls", flag, "")
	}
	return has
}
