package markup

import (
	"iter"
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Picture is a picture in a body that Body wrote.
type Picture struct {
	Address       string
	Width, Height int // pixels; 0: unknown
}

// Pictures yields the pictures of a body that Body wrote, but for those that
// are in their addresses.
func Pictures(body string) iter.Seq[Picture] {
	return func(yield func(Picture) bool) {
		for tag := range tagsOf(body, "<img ") {
			p := Picture{valueIn(tag, "src"), pixels(valueIn(tag, "width")), pixels(valueIn(tag, "height"))}
			if !isInline(p.Address) && !yield(p) {
				return
			}
		}
	}
}

// Shows reports whether a body that Body wrote shows a picture, in whatever
// size.
func Shows(body, address string) bool {
	key := Key(address)
	for _, name := range []string{"<img ", "<source ", "<video "} {
		for tag := range tagsOf(body, name) {
			for _, attr := range []string{"src", "poster"} {
				if v := valueIn(tag, attr); v != "" && Key(v) == key {
					return true
				}
			}
			for _, c := range candidates(nil, valueIn(tag, "srcset")) {
				if Key(c.address) == key {
					return true
				}
			}
		}
	}
	return false
}

// IsSign reports whether the picture, or a folder it is in, is called as those that
// are no photographs.
func (p Picture) IsSign() bool {
	name, ext := fileName(p.Address)
	for folder := range strings.SplitSeq(path.Dir(p.Address), "/") {
		switch folder {
		case "emotion", "emoticons", "smiley", "smilies", "emoji", "expression", "latex": // of editors and forums
			return true
		}
	}
	for _, word := range []string{"logo", "icon", "avatar", "emoji", "qrcode", "qr-code", "ewm", "button", "arrow", "spacer", "badge"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return ext == ".svg"
}

// Figure returns a picture with a caption, which is HTML, as Body writes them.
// Address must be absolute; a width or a height of 0 is unknown.
func Figure(address string, width, height int, caption string) string {
	p := picture{src: address, width: strconv.Itoa(width), height: strconv.Itoa(height)}
	figure := "<figure>" + string(p.append(nil))
	if caption != "" {
		figure += "<figcaption>" + caption + "</figcaption>"
	}
	return figure + "</figure>"
}

// tagsOf yields the tags of a written body that begin so.
func tagsOf(body, start string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := strings.Index(body, start)
			if i < 0 {
				return
			}
			tag, rest, _ := strings.Cut(body[i:], ">")
			if !yield(tag) {
				return
			}
			body = rest
		}
	}
}

// valueIn returns the value of an attribute in a written tag.
func valueIn(tag, attr string) string {
	_, rest, ok := strings.Cut(tag, " "+attr+`="`)
	if !ok {
		return ""
	}
	v, _, _ := strings.Cut(rest, `"`)
	if strings.IndexByte(v, '&') >= 0 {
		v = html.UnescapeString(v)
	}
	return v
}

// pixels returns a length in pixels, 0 for another unit.
func pixels(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
