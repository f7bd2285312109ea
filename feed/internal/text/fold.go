package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold returns s as one line of text that can be seen: cleaned, white space
// folded to single spaces, without characters that show nothing and those that
// turn the direction of what follows. Joiners stay between two letters, marks
// of direction beside text. A text of which nothing can be seen is "".
func Fold(s string) string {
	if isFolded(s) {
		return s
	}
	var f Folder
	f.Write(s)
	return f.String()
}

// Folder gathers text as Fold has it.
type Folder struct {
	b      strings.Builder
	runes  int
	gap    bool // white space since the last character
	joiner rune // one that stays if a letter follows
	last   rune
}

// brailleBlank shows nothing, but Unicode does not count it as white space.
const brailleBlank = '\u2800'

// Grow makes room for so many bytes.
func (f *Folder) Grow(n int) { f.b.Grow(n) }

// Gap parts what was written from what comes next.
func (f *Folder) Gap() { f.gap = true }

// NoGap takes a gap back.
func (f *Folder) NoGap() { f.gap = false }

// Len returns how many characters, as code points, have been gathered.
func (f *Folder) Len() int { return f.runes }

// Last returns the last character, or 0 if there is none or a gap follows it.
func (f *Folder) Last() rune {
	if f.gap {
		return 0
	}
	return f.last
}

// String returns the text. One of marks of direction alone is none.
func (f *Folder) String() string {
	s := f.b.String()
	if strings.Trim(s, "\u200e\u200f\u061c ") == "" {
		return ""
	}
	return s
}

// Write adds s, which need not be clean.
func (f *Folder) Write(s string) { f.WriteClean(Clean(s)) }

// WriteClean adds s, which [Clean] leaves as it is.
func (f *Folder) WriteClean(s string) {
	from := 0 // what is before has been added
	for i, r := range s {
		if isOrdinary(r) && !f.gap && f.joiner == 0 {
			f.runes, f.last = f.runes+1, r
			continue
		}
		f.b.WriteString(s[from:i])
		from = i + utf8.RuneLen(r)
		switch {
		case unicode.IsSpace(r), r == brailleBlank:
			f.gap, f.joiner = true, 0
		case r == '\u200c' || r == '\u200d':
			if !f.gap && f.runes > 0 {
				f.joiner = r
			}
		case isMarkOfDirection(r):
			f.add(r)
		case isDropped(r):
		case isVariant(r) && (f.gap || f.runes == 0): // of nothing
		case isTag(r) && f.last != blackFlag && !isTag(f.last): // only flags have them
		default:
			f.add(r)
		}
	}
	f.b.WriteString(s[from:])
}

// isOrdinary reports whether r is one of the most common characters that are seen,
// each by itself: of ASCII and of CJK.
func isOrdinary(r rune) bool {
	return ' ' < r && r < 0x7F || 0x3001 <= r && r <= 0x9FFF && r != 0x3164 || 0xFF01 <= r && r <= 0xFF5E
}

func (f *Folder) add(r rune) {
	if f.gap && f.runes > 0 {
		f.b.WriteByte(' ')
		f.runes++
	}
	if f.joiner != 0 && !f.gap {
		f.b.WriteRune(f.joiner)
		f.runes++
	}
	f.gap, f.joiner, f.last = false, 0, r
	f.b.WriteRune(r)
	f.runes++
}

// isFolded reports whether Fold leaves s as it is.
func isFolded(s string) bool {
	if Clean(s) != s {
		return false
	}
	space := true
	for _, r := range s {
		switch {
		case r < 0x80:
			if r != ' ' && unicode.IsSpace(r) || r == ' ' && space {
				return false
			}
		case unicode.IsSpace(r), IsInvisible(r), isVariant(r), isTag(r), r == brailleBlank:
			return false
		}
		space = r == ' '
	}
	return !space || s == ""
}

// IsInvisible reports whether r shows nothing, but for white space.
func IsInvisible(r rune) bool {
	return r == '\u200c' || r == '\u200d' || isMarkOfDirection(r) || isDropped(r)
}

// isVariant reports whether r selects a form of the character before it.
func isVariant(r rune) bool {
	return 0xFE00 <= r && r <= 0xFE0F || 0xE0100 <= r && r <= 0xE01EF
}

// blackFlag is followed by tags in the flags of regions (UTS #51 §C.1).
const blackFlag = '\U0001F3F4'

func isTag(r rune) bool { return 0xE0000 <= r && r <= 0xE007F }

func isMarkOfDirection(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c'
}

// isDropped reports whether r has no place in a line of text: it shows nothing,
// or embeds, overrides or isolates the direction of what follows (UAX #9 §2.7).
func isDropped(r rune) bool {
	switch {
	case r < 0xAD:
		return false
	case r == 0xAD, r == 0x180E, r == 0x200B, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x206F,
		r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0xFEFF, 0xFFF9 <= r && r <= 0xFFFB, r == 0x034F, r == 0x17B4, r == 0x17B5:
		return true
	}
	return false
}
