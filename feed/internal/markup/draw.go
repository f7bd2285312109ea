package markup

import (
	"strings"

	"feedstation/feed/internal/text"
)

// vector treats a start tag inside of a drawing.
func (w *writer) vector(name string, t token) {
	if t.attrs != "" && (t.marks()&hides != 0 || t.value("display") == "none" || t.value("visibility") == "hidden") {
		w.skip(name)
		return
	}
	switch name {
	case "foreignobject":
		w.wrap(name, t, t.marks())
		w.top().vector = false
	case "text":
		w.apart = w.apart || endsWithText(w.out)
		w.wrap(name, t, t.marks()&^(sized|tiny))
		w.top().vector = false
	case "img": // svg has image
		w.image(t)
	case "svg":
		w.foreign(name, t)
	case "title", "a", "g", "switch", "tspan", "font":
	case "desc", "metadata", "defs", "symbol", "clippath", "mask", "pattern", "marker", "filter":
		w.skip(name)
	default:
		if e := profile[name]; e != nil { // ends the drawing (HTML §13.2.6.5)
			for w.top().vector {
				w.pop()
			}
			w.element(e, t)
		}
	}
}

// background returns the address of the picture that an attribute puts behind
// its element, or "".
func (w *writer) background(name, s string) string {
	switch name {
	case "style":
		address := backgroundOf(s)
		if address == "" || isNarrow(s) {
			return ""
		}
		return w.picture(address)
	case "data-bg", "data-background", "data-background-image", "data-bg-url", "data-bgset", "data-lazy-background":
		if inner := urlIn(s); inner != "" {
			s = inner
		}
		if shapeOf(text.Join(s)) != noAddress {
			return w.web(s)
		}
	}
	return ""
}

// backgroundOf returns the address of the picture in a style.
func backgroundOf(style string) string {
	const property = "background"
	low := lower(style)
	for i := 0; ; {
		n := strings.Index(low[i:], property)
		if n < 0 {
			return ""
		}
		i += n + len(property)
		rest := strings.TrimPrefix(low[i:], "-image")
		v, ok := strings.CutPrefix(strings.TrimLeft(rest, " \t\n"), ":")
		if !ok {
			continue
		}
		declaration := style[len(style)-len(v):]
		if address := urlIn(declaration); address != "" && !strings.Contains(strings.Split(declaration, "url(")[0], ";") {
			return address
		}
	}
}

// urlIn returns the first address that a value of CSS has.
func urlIn(v string) string {
	n := strings.Index(lower(v), "url(")
	if n < 0 {
		return ""
	}
	v = strings.TrimLeft(v[n+len("url("):], " \t\n")
	end := ")"
	if v != "" && (v[0] == '"' || v[0] == '\'') {
		end, v = v[:1], v[1:]
	}
	address, _, ok := strings.Cut(v, end)
	if !ok {
		return ""
	}
	return strings.TrimSpace(address)
}

// isNarrow reports whether a style makes its element too small for a picture:
// it is a mark or a line.
func isNarrow(style string) bool {
	for property, v := range declarations(style) {
		if property != "width" && property != "height" {
			continue
		}
		if n, ok := strings.CutSuffix(v, "px"); ok && len(strings.SplitN(n, ".", 2)[0]) < 3 {
			return true
		}
	}
	return false
}

// isCover reports whether a class is one of elements whose background is a
// picture of the article.
func isCover(class string) bool {
	for name := range strings.FieldsSeq(lower(class)) {
		switch name {
		case "wp-block-cover", "wp-block-cover-image", "wp-block-cover__image-background", "kg-header-card", "kg-header-card-image", "cover", "cover-image", "hero", "hero-image", "featured-image", "post-cover", "article-cover":
			return true
		}
	}
	return false
}
