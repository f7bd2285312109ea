package terminal_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"feedstation/internal/terminal"
)

func TestTerminal(t *testing.T) {
	for _, tt := range []struct{ text, line, written string }{
		{"湘江 é 👩‍👩‍👧 ", "湘江 é 👩‍👩‍👧 ", "湘江 é 👩‍👩‍👧 "},
		{"a\n\tb\r", `a\n\tb\r`, "a\n\tb\\r"},
		{"\x1b[2J\x1b]0;title\x07", `\x1b[2J\x1b]0;title\x07`, `\x1b[2J\x1b]0;title\x07`},
		{"a\u202eb\u2066c\u200f", `a\u202eb\u2066c\u200f`, `a\u202eb\u2066c\u200f`},
		{"\u009b31m", `\u009b31m`, `\u009b31m`},
		{"a\u2028b\ufeff\u00ad", `a\u2028b\ufeff\u00ad`, `a\u2028b\ufeff\u00ad`},
		{"\xff\xc3", `\xff\xc3`, `\xff\xc3`},
		{"\U000e0041", `\U000e0041`, `\U000e0041`},
		{"", "", ""},
	} {
		var out bytes.Buffer
		fmt.Fprint(terminal.Writer(&out), tt.text)
		if got := terminal.Line(tt.text); got != tt.line || out.String() != tt.written {
			t.Errorf("%q: line %s, written %s", tt.text, got, out.String())
		}
	}
}

func FuzzTerminal(f *testing.F) {
	f.Add("a\x1b[31m\u202e\xff")
	f.Fuzz(func(t *testing.T, text string) {
		line := terminal.Line(text)
		if strings.ContainsFunc(line, unicode.IsControl) || strings.ContainsAny(line, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c") {
			t.Errorf("%q gives %q", text, line)
		}
	})
}
