package markup

import (
	"path"
	"strings"
)

// isPlaceholder reports whether a file is called as those that show nothing
// until a script changes them. A photograph can have such a name, too.
func isPlaceholder(src string) bool {
	name, ext := fileName(src)
	if name != "1x1" && name != "1px" {
		name = strings.Trim(name, "0123456789-_")
	}
	switch name {
	case "loading", "lazyload", "lazy", "placeholder", "grey", "gray", "none", "empty", "blank", "spacer", "space", "transparent", "clear", "pixel", "1x1", "1px":
		return ext == ".gif" || ext == ".png" || ext == ".svg"
	}
	return false
}

// isSpacer reports whether a picture with a placeholder's name is one although
// nothing else is there: an animation or a drawing without a size and a text.
func (p *picture) isSpacer() bool {
	_, ext := fileName(p.src)
	return isPlaceholder(p.src) && (ext == ".gif" || ext == ".svg") && p.alt == "" && p.width == "" && p.height == ""
}

// isBeacon reports whether the address of a picture has the shape of those that
// only count readers: a name for that with a query, and no photograph's type.
func isBeacon(src string) bool {
	name, ext := fileName(src)
	switch ext {
	case "", ".gif", ".php", ".asp", ".aspx", ".ashx", ".do", ".cgi":
	default:
		return false
	}
	switch strings.Trim(name, "_0123456789") {
	case "pixel", "beacon", "track", "tracker", "tracking", "count", "counter", "stat", "stats", "hit", "hits", "utm", "hm", "collect", "tr", "log":
		return strings.IndexByte(src, '?') >= 0
	case "b", "g":
		return ext == ".gif" && strings.IndexByte(src, '?') >= 0
	}
	return false
}

// fileName returns the last part of an address's path without its extension,
// and that, both in lower case.
func fileName(src string) (name, ext string) {
	if i := strings.IndexAny(src, "?#"); i >= 0 {
		src = src[:i]
	}
	name = strings.ToLower(path.Base(src))
	ext = path.Ext(name)
	return strings.TrimSuffix(name, ext), ext
}

// isPixel reports whether the picture is one pixel large or less, as far as it
// tells its size. One of 0 by 300 has a height by mistake.
func (p *picture) isPixel() bool {
	switch {
	case p.styled == largeSize:
		return false
	case p.width == "":
		return isPixel(p.height)
	case p.height == "":
		return isPixel(p.width)
	}
	return isPixel(p.width) && isPixel(p.height)
}

// isPixel reports whether a width or a height is at most one pixel.
func isPixel(s string) bool {
	s = strings.TrimSuffix(strings.TrimSpace(s), "px")
	return s == "0" || s == "1"
}

// size is what a style says of the size of its element.
type size uint8

const (
	anySize   size = iota
	pixelSize      // at most a pixel wide or high
	largeSize      // more than that
)

// sizeStyle returns what a style says of a size, and the width. The last declaration
// counts, and what makes the element larger again.
func sizeStyle(style string) (says size, width string) {
	var height string
	large, limited := false, false
	for property, v := range declarations(style) {
		switch property {
		case "width":
			width = v
		case "height":
			height = v
		case "max-width", "max-height":
			limited = isPixel(v)
		case "min-width", "min-height", "padding", "padding-top", "padding-bottom", "aspect-ratio", "flex", "flex-grow":
			large = large || !isZero(v) && !isPixel(v)
		}
	}
	given := func(v string) bool { return v != "" && v != "auto" && !isPixel(v) && !isZero(v) }
	switch {
	case large:
		return largeSize, width
	case limited || isPixel(width) || isPixel(height):
		return pixelSize, width
	case given(width) || given(height):
		return largeSize, width
	}
	return anySize, width
}
