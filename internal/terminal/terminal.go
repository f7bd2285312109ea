// Package terminal keeps what others have written from controlling the terminal
// on which it is shown: ids, titles, addresses and errors may have escape
// sequences, or turn the text around.
package terminal

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns text as one line that can be shown: what is no visible character
// or space is written as Go writes it, \x1b or \u202e, line breaks and tabs as
// well.
func Line(text string) string { return escaped(text, "") }

// escaped escapes what is not graphic and not in keep. The two joiners shape
// emoji and scripts, and nothing else.
func escaped(text, keep string) string {
	sound := func(char rune) bool {
		return unicode.IsGraphic(char) || char == '\u200c' || char == '\u200d' || strings.ContainsRune(keep, char)
	}
	if utf8.ValidString(text) && !strings.ContainsFunc(text, func(char rune) bool { return !sound(char) }) {
		return text
	}
	var safe strings.Builder
	for len(text) > 0 {
		char, size := utf8.DecodeRuneInString(text)
		switch {
		case char == utf8.RuneError && size == 1:
			fmt.Fprintf(&safe, `\x%02x`, text[0])
		case sound(char):
			safe.WriteRune(char)
		case char < utf8.RuneSelf && strings.ContainsRune("\n\r\t", char):
			safe.WriteString(map[rune]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}[char])
		case char < utf8.RuneSelf:
			fmt.Fprintf(&safe, `\x%02x`, char)
		case char <= 0xffff:
			fmt.Fprintf(&safe, `\u%04x`, char)
		default:
			fmt.Fprintf(&safe, `\U%08x`, char)
		}
		text = text[size:]
	}
	return safe.String()
}

// Writer returns a writer of text for a terminal: what is written to it arrives
// without controls, but for line breaks and tabs. Each call writes whole
// characters.
func Writer(w io.Writer) io.Writer { return writer{w} }

type writer struct{ w io.Writer }

func (w writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, escaped(string(p), "\n\t")); err != nil {
		return 0, err
	}
	return len(p), nil
}
