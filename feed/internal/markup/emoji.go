package markup

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"feedstation/feed/internal/text"
)

// isEmoji reports whether s is one emoji: what the picture of one stands for.
func isEmoji(s string) bool {
	if s == "" || len(s) > 64 || s[0] < utf8.RuneSelf && !strings.ContainsRune(s, '\u20e3') || text.Character(s) != len(s) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case r < utf8.RuneSelf: // a keycap
		return true
	case r == '©' || r == '®' || r == '‼' || r == '⁉' || r == '™' || r == 'ℹ' || r == '〰' || r == '〽' || r == '㊗' || r == '㊙':
		return true
	case 0x2190 <= r && r <= 0x2BFF:
		return unicode.In(r, unicode.So, unicode.Sm)
	}
	return 0x1F000 <= r && r <= 0x1FAFF
}

// isLarge reports whether the picture is too large to be a sign in a line.
func (p *picture) isLarge() bool {
	const large = 128
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(p.width), "px"))
	return err == nil && n > large
}
