package markup

import (
	"cmp"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

// embedded is what the tag of something embedded says.
type embedded struct {
	address, title, typ string
	page                string // HTML that is shown in place of an address
	hidden              bool
}

func (w *writer) readEmbed(t token) embedded {
	var e embedded
	var lazy, data, label, width, height string
	var styled size
	for name, s := range t.all() {
		switch name {
		case "src", "url", "data":
			e.address = text.Join(s)
		case "title":
			e.title = s
		case "aria-label", "data-title":
			label = s
		case "type":
			e.typ = strings.ToLower(s)
		case "width":
			width = s
		case "height":
			height = s
		case "style":
			styled, _ = sizeStyle(s)
			e.hidden = e.hidden || marksOf(s)&hides != 0 || styled == pixelSize
		case "hidden":
			e.hidden = e.hidden || markOf(name, s)&hides != 0
		default:
			if name == "srcdoc" {
				e.page = s
				continue
			}
			switch s = text.Join(s); {
			case strings.Contains(name, "src") && strings.Contains(s, "/"):
				lazy = cmp.Or(lazy, s)
			case strings.HasPrefix(name, "data-") && (strings.HasPrefix(s, "//") || text.IsWeb(s)) && shapeOf(s) != pictureFile:
				data = cmp.Or(data, s)
			}
		}
	}
	e.hidden = e.hidden || styled != largeSize && (isPixel(width) || isPixel(height))
	if isBlank(e.title) {
		e.title = label
	}
	e.address = w.web(e.address)
	e.address = cmp.Or(e.address, w.web(lazy), w.web(data))
	return e
}

// web returns an address as an absolute one of the web, or "".
func (w *writer) web(s string) string {
	if strings.Trim(s, " \t\n") == "" {
		return ""
	}
	if s = text.Resolve(w.base, s); text.IsWeb(s) {
		return s
	}
	return ""
}

// embed writes a link to what a frame or a plug-in shows, or the picture if it
// is one. Frames that nobody sees only count readers.
func (w *writer) embed(t token) {
	e := w.readEmbed(t)
	if e.address == "" {
		e.address = w.embeddedIn(e.page)
	}
	switch {
	case e.address == "" || e.hidden || w.hidden || w.isTold(e.address):
	case strings.HasPrefix(e.typ, "image/") || isPictureType(extensionOf(e.address)):
		w.show(e.address, e.title)
	default:
		w.link(e.address, e.title)
	}
}

// embeddedIn returns the address of what a page that a frame holds shows: another
// frame, a film, a picture, or what it links to.
func (w *writer) embeddedIn(page string) string {
	z := scanner{s: page}
	found := ""
	for range maxTokens {
		t, ok := z.next()
		if !ok {
			break
		}
		switch {
		case t.kind != startTag:
		case treatments[t.name] == linked:
			if address := w.readEmbed(t).address; address != "" {
				return address
			}
		case t.name == "video" || t.name == "audio" || t.name == "source":
			if address := w.readRecording(t).src; address != "" {
				return address
			}
		case t.name == "a" && found == "":
			found = w.web(t.value("href"))
		}
	}
	return found
}

// player writes a link to what a script would show, unless the element has one.
func (w *writer) player(name string, t token) {
	p := players[name]
	id := strings.TrimSpace(t.value(p.attr))
	links := false
	end := w.look(name, func(inner token) {
		links = links || inner.kind == startTag && (inner.name == "a" || treatments[inner.name] == linked)
	})
	if id == "" || links || p.start != "" && strings.IndexFunc(id, func(r rune) bool { return r > unicode.MaxASCII || !isAlphanumeric(byte(r)) && r != '-' && r != '_' }) >= 0 {
		return
	}
	e := w.readEmbed(t)
	if address := w.web(p.start + id); address != "" && !e.hidden && !w.hidden && !w.isTold(address) {
		w.link(address, cmp.Or(e.title, t.value("playlabel")))
	}
	if end > 0 {
		w.z.pos = end
	}
}

// isTold reports whether a link to something embedded is there already.
func (w *writer) isTold(address string) bool {
	if w.embeds[address] {
		return true
	}
	if w.embeds == nil {
		w.embeds = map[string]bool{}
	}
	w.embeds[address] = true
	return false
}

func extensionOf(address string) string { return strings.TrimPrefix(text.Extension(address), ".") }

// object writes what others see instead of an object, or a link to it.
func (w *writer) object(name string, t token) {
	e := w.readEmbed(t)
	filled, pictured := false, false
	var param string
	var words strings.Builder
	end := w.look(name, func(inner token) {
		switch {
		case inner.kind == textToken:
			filled = filled || !isBlank(inner.raw)
			words.WriteString(inner.raw)
		case inner.kind != startTag:
		case inner.name == "img":
			filled, pictured = true, true
		case inner.name == "video" || inner.name == "audio" || treatments[inner.name] == linked || inner.name == name:
			filled = true
		case inner.name == "param":
			switch strings.ToLower(inner.value("name")) {
			case "movie", "src", "url", "filename":
				param = inner.value("value")
			}
		}
	})
	if e.address == "" {
		e.address = w.web(param)
	}
	switch {
	case end < 0 || filled && (pictured || !strings.HasPrefix(e.typ, "image/")):
		if m := t.marks(); m != 0 {
			w.wrap(name, t, m)
		}
		return
	case e.address == "" || e.hidden || w.isTold(e.address):
	case strings.HasPrefix(e.typ, "image/") || isPictureType(extensionOf(e.address)):
		if isBlank(e.title) {
			e.title = strings.Join(strings.Fields(text.Clean(html.UnescapeString(words.String()))), " ")
		}
		w.show(e.address, e.title)
	default:
		w.link(e.address, e.title)
	}
	w.z.pos = end
}

// link writes a link that stands for an element, in a paragraph of its own
// where it can.
func (w *writer) link(address, title string) {
	if title = strings.Join(strings.Fields(title), " "); isBlank(title) {
		if w.field {
			return
		}
		title = host(address)
	}
	if w.noscript {
		w.noscript = false
		defer func() { w.noscript = true }()
	}
	top := w.top()
	if top.vector || top.element != nil && top.media {
		return
	}
	if top.linked {
		w.say(title)
		return
	}
	w.place(nil)
	flow := w.isFlow()
	switch {
	case flow:
		w.out = append(w.out, "<p>"...)
	case w.apart || endsWithText(w.out):
		w.out = append(w.out, ' ')
	}
	w.out = append(w.out, "<a"...)
	w.attribute("href", webAddress, address)
	w.out = append(w.out, '>')
	w.apart = false
	w.last = shown{}
	w.plain(bounded(title))
	w.out = append(w.out, "</a>"...)
	top = w.top()
	top.filled, top.seen = true, top.seen+len(title)
	if flow {
		w.out = append(w.out, "</p>"...)
	} else {
		w.apart = true
	}
}

// isFlow reports whether a paragraph can stand here.
func (w *writer) isFlow() bool {
	for i := len(w.open) - 1; i > 0; i-- {
		if f := &w.open[i]; !f.silent {
			return f.flow
		}
	}
	return true
}

// host returns the host of an address as people write it.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Hostname(), "www.")
}

// bounded returns s, or as much of it as an attribute holds.
func bounded(s string) string { return s[:boundary(s, maxValue)] }
