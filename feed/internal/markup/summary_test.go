package markup

import (
	"strings"
	"testing"
	"unicode"

	"github.com/rivo/uniseg"

	"feedstation/feed/internal/text"
)

func TestSummary(t *testing.T) {
	han := func(n int) string { return strings.Repeat("湘", n) }
	latin := func(words int) string { return strings.TrimSpace(strings.Repeat("word ", words)) }
	family := "👨‍👩‍👧" // one character of five code points
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"short", "<p>岁月不居，时节如流。</p><p>这一年。</p>", "岁月不居，时节如流。 这一年。"},
		{"as long as may be", "<p>" + han(200) + "</p>", han(200)},
		{"no caption", "<figure><img src=1><figcaption><p>图</p></figcaption></figure><p>文</p>", "文"},
		{"caption without an end", "<figure><figcaption>图</figure><p>文</p>", "文"},
		{"no address of a film", "https://video.example/1\n\n文<p><iframe src='https://video.example/2'></iframe></p>", "文"},
		{"an address in a line", "<p>文 <a href='https://a.example/'>https://a.example/</a></p><p><a href='https://a.example/'>https://a.example/</a> 文</p>", "文 https://a.example/ https://a.example/ 文"},
		{"only an address", "https://video.example/1", "https://video.example/1"},
		{"only a caption", "<figure><img src=1><figcaption>图</figcaption></figure>", "图"},
		{"no half reference", "<p>" + han(198) + "&amp;&amp;&amp;", han(198) + "&…"},
		{"no stop", han(300), han(199) + "…"},
		{"sentence", han(130) + "。" + han(30) + "，" + han(100), han(130) + "。"},
		{"last sentence", han(120) + "。" + han(30) + "！" + han(100), han(120) + "。" + han(30) + "！"},
		{"sentence ends at 120", han(119) + "。" + han(100), han(119) + "。"},
		{"sentence ends at 119", han(118) + "。" + han(100), han(118) + "。" + han(80) + "…"},
		{"sentence ends at 200", han(199) + "。" + han(100), han(199) + "。"},
		{"sentence ends at 201", han(200) + "。" + han(100), han(199) + "…"},
		{"clause", han(130) + "，" + han(30) + "；" + han(100), han(130) + "，" + han(30) + "；"},
		{"enumeration is no clause", han(130) + "、" + han(100), han(130) + "、" + han(68) + "…"},
		{"closing quote", han(130) + "。”" + han(100), han(130) + "。”"},
		{"ellipsis", han(130) + "……" + han(100), han(130) + "……"},
		{"full stop in a number", han(130) + "3.14" + han(100), han(130) + "3.14" + han(65) + "…"},
		{"comma in a number", han(130) + "1,000" + han(100), han(130) + "1,000" + han(64) + "…"},
		{"full stop", latin(30) + ". W" + latin(30), latin(30) + "."},
		{"initial", latin(30) + " J. W" + latin(30), latin(30) + " J. W" + latin(9) + "…"},
		{"title", latin(30) + ", Dr. Li " + latin(30), latin(30) + ","},
		{"country", latin(30) + " U.S. " + latin(30), latin(30) + " U.S. " + latin(9) + "…"},
		{"full stop that ends nothing", latin(30) + " approx. " + latin(30), latin(30) + " approx. " + latin(8) + "…"},
		{"question", latin(30) + "? w" + latin(30), latin(30) + "?"},
		{"Arabic", strings.Repeat("كلمة ", 28) + "كلمة؟ " + strings.Repeat("كلمة ", 28), strings.Repeat("كلمة ", 28) + "كلمة؟"},
		{"Hindi", strings.Repeat("शब्द ", 40) + "शब्द। " + strings.Repeat("शब्द ", 40), strings.Repeat("शब्द ", 40) + "शब्द।"},
		{"between words", latin(60), latin(40) + "…"},
		{"between scripts", latin(20) + han(98) + "word" + han(100), latin(20) + han(98) + "…"},
		{"two hundred characters of many", strings.Repeat(family, 50), strings.Repeat(family, 50)},
		{"between characters", strings.Repeat(family, 300), strings.Repeat(family, 177) + "…"},
		{"one word", strings.Repeat("a", 300), strings.Repeat("a", 199) + "…"},
		{"one word of accented letters", strings.Repeat("e\u0301", 300), strings.Repeat("e\u0301", 199) + "…"},
		{"a character that is too long", "a" + strings.Repeat("\u0301", 5000), "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Summary(Body(test.in, page(t))); got != test.want {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
		})
	}
}

func FuzzSummary(f *testing.F) {
	f.Add(`<figure><figcaption>图</figcaption></figure>` + strings.Repeat("湘潭。x.", 60))
	f.Add(strings.Repeat("e\u0301 ", 300))
	f.Add(strings.Repeat("&amp;<b>", 300))
	f.Fuzz(func(t *testing.T, s string) {
		got := Summary(Body(s, page(t)))
		if n := uniseg.GraphemeClusterCount(got); n > summaryMax {
			t.Errorf("%q: %d characters", s, n)
		}
		if text.Clean(got) != got || strings.TrimFunc(got, unicode.IsSpace) != got {
			t.Errorf("%q: %q is not clean", s, got)
		}
		if Plain(got) != got {
			t.Errorf("%q: summary %q is not plain", s, got)
		}
	})
}
