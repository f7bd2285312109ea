package markup

import (
	"bytes"
	"strings"

	"feedstation/feed/internal/text"
)

// recorded is what the tag of a film, a sound or a source of one says.
type recorded struct{ src, typ, poster, title string }

func (w *writer) readRecording(t token) recorded {
	var r recorded
	var lazy string
	for name, s := range t.all() {
		switch name {
		case "src":
			r.src = w.web(s)
		case "type":
			r.typ = s
		case "poster":
			r.poster = s
		case "title", "aria-label":
			r.title = s
		case "data-poster", "data-thumb":
			if r.poster == "" {
				r.poster = s
			}
		default:
			if strings.HasPrefix(name, "data-") && isRecordingType(text.Extension(s)) || name == "data-src" {
				if a := w.web(text.Join(s)); lazy == "" && a != "" && shapeOf(a) != pictureFile {
					lazy = a
				}
			}
		}
	}
	if r.src == "" {
		r.src = lazy
	}
	return r
}

// isRecordingType reports whether a film or a sound has the extension.
func isRecordingType(ext string) bool {
	switch ext {
	case ".mp4", ".m4v", ".webm", ".mov", ".ogv", ".m3u8", ".mp3", ".m4a", ".ogg", ".oga", ".wav", ".aac", ".opus", ".flac":
		return true
	}
	return false
}

// film reports whether a film or a sound has a file that readers can play. If
// it has none its picture is written in its place, and what is between its tags
// is read if there is a link.
func (w *writer) film(t token) bool {
	r := w.readRecording(t)
	plays, links := r.src != "", false
	end := w.look(t.name, func(inner token) {
		switch {
		case inner.kind != startTag:
		case inner.name == "source":
			plays = plays || w.readRecording(inner).src != ""
		case inner.name == "a":
			links = true
		}
	})
	if plays || end < 0 {
		return true
	}
	if m := t.marks(); m&hides == 0 && r.poster != "" {
		w.show(r.poster, r.title)
	} else if m&hides != 0 {
		links = false
	}
	if !links {
		w.z.pos = end
	}
	return false
}

// play writes a film or a sound that a script would show in the innermost element,
// and reports whether the address is that of one. Where it is there already, or can't
// be, it writes nothing.
func (w *writer) play(address string) bool {
	ext := text.Extension(address)
	if !isRecordingType(ext) {
		return false
	}
	f := w.top()
	if f.hidden || f.linked || w.field || w.isTold(address) || bytes.Contains(w.out[f.start:], appendValue(nil, address)) {
		return true
	}
	name := "video"
	if strings.HasPrefix(text.MediaType("", address), "audio/") {
		name = "audio"
	}
	w.place(nil)
	w.out = append(append(w.out, '<'), name...)
	w.attribute("src", webAddress, address)
	w.attribute("controls", flag, "")
	w.out = append(append(append(w.out, "></"...), name...), '>')
	w.top().filled, w.last = true, shown{}
	return true
}

// recording adds what a film or a sound needs in a reader, and reports whether
// it has an address of its own.
func (w *writer) recording(written string, t token) bool {
	has := strings.Contains(written, ` src="`)
	if !has {
		if r := w.readRecording(t); r.src != "" {
			has = w.attribute("src", webAddress, r.src)
		}
	}
	if !strings.Contains(written, ` controls="`) {
		w.attribute("controls", flag, "")
	}
	return has
}
