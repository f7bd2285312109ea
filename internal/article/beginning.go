package article

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// The length of a title that is made of a text, in characters: a first sentence of up
// to maxSentence is taken whole, of a longer one about maxTitle.
const (
	maxSentence = 80
	maxTitle    = 50
)

// IsBlank reports whether there is nothing to see of a title: white space and what has
// no glyph.
func IsBlank(title string) bool {
	return !strings.ContainsFunc(title, func(r rune) bool {
		const blankBraille = '\u2800'
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) && r != blankBraille
	})
}

// Beginning is how the first of some texts begins that has any words, plain or HTML: a
// title for an article that has none. It is empty where none has.
func Beginning(texts ...string) string {
	for _, text := range texts {
		if words := words(text, maxSentence+2); words != "" {
			return cut(words)
		}
	}
	return ""
}

// words returns at least so many characters of a text without its markup, if it has as
// many, with single spaces.
func words(text string, least int) string {
	if !strings.ContainsAny(text, "<&") {
		return strings.Join(strings.Fields(firstRunes(text, 8*least)), " ")
	}
	var b strings.Builder
	hidden, depth := "", 0 // the element whose text nobody reads, and how many of its name are open
	raised := false        // in a sup
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken: // the end: a text that is in memory has no other
			if !errors.Is(z.Err(), io.EOF) {
				return ""
			}
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if hidden == "" {
				text := z.Text()
				if raised && len(text) > 0 && endsInDigit(b.String()) && bytes.ContainsAny(text[:1], "0123456789-+") {
					b.WriteByte('^') // 10^6 is not 106
				}
				b.Write(text)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, attrs := z.TagName()
			switch element := string(name); {
			case hidden != "":
				if element == hidden {
					depth++
				}
			case element == "sup":
				raised = true
			case isSilent(element) || raised && element == "a" || attrs && isSilenced(element, z): // a note's number among them
				hidden, depth = element, 1
			case isApart(element):
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			raised = raised && string(name) != "sup"
			if string(name) == hidden {
				if depth--; depth == 0 {
					hidden = ""
				}
			}
		}
		if text := strings.Join(strings.Fields(b.String()), " "); utf8.RuneCountInString(text) > least {
			return text
		}
	}
}

func endsInDigit(s string) bool { return s != "" && '0' <= s[len(s)-1] && s[len(s)-1] <= '9' }

// isSilent reports whether a title has nothing of an element: what nobody sees, what
// is no longer true, and readings.
func isSilent(element string) bool {
	switch element {
	case "script", "style", "template", "noscript", "iframe", "textarea", "title", "select", "datalist",
		"del", "s", "strike", "rt", "rp":
		return true
	}
	return false
}

// isSilenced reports whether the attributes of an element that has an end tag in any
// case say so.
func isSilenced(element string, z *html.Tokenizer) bool {
	switch element {
	case "span", "font", "div", "section", "b", "strong", "i", "em", "u", "a":
	default:
		return false
	}
	for {
		name, value, more := z.TagAttr()
		switch style := strings.ToLower(strings.ReplaceAll(string(value), " ", "")); string(name) {
		case "hidden":
			return true
		case "style":
			if strings.Contains(style, "display:none") || strings.Contains(style, "line-through") {
				return true
			}
		}
		if !more {
			return false
		}
	}
}

// isApart reports whether an element begins a line or a cell.
func isApart(element string) bool {
	switch element {
	case "p", "br", "div", "li", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "blockquote":
		return true
	}
	return false
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n--; n < 0 {
			return text[:i]
		}
	}
	return text
}

// cut cuts a text behind its first sentence, or where that is long behind a word.
func cut(text string) string {
	runes := []rune(text)
	for i, r := range runes[:min(len(runes), maxSentence)] {
		latin := strings.ContainsRune(".!?", r) && i+1 < len(runes) && runes[i+1] == ' ' && i > 10
		if latin || strings.ContainsRune("。！？", r) {
			return strings.TrimRight(string(runes[:i+1]), ".。")
		}
	}
	if len(runes) <= maxSentence {
		return strings.TrimRight(text, ".。")
	}
	end := maxTitle
	for i := maxTitle; i > maxTitle/2; i-- {
		if unicode.IsSpace(runes[i]) {
			end = i
			break
		}
	}
	return strings.TrimSpace(string(runes[:end])) + "…"
}
