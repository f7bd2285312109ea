package sitemap_test

import (
	"strings"
	"testing"

	"feedstation/sitemap"
)

func TestText(t *testing.T) {
	tests := []struct {
		name string
		text string
		want string // in the file
	}{
		{"plain", "Headline", "Headline"},
		{"Chinese", "湘江两岸春意浓", "湘江两岸春意浓"},
		{"emoji and astral plane", "𠮷野家 🌸👨‍👩‍👧", "𠮷野家 🌸👨‍👩‍👧"},
		{"right to left", "أخبار\u200f العالم", "أخبار\u200f العالم"},
		{"five entities", `<b>"A" & 'B'</b>`, "&lt;b&gt;&quot;A&quot; &amp; &apos;B&apos;&lt;/b&gt;"},
		{"entity taken literally", "AT&amp;T", "AT&amp;amp;T"},
		{"end of CDATA", "]]>", "]]&gt;"},
		{"comment", "<!-- -->", "&lt;!-- --&gt;"},
		{"trimmed", " \t\r\n Headline \n", "Headline"},
		{"white space collapsed", "two\r\n\tlines  of text", "two lines of text"},
		{"ideographic space kept", "湘潭\u3000新闻", "湘潭\u3000新闻"},
		{"control characters dropped", "a\x00b\x01c\x08d\x0be\x0cf\x1fg", "abcdefg"},
		{"control characters between spaces", "a \x01 b\x02", "a b"},
		{"delete and C1 are XML characters", "a\x7f\u0080\u0085b", "a\x7f\u0080\u0085b"},
		{"not UTF-8", "湘\xe6\xb9潭\xff", "湘潭"},
		{"bytes that meet when others go", "a\xe6\xff\xb9\x98b", "ab"},
		{"surrogates in UTF-8", "a\xed\xa0\xbd\xed\xb8\x80b", "ab"},
		{"beyond Unicode", "a\xf4\x90\x80\x80b", "ab"},
		{"overlong", "a\xc0\xbcb", "ab"},
		{"noncharacters", "a\ufffe\uffffb", "ab"},
		{"last characters of their ranges", "\ud7ff\ue000\ufffd\U00010000\U0010ffff", "\ud7ff\ue000\ufffd\U00010000\U0010ffff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := string(build(t, sitemap.Options{News: true}, sitemap.URL{
				Loc:  page,
				News: &sitemap.News{Name: tt.text, Language: "zh-cn", Title: tt.text, Published: published},
			}))
			for _, want := range []string{
				"<news:name>" + tt.want + "</news:name>",
				"<news:title>" + tt.want + "</news:title>",
			} {
				if !strings.Contains(doc, want) {
					t.Errorf("sitemap lacks %q:\n%q", want, doc)
				}
			}
			if got := strings.Count(doc, "\n"); got != 4 {
				t.Errorf("%d lines, want 4:\n%s", got, doc)
			}
			read(t, []byte(doc))
		})
	}
}
