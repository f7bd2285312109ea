package markup

import (
	"cmp"
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

// sign returns the sign that a picture stands for in a line of text: an emoji, or
// what it says itself where its class says that it is one. A photograph is none.
func (p *picture) sign() string {
	const short = 24 // bytes
	s := strings.TrimSpace(cmp.Or(p.alt, p.title))
	if _, ext := fileName(p.src); p.isLarge() || ext == ".jpg" || ext == ".jpeg" || !isEmoji(s) && (!p.smiley || len(s) > short) {
		return ""
	}
	return s
}

// isLarge reports whether the picture is too large to be a sign in a line.
func (p *picture) isLarge() bool {
	const large = 128
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(p.width), "px"))
	return err == nil && n > large
}

// isSmiley reports whether a class is one of the pictures that stand for signs.
func isSmiley(class string) bool {
	for name := range strings.FieldsSeq(class) {
		switch name {
		case "emoji", "wp-smiley", "emoticon", "smiley", "smilie", "twemoji":
			return true
		}
	}
	return false
}
