package markup

import (
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
		{"references are decoded until none is left", "&amp;lt;b&amp;gt; &amp;amp; &#38;#38;amp;nbsp;x", "<b> & x"},
		{"comment", "湘<!-- <b>注</b> -->潭", "湘潭"},
		{"script and style", "湘<script>if (a<b) x()</script><style>p{}</style>潭", "湘潭"},
		{"noscript", "湘<noscript><img src=1>请启用脚本</noscript>潭", "湘潭"},
		{"fields and programs", "湘<select><option>a</select><object>b</object><svg><text>c</text></svg>潭", "湘b c 潭"},
		{"title and textarea", "<title>湘</title><textarea>潭</textarea>", "湘 潭"},
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
		{"invalid UTF-8", "湘\xff<b>\xff</b>潭", "湘潭"},
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

// TestPlainTags holds that what people write about HTML is text, and HTML is
// not: the field is plain text, which may hold markup.
func TestPlainTags(t *testing.T) {
	for _, s := range []string{
		"React <Button> patterns", "<select> gets a facelift", "Why <script> tags are slow", "How to use the <video> element", "Firefox 23 without <blink>",
		"The <iframe> tag is dead", "<canvas>", "The <button> on the wall", "Use <template> and <slot>", "<p> or <div>?", "<b> versus <strong>",
		"if a<b then", "a<b and c>d", "x <y <NBA> z", "The <my-element> tag", "<textarea> <title> <style> <xmp> <noscript>", "closing </body> tags", "The </> of React",
		`How <input type="date"> works`, "<a target=_blank> and <link rel=preload>", "<meta name=viewport>, <video controls=x> and <label for=y>", "Vec<T> in <vector>", "Option<&str> vs <T: Copy>",
		"Using <?php tags", "<!important", "<img> and <hr>", "a <input> b", "<<a>>",
	} {
		if got := Plain(s); got != s {
			t.Errorf("%q: got %q", s, got)
		}
		if got := Plain(html.EscapeString(s)); got != s {
			t.Errorf("%q, escaped: got %q", s, got)
		}
	}
	for in, want := range map[string]string{
		"<b>重磅</b>消息": "重磅消息", "<p>Hello</p> <p>World": "Hello World", "<p>First. <b>x</b>": "First. x", "<ul><li>a<li>b</ul>": "a b", `a<img src="x" alt="b">c`: "ac", `<p class="x">a`: "a",
		"<B>a</b>": "a", "<b>The <video> tag</b>": "The <video> tag", "a<br>b<br/>c<wbr>d": "a b cd", "&lt;b&gt;Bold&lt;/b&gt; move": "Bold move",
		"<script>x</script>a<style>y</style>": "a", "AT&amp;amp;amp;T": "AT&T", "AT&#38;amp;T": "AT&T", "<title>a</title>": "a",
		`<iframe src="//video.example/"></iframe>a`: "a", "<!-- a -->b": "b", "标题</br>副标题": "标题 副标题", "<![CDATA[标题 <b>x</b>]]>": "标题 x", "<font color=red>急</font> <img src=x>a": "急 a", "<font color=red>急": "急", "<o:p>a</o:p>": "a",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestPlainMeaning holds that what elements and styles say is not lost with
// them.
func TestPlainMeaning(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"struck out", "票价<s>100</s><del>90</del><strike>85</strike>80元", "票价80元"},
		{"struck out by style", `票价<span style="text-decoration:line-through">100</span>80元`, "票价80元"},
		{"struck out and replaced", "The toll is <strike>12</strike><ins>9</ins>.", "The toll is 9."},
		{"spaces beside it", "was <s>12</s>, is <s>8 <b>or</b></s> 9", "was, is 9"},
		{"in each other", "a<s>b<s>c</s>d</s>e", "ae"},
		{"hidden", `正文<span style="display:none">x0</span>继续<i hidden>y</i>`, "正文继续"},

		{"a power", "10<sup>6</sup> and 10<sup>-12</sup>", "10⁶ and 10⁻¹²"},
		{"a power by style", `10<span style="vertical-align:super">6</span>`, "10⁶"},
		{"a power without signs", "2<sup>6k</sup>", "2^6k"},
		{"units", "5 m<sup>3</sup>, CO<sub>2</sub>, H<sub>2</sub>O", "5 m³, CO2, H2O"},
		{"ordinals", "1<sup>st</sup>, 2<sup>nd</sup>, M<sup>me</sup>, 1<sup>er</sup>, TM<sup>®</sup>", "1st, 2nd, Mme, 1er, TM®"},
		{"a base", "101<sub>2</sub>", "101₂"},
		{"a variable", "2<sup>n</sup>", "2ⁿ"},
		{"a note", `In 2019<sup class="footnote-ref"><a href="#fn1">1</a></sup> it grew`, "In 2019 it grew"},
		{"a note around", `In 2019<a href="#fn1"><sup>1</sup></a> it grew`, "In 2019 it grew"},
		{"a note on the page itself", `In 2019<sup><a href="/a.html#fn1">1</a></sup>, it grew`, "In 2019, it grew"},
		{"a note in brackets", "In 2019<sup>[1]</sup><sup>［2］</sup>。", "In 2019。"},
		{"a note with a sign", "city<sup>*</sup>, town<sup>†</sup>", "city, town"},
		{"notes", "city<sup>1,2</sup>, town<sup><a href='#a'>1</a>,<a href='#b'>2</a></sup>, 10<sup>1,5</sup>", "city, town, 10^1,5"},
		{"a remark", "city<sup>[citation needed]</sup> Brand<sup>(R)</sup>", "city Brand(R)"},
		{"a quotation", "He said <q>yes</q>.", "He said “yes”."},
		{"a note without a link", "增长<sup>1</sup>", "增长¹"},

		{"readings", "<ruby>湘<rp>(</rp><rt>xiāng</rt><rp>)</rp></ruby><ruby>潭<rt>tán</ruby>市", "湘潭市"},
		{"soft hyphens", "Donau\u00addampf&shy;schiff", "Donaudampfschiff"},
		{"controls", "It\u0092s\u000bhere &#146;t &#x85;", "It’s here ’t …"},
		{"overrides", "Invoice &#x202e;gpj.exe", "Invoice gpj.exe"},
		{"tags of no flag", "a\U000e0041\U000e007f\ufe0f \ufe0fb \U0001F3F4\U000e0067\U000e007f", "a\ufe0f b \U0001F3F4\U000e0067\U000e007f"},
		{"nothing to see, in others", "\U000e0041\ufe0f", ""},
		{"nothing to see", "<b>&#8203;&shy;</b>\ufeff", ""},
		{"emoji", `one<img alt="🎉" src="1.png">two`, "one🎉two"},
		{"a picture that can't be carried", `so <img alt="a+b" src="blob:x"> holds`, "so a+b holds"},
		{"a button", "Press <button>Apply</button> now", "Press Apply now"},
		{"a formula", `So <math alttext="a^2"><mi>a</mi></math>.`, "So a^2."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Plain(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := Summary(Body(test.in, page(t))); got != test.want {
				t.Errorf("as a body: got %q, want %q", got, test.want)
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
		if folded := text.Fold(got); folded != got {
			t.Errorf("%q: %q is not folded", s, got)
		}
		if again := Plain(got); again != got {
			t.Errorf("%q: %q, again: %q", s, got, again)
		}
		if escaped := Plain(html.EscapeString(s)); escaped != got {
			t.Errorf("%q: %q, escaped: %q", s, got, escaped)
		}
	})
}
