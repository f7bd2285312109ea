package markup

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"feedstation/feed/internal/text"
)

func TestPlain(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"plain", "雨湖工业集中区", "雨湖工业集中区"},
		{"folded already", "R and D 湘潭", "R and D 湘潭"},
		{"white space", "  湘潭\r\n\t 新闻\u3000\u00a0站 ", "湘潭 新闻 站"},
		{"space at the end", "湘潭 ", "湘潭"},
		{"two spaces", "湘潭  站", "湘潭 站"},
		{"inline tags", "<b>湘</b>潭<i>站</i>", "湘潭站"},
		{"blocks", "<p>一。</p><p>二。</p>三<br>四<br/>五<table><tr><td>六<td>七</table><center>八</center>九", "一。 二。 三 四 五 六 七 八 九"},
		{"references", "R&amp;D &lt;b&gt; &#28248; &#x6F6D; &copy", "R&D <b> 湘 潭 ©"},
		{"references are decoded once", "&amp;lt;b&amp;gt; &amp;amp;", "&lt;b&gt; &amp;"},
		{"comment", "湘<!-- <b>注</b> -->潭", "湘潭"},
		{"script and style", "湘<script>if (a<b) x()</script><style>p{}</style>潭", "湘潭"},
		{"noscript", "湘<noscript><img src=1>请启用脚本</noscript>潭", "湘潭"},
		{"fields and programs", "湘<select><option>a</select><object>b</object><svg><text>c</text></svg>潭", "湘潭"},
		{"title and textarea", "<title>湘</title><textarea>潭</textarea>", "湘潭"},
		{"attributes", `<a href="x>y" title='<b>'>湘潭</a>`, "湘潭"},
		{"word processors", "<o:p>湘</o:p>潭<my-tag>站</my-tag>", "湘潭站"},
		{"old elements", "<font color=red>湘</font><nobr>潭</nobr>", "湘潭"},
		{"brackets that are no tags", "<NBA>湖人 3<5, x<y 且 <湘潭>", "<NBA>湖人 3<5, x<y 且 <湘潭>"},
		{"names of attributes are no tags", "<Open> <max> <target>", "<Open> <max> <target>"},
		{"bracket at the end", "产值x<y则", "产值x<y则"},
		{"unclosed tag", `湘潭<a href="x`, "湘潭"},
		{"unclosed comment", "湘潭<!-- 注", "湘潭"},
		{"ampersands", "A&B &nosuch; &", "A&B &nosuch; &"},
		{"controls as references", "湘&#0;&#xFFFE;&#8;潭", "湘潭"},
		{"invalid UTF-8", "湘\xff<b>\xff潭", "湘潭"},
		{"CDATA", "湘<![CDATA[x]]>潭", "湘潭"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Plain(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range scans() {
		f.Add(s)
	}
	f.Add("前\x00\x7f\u0080\ufffe\xff后 \u3000 x<y <NBA> </nba> <a href=\"")
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if text.Clean(got) != got {
			t.Errorf("%q: %q is not clean", s, got)
		}
		if folded := strings.Join(strings.Fields(got), " "); folded != got {
			t.Errorf("%q: %q is not folded", s, got)
		}
		want := strings.Join(strings.Fields(text.Clean(s)), " ")
		if again := Plain(html.EscapeString(s)); again != want {
			t.Errorf("%q: escaped and read again: %q, want %q", s, again, want)
		}
	})
}
