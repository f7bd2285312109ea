package markup

import (
	"slices"
	"strconv"
	"strings"

	"feedstation/feed/internal/text"
)

// The widths in pixels above which a picture is no better for a reader that
// knows one address only, and up to which it is blurred there.
const (
	maxWidth = 1200
	minWidth = 320
)

// picture is what the tag of a picture or a source says, with the address that
// a reader of the page gets to see.
type picture struct {
	src           string
	set           []candidate
	from          origin
	alt, title    string
	width, height string
	sizes         string
	typ, media    string
	policy        string
	styled        size // by its style
	smiley        bool // its class says that it stands for a sign
	marks         mark
}

// lazyAttributes hold the address of a picture until a script moves it to src,
// the most used first.
var lazyAttributes = []string{
	"data-src", "data-original", "data-lazy-src", "data-lazyload", "data-lazy", "data-actualsrc", "data-original-src",
	"data-real-src", "data-echo", "data-ks-lazyload",
}

// The ranks of attributes that could hold the address of a picture. The lower
// is taken; those up to rankKnown go before a src that works.
const (
	rankKnown   = 100 // the attributes above
	rankLarge   = 150 // one that says so
	rankNamed   = 200 // one that is called as they are
	rankOther   = 300 // any other
	rankLoose   = 400 // an address that could be a picture's, in an attribute of the first two
	rankReduced = 500 // a preview
	rankNone    = 1000
)

// rank tells how likely an attribute has the address of the picture itself.
func rank(name, s string) int {
	switch name {
	case "alt", "title", "class", "id", "style", "name", "usemap", "longdesc", "type", "media", "sizes":
		return rankNone
	}
	known := slices.Index(lazyAttributes, name)
	named := strings.Contains(name, "src") || strings.Contains(name, "orig") || strings.Contains(name, "lazy") ||
		strings.Contains(name, "img") || strings.Contains(name, "image") || strings.Contains(name, "full") || strings.Contains(name, "large")
	kind := shapeOf(s)
	switch {
	case kind == noAddress || isPlaceholder(s):
		return rankNone
	case isReducedName(name):
		if kind == pictureFile {
			return rankReduced
		}
	case kind == pictureFile && known >= 0:
		return known
	case kind == pictureFile && strings.Contains(name, "large"):
		return rankLarge
	case kind == pictureFile && named:
		return rankLarge + 1
	case kind == pictureFile && (strings.Contains(s, "/") || name == "file" || name == "original" || name == "data-url"):
		return rankNamed + 1
	case kind == someAddress && known >= 0:
		return rankOther + known
	case kind == someAddress && (named || name == "file"):
		return rankLoose
	}
	return rankNone
}

// isReducedName reports whether an attribute is called as those of previews.
func isReducedName(name string) bool {
	for _, word := range []string{"thumb", "small", "preview", "placeholder", "lowsrc", "low-src", "lqip", "blur", "tiny", "avatar", "icon", "loading", "poster"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// readPicture reads the tag of a picture or a source and chooses its address.
func (w *writer) readPicture(t token) picture {
	p := picture{from: plain}
	var src, set, lazySrc, lazySet, width string
	best := rankNone
	for name, s := range t.all() {
		switch name {
		case "src":
			src = text.Join(s)
		case "href", "xlink:href":
			if t.name == "image" && src == "" {
				src = text.Join(s)
			}
		case "srcset":
			set = s
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
		case "referrerpolicy":
			p.policy = s
		case "style":
			p.marks |= marksOf(s)
			p.styled, width = sizeStyle(s)
			if p.styled == pixelSize {
				p.marks |= hides
			}
		case "hidden":
			p.marks |= markOf(name, s)
		case "class":
			p.marks |= markOf(name, s)
			p.smiley = isSmiley(s)
		default:
			if strings.Contains(name, "srcset") || strings.HasSuffix(name, "-set") {
				lazySet = s
			} else if s = unquoted(text.Join(s)); len(s) > 4 {
				if r := rank(name, s); r < best {
					lazySrc, best = s, r
				}
			}
		}
	}
	if p.styled == largeSize {
		p.resize(width)
	}
	p.choose(w, src, lazySrc, best)
	top, loose := w.top(), p.src == "" || p.from == standIn
	p.set = candidates(w.base, set)
	if list := candidates(w.base, lazySet); len(list) > 0 {
		p.set = list
		p.from = max(p.from, lazy)
	}
	switch {
	case loose && len(p.set) > 0:
		p.src = widest(p.set)
	case loose && top.element != nil && top.name == "picture" && t.name != "source" && len(w.sources) > 0:
		p.src = widest(w.sources)
	case p.src == "":
		if p.src = w.picture(src); isThumbnail(p.src) {
			p.from = standIn
		}
	default:
		p.widen()
	}
	if p.from == standIn && p.src != src && !isPlaceholder(p.src) && !isInline(p.src) {
		p.from = plain
	}
	if w.noscript {
		p.from = fallback
	}
	return p
}

// unquoted returns an address without the quotes that it has as an expression of a
// script.
func unquoted(s string) string {
	if n := len(s) - 1; n > 0 && (s[0] == '\'' || s[0] == '"') && s[n] == s[0] {
		return s[1:n]
	}
	return s
}

// resize sets the width that a style gives in pixels, and takes a size out that it
// overrides.
func (p *picture) resize(width string) {
	if isPixel(p.width) || isPixel(p.height) {
		p.width, p.height = "", ""
	}
	if strings.HasSuffix(width, "px") && p.width == "" && !isPixel(width) {
		p.width = width
	}
}

// choose sets the address of a picture that has that src, and in another
// attribute of that rank a further one.
func (p *picture) choose(w *writer, src, other string, rank int) {
	if src != "" && src != "#" && !strings.HasPrefix(src, "data:") {
		if p.src = text.Resolve(w.base, src); !text.IsWeb(p.src) {
			p.src = ""
		}
	}
	stands := isPlaceholder(src)
	if rank < rankNone {
		a := text.Resolve(w.base, other)
		larger := rank < rankNamed && isSmall(p.src) && !isSmall(a) && isSame(p.src, a)
		if text.IsWeb(a) && (p.src == "" || stands || rank < rankKnown || larger) {
			p.src, p.from = a, lazy
			return
		}
	}
	if stands {
		p.from = standIn
	}
}

// widen takes a wider address of the set where src is one of the smallest in it.
func (p *picture) widen() {
	for _, c := range p.set {
		if c.address == p.src && c.width() > 0 && c.width() <= minWidth {
			p.src = widest(p.set)
			return
		}
	}
}

// width returns the width that a candidate tells, in pixels, or 0.
func (c candidate) width() int {
	s, ok := strings.CutSuffix(c.descriptor, "w")
	n, err := strconv.Atoi(s)
	if !ok || err != nil {
		return 0
	}
	return n
}

// widest returns the address of the widest picture up to maxWidth; if all of
// these are narrow the smallest above. Of pictures that tell no width the first
// is for all screens.
func widest(list []candidate) string {
	best := list[0]
	for _, c := range list[1:] {
		a, b := best.width(), c.width()
		if a == 0 || b == 0 {
			return list[0].address
		}
		if a < b && (b <= maxWidth || a <= minWidth) || a > maxWidth && minWidth < b && b < a {
			best = c
		}
	}
	return best.address
}

// picture returns a picture's address as a feed can carry it: absolute, or the
// picture itself where it is small. It is "" if there is none.
func (w *writer) picture(s string) string {
	s = text.Join(s)
	if len(s) > 5 && strings.EqualFold(s[:5], "data:") {
		return w.inlined(s)
	}
	return w.web(s)
}
