package text_test

import (
	"strings"
	"testing"

	"feedstation/feed/internal/text"
)

func TestClean(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"ascii", "a\tb\nc~", "a\tb\nc~"},
		{"scripts", "湘潭 مرحبا שלום हिन्दी ไทย Ελλάδα", "湘潭 مرحبا שלום हिन्दी ไทย Ελλάδα"},
		{"astral", "𠮷野家 👨‍👩‍👧 \U0010FFFD", "𠮷野家 👨‍👩‍👧 \U0010FFFD"},
		{"private use and specials", "\uE000\uF8FF\uFDCF\uFDF0\uFFFC\U0010FFFD", "\uE000\uF8FF\uFDCF\uFDF0\uFFFC\U0010FFFD"},
		{"no characters", "湘\x7f\uFDD0\uFDEF\U0001FFFE潭\U0010FFFF", "湘潭"},
		{"C0 controls", "\x00湘\x08潭\x1b\x1f", "湘潭"},
		{"controls that are white space", "a\vb\fc\u0085d\v\ve", "a\nb\nc\nd\n\ne"},
		{"C1 controls", "It\u0092s \u0093湘\u0094 \u0096 \u0080 \u0081\u008d\u008f\u0090\u009d\u009f\u00a0", "It’s “湘” – € Ÿ\u00a0"},
		{"replacement character", "湘\ufffd潭", "湘潭"},
		{"not characters", "湘\ufffe潭\uffff", "湘潭"},
		{"invalid bytes", "湘\xff\xfe潭\xc0\x80", "湘潭"},
		{"cut inside a character", "湘潭"[:5] + "a" + "潭"[1:], "湘a"},
		{"surrogates", "湘\xed\xa0\xbd\xed\xb8\x80潭", "湘潭"},
		{"CRLF", "a\r\nb\rc\r\r\n", "a\nb\nc\n\n"},
		{"markup is text", "<a>&amp;]]></a>", "<a>&amp;]]></a>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := text.Clean(test.in)
			if got != test.want {
				t.Errorf("got %+q, want %+q", got, test.want)
			}
			if again := text.Clean(got); again != got {
				t.Errorf("cleaned again: %+q", again)
			}
		})
	}
}

func TestCleanAllocatesNothing(t *testing.T) {
	s := strings.Repeat("湘潭 𠮷 مرحبا é\n", 100)
	if n := testing.AllocsPerRun(10, func() { text.Clean(s) }); n != 0 {
		t.Errorf("%v allocations for a clean text", n)
	}
}
