package markup

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// mark is what a style or an attribute says of an element that text alone does
// not.
type mark uint32

const (
	hides     mark = 1 << iota // nobody sees it on the page
	spoken                     // but it is read aloud
	strikes                    // no longer true
	lowers                     // an index
	raises                     // an exponent, or a note's number
	light                      // not bold
	upright                    // not italic
	unlined                    // neither struck out nor underlined
	level                      // neither an index nor an exponent
	tiny                       // its text has no size
	sized                      // its text has a size
	decor                      // for the eye only: aria-hidden
	copied                     // glyphs of a formula that is there
	preserves                  // its lines count
	narrow                     // it is at most a pixel wide,
	low                        // and high,
	clipped                    // and nothing is seen outside of it
	glyphs                     // it has a formula in glyphs, whose source may come in it or behind it
	unseen                     // it has its place on the page, but is not seen until a script says so
)

// property is what a declaration of a style can say.
type property struct {
	group mark // what the property decides; the last declaration of it counts
	read  func(v string) mark
}

// properties are the declarations that carry meaning, by the property's name.
// All other style goes.
var properties = map[string]property{
	"display":                      {hides, oneOf(hides, "none")},
	"visibility":                   {unseen, oneOf(unseen, "hidden", "collapse")},
	"text-decoration":              {strikes | unlined, decoration},
	"text-decoration-line":         {strikes | unlined, decoration},
	"-webkit-text-decoration":      {strikes | unlined, decoration},
	"-webkit-text-decoration-line": {strikes | unlined, decoration},
	"vertical-align": {lowers | raises | level, func(v string) mark {
		if isZero(v) {
			return level
		}
		return oneOf(lowers, "sub")(v) | oneOf(raises, "super")(v) | oneOf(level, "baseline", "initial", "unset", "inherit")(v)
	}},
	"mso-text-raise": {lowers | raises, func(v string) mark { // of Word
		switch {
		case isZero(v):
			return 0
		case strings.HasPrefix(v, "-"):
			return lowers
		}
		return raises
	}},
	"font-weight": {light, oneOf(light, "normal", "lighter", "100", "200", "300", "400", "500", "initial", "unset", "inherit")},
	"font-style":  {upright, oneOf(upright, "normal", "initial", "unset", "inherit")},
	"font": {light | upright, func(v string) mark {
		m := light | upright
		for w := range strings.FieldsSeq(v) {
			switch w {
			case "bold", "bolder", "600", "700", "800", "900":
				m &^= light
			case "italic", "oblique":
				m &^= upright
			case "revert":
				return 0
			}
		}
		return m
	}},
	"white-space": {preserves, oneOf(preserves, "pre", "pre-wrap", "pre-line", "break-spaces")},
	"width":       {narrow, upToPixel(narrow)}, "max-width": {0, upToPixel(narrow)},
	"height": {low, upToPixel(low)}, "max-height": {0, upToPixel(low)},
	"overflow":  {clipped, oneOf(clipped, "hidden", "clip")},
	"clip-path": {hides, oneOf(hides, "inset(50%)", "inset(100%)")},
	"font-size": {tiny | sized, func(v string) mark {
		if isZero(v) {
			return tiny
		}
		return sized
	}},
	"left": {0, awayFrom}, "top": {0, awayFrom}, "margin-left": {0, awayFrom}, "margin-top": {0, awayFrom},
	"clip": {0, func(v string) mark {
		return oneOf(hides, "rect(0 0 0 0)", "rect(0,0,0,0)", "rect(0px,0px,0px,0px)", "rect(1px,1px,1px,1px)", "rect(1px 1px 1px 1px)")(strings.ReplaceAll(v, ", ", ","))
	}},
}

// meanings are the elements that say what a style says.
var meanings = []struct {
	mark    mark
	element string
}{{strikes, "s"}, {lowers, "sub"}, {raises, "sup"}}

// undone has the elements that a style can take back, and which one does.
var undone = map[string]mark{
	"b": light, "strong": light,
	"i": upright, "em": upright, "cite": upright, "dfn": upright, "var": upright,
	"s": unlined, "del": unlined, "u": unlined, "ins": unlined,
	"sub": level, "sup": level,
}

// oneOf returns a reader that sets a mark for any of the values.
func oneOf(m mark, values ...string) func(string) mark {
	return func(v string) mark {
		if slices.Contains(values, v) {
			return m
		}
		return 0
	}
}

// words returns a reader that sets a mark for a value with the word in it.
func words(m mark, word string) func(string) mark {
	return func(v string) mark {
		for w := range strings.FieldsSeq(v) {
			if w == word {
				return m
			}
		}
		return 0
	}
}

// decoration reads the lines that a text has.
func decoration(v string) mark {
	return words(strikes, "line-through")(v) | oneOf(unlined, "none", "initial", "unset")(v)
}

// upToPixel returns a reader that sets a mark for a length of a pixel or none.
func upToPixel(m mark) func(string) mark {
	return func(v string) mark {
		if isPixel(v) || isZero(v) {
			return m
		}
		return 0
	}
}

// classes are those by which sheets of styles say what a style would: of frameworks
// and of editors that many sites have.
var classes = map[string]mark{
	"line-through": strikes, "strikethrough": strikes, "text-decoration-line-through": strikes,
	"sr-only": hides | spoken, "screen-reader-text": hides | spoken, "screen-reader-only": hides | spoken,
	"visually-hidden": hides | spoken, "visuallyhidden": hides | spoken,
	"jammer":        hides,                                                                                                        // of Discuz, against copies
	"kg-audio-hide": hides, "kg-video-hide": hides, "kg-audio-player": hides, "kg-video-player": hides, "kg-video-overlay": hides, // of Ghost
	"katex-html": copied, "MathJax_Preview": copied,
	"MathJax": glyphs, "MathJax_Display": glyphs, "MathJax_CHTML": glyphs, "mjx-chtml": glyphs, "MathJax_SVG": glyphs, "MathJax_SVG_Display": glyphs,
	"material-icons": copied, "material-icons-outlined": copied, "material-symbols-outlined": copied, "material-symbols-rounded": copied, // names of signs
}

// awayFrom sets hides for a length that is far off the page.
func awayFrom(v string) mark {
	const away = -999
	number := strings.TrimRight(v, "abcdefghijklmnopqrstuvwxyz%")
	if n, err := strconv.ParseFloat(number, 64); err == nil && n <= away {
		return hides
	}
	return 0
}

// isZero reports whether a length is none, in any unit.
func isZero(v string) bool {
	digits := strings.TrimRight(v, "abcdefghijklmnopqrstuvwxyz%")
	return digits != "" && strings.Trim(digits, "0.") == ""
}

// marksOf returns what a style attribute says.
func marksOf(style string) mark {
	var m mark
	for name, v := range declarations(style) {
		if p, ok := properties[name]; ok {
			m = m&^p.group | p.read(v)
		}
	}
	if tiny := narrow | low | clipped; m&tiny == tiny {
		m |= hides
	}
	return m
}

// marks returns what the attributes of a tag say of its element.
func (t token) marks() (m mark) {
	if t.attrs == "" {
		return 0
	}
	for name, s := range t.all() {
		m |= markOf(name, s)
	}
	return m
}

// markOf returns what one attribute says of its element.
func markOf(name, s string) mark {
	switch name {
	case "style":
		return marksOf(s)
	case "hidden":
		if !strings.EqualFold(s, "until-found") {
			return hides
		}
	case "aria-hidden":
		if strings.EqualFold(s, "true") {
			return decor
		}
	case "class":
		var m mark
		for name := range strings.FieldsSeq(s) {
			m |= classes[name]
		}
		return m
	}
	return 0
}

// declarations yields those of a style attribute, in lower case.
func declarations(style string) iter.Seq2[string, string] {
	return func(yield func(property, v string) bool) {
		style = strings.ToLower(style[:boundary(style, maxValue)])
		for {
			before, rest, ok := strings.Cut(style, "/*")
			if !ok {
				break
			}
			_, rest, _ = strings.Cut(rest, "*/")
			style = before + rest
		}
		for declaration := range strings.SplitSeq(style, ";") {
			property, v, _ := strings.Cut(declaration, ":")
			v, _, _ = strings.Cut(v, "!")
			if !yield(strings.TrimSpace(property), strings.TrimSpace(v)) {
				return
			}
		}
	}
}
