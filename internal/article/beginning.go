package article

import (
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
	hidden := "" // the element whose text nobody reads
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
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "script", "style", "template", "noscript", "iframe", "textarea", "title":
				hidden = string(name)
			case "p", "br", "div", "li", "tr", "td", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "blockquote":
				b.WriteByte(' ')
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == hidden {
				hidden = ""
			}
		}
		if text := strings.Join(strings.Fields(b.String()), " "); utf8.RuneCountInString(text) > least {
			return text
		}
	}
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
