package text_test

import (
	"testing"

	"feedstation/feed/internal/text"
)

func TestFold(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "湘潭 R&D", "湘潭 R&D"},
		{"white space", " 湘\u3000\u00a0潭\r\n\t站\u2028x\v ", "湘 潭 站 x"},
		{"controls", "Monday\vTuesday\fWednesday\u0085Thursday", "Monday Tuesday Wednesday Thursday"},

		{"zero width space alone", "\u200b", ""},
		{"byte order mark alone", "\ufeff", ""},
		{"joiners alone", "\u200d\u200c", ""},
		{"marks of direction alone", "\u200e \u200f\u061c", ""},
		{"fillers alone", "\u3164\uffa0\u2060\u180e\u2800", ""},
		{"byte order mark before", "\ufeff标题", "标题"},
		{"inside and behind", "标\u200b题\u2060", "标题"},
		{"joiner between letters", "می\u200cخواهم नि\u200dक", "می\u200cخواهم नि\u200dक"},
		{"joiner at a border", "\u200da \u200db\u200d c\u200c", "a b c"},
		{"joined emoji", "👨‍👩‍👧 🏳️‍🌈 🏴\U000e0067\U000e0062\U000e007f", "👨‍👩‍👧 🏳️‍🌈 🏴\U000e0067\U000e0062\U000e007f"},
		{"marks of direction beside text", "a\u200e (\u200fب)", "a\u200e (\u200fب)"},

		{"override", "Invoice \u202egpj.exe", "Invoice gpj.exe"},
		{"embeddings", "\u202aa\u202bb\u202dc\u202c", "abc"},
		{"isolates", "\u2066a\u2069 \u2067b \u2068c", "a b c"},
		{"soft hyphen", "Donau\u00addampf\u00ad", "Donaudampf"},
		{"annotation", "a\ufff9b\ufffac\ufffb", "abc"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := text.Fold(test.in)
			if got != test.want {
				t.Errorf("got %+q, want %+q", got, test.want)
			}
			if again := text.Fold(got); again != got {
				t.Errorf("again: %+q", again)
			}
		})
	}
}

func TestFoldAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(10, func() { text.Fold("湘潭 𠮷 مرحبا é") }); n != 0 {
		t.Errorf("%v allocations for a folded text", n)
	}
}
