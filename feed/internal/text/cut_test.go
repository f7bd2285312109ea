package text_test

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"feedstation/feed/internal/text"
)

func TestCut(t *testing.T) {
	family := "👨‍👩‍👧" // one character of five code points
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"short", "湘潭", "湘潭"},
		{"as long as may be", "湘潭新闻", "湘潭新闻"},
		{"too long", "湘潭新闻网", "湘潭新…"},
		{"space before the cut", "ab cde", "ab…"},
		{"joined emoji", strings.Repeat(family, 4), strings.Repeat(family, 3) + "…"},
		{"accents", strings.Repeat("e\u0301", 5), strings.Repeat("e\u0301", 3) + "…"},
		{"flags", "🇨🇳🇨🇳🇨🇳🇨🇳", "🇨🇳🇨🇳🇨🇳🇨🇳"},
		{"a character that is too long", "a" + strings.Repeat("\u0301", 40), "…"},
		{"the second is too long", "ba" + strings.Repeat("\u0301", 40), "b…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := text.Cut(test.in, 4); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestCharacter compares the fast way with the thorough one.
func TestCharacter(t *testing.T) {
	runes := rapid.OneOf(
		rapid.Rune(),
		rapid.RuneFrom([]rune("aé湘。“”…、…\u3000\u3030\u303d\u302a\u3099\uff9e‼🇨🇳👨\u200d\ufe0f\u0301\u0600ㄱ각가\u1100\u1161\r\n")),
		rapid.Int32Range(0x2000, 0xFFFF),
	)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(runes, 1, 8, -1).Draw(t, "s")
		want, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
		if got := s[:text.Character(s)]; got != want {
			t.Errorf("%+q: got %+q, want %+q", s, got, want)
		}
	})
}
