package markup

import (
	"iter"
	"path"
	"strings"
)

// isAddress reports whether the value of a lazy attribute looks like the
// address of a picture, and not like a setting.
func isAddress(s string) bool {
	if _, ext := fileName(s); len(ext) < 4 || len(ext) > 5 {
		return strings.IndexByte(s, '/') >= 0 && !strings.ContainsAny(s, " {") && !isPlaceholder(s)
	}
	return !isPlaceholder(s)
}

// isPlaceholder reports whether src shows nothing until a script changes it.
func isPlaceholder(src string) bool {
	if src == "" || src == "#" || len(src) >= 5 && strings.EqualFold(src[:5], "data:") || strings.EqualFold(src, "about:blank") {
		return true
	}
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

// isHidden reports whether a style hides its element or moves it away.
func isHidden(style string) bool {
	for property, v := range declarations(style) {
		switch property {
		case "display":
			if v == "none" {
				return true
			}
		case "visibility":
			if v == "hidden" {
				return true
			}
		case "left", "top":
			if strings.HasPrefix(v, "-999") {
				return true
			}
		}
	}
	return false
}

// isPixelStyle reports whether a style makes its element at most one pixel wide
// or high.
func isPixelStyle(style string) bool {
	for property, v := range declarations(style) {
		if (property == "width" || property == "height") && isPixel(v) {
			return true
		}
	}
	return false
}

// declarations yields those of a style attribute, in lower case.
func declarations(style string) iter.Seq2[string, string] {
	return func(yield func(property, v string) bool) {
		for declaration := range strings.SplitSeq(strings.ToLower(style), ";") {
			property, v, _ := strings.Cut(declaration, ":")
			v, _, _ = strings.Cut(v, "!")
			if !yield(strings.TrimSpace(property), strings.TrimSpace(v)) {
				return
			}
		}
	}
}
