package feed_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"feedstation/feed"
)

func TestPlainText(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"plain", "雨湖工业集中区", "雨湖工业集中区"},
		{"white space", "  湘潭\r\n\t 新闻\u3000\u00a0站 ", "湘潭 新闻 站"},
		{"inline tags", "<b>湘</b>潭<i>站</i>", "湘潭站"},
		{"blocks", "<p>一。</p><p>二。</p>三<br>四<br/>五", "一。 二。 三 四 五"},
		{"entities", "R&amp;D &lt;b&gt; &#28248; &#x6F6D; &copy", "R&D <b> 湘 潭 ©"},
		{"entities are decoded once", "&amp;lt;b&amp;gt; &amp;amp;", "&lt;b&gt; &amp;"},
		{"comment", "湘<!-- <b>注</b> -->潭", "湘潭"},
		{"script and style", "湘<script>if (a<b) x()</script><style>p{}</style>潭", "湘潭"},
		{"noscript", "湘<noscript><img src=1>请启用脚本</noscript>潭", "湘潭"},
		{"attributes", `<a href="x>y" title='<b>'>湘潭</a>`, "湘潭"},
		{"word processors", "<o:p>湘</o:p>潭<my-tag>站</my-tag>", "湘潭站"},
		{"brackets that are no tags", "<NBA>湖人 3<5, x<y 且 <湘潭>", "<NBA>湖人 3<5, x<y 且 <湘潭>"},
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
			if got := feed.PlainText(test.in); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	han := func(n int) string { return strings.Repeat("湘", n) }
	latin := func(words int) string { return strings.TrimSpace(strings.Repeat("word ", words)) }
	family := "👨‍👩‍👧" // one grapheme of five code points
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"short", "<p>岁月不居，时节如流。</p><p>这一年。</p>", "岁月不居，时节如流。 这一年。"},
		{"as long as may be", "<p>" + han(200) + "</p>", han(200)},
		{"no caption", "<figure><img src=1><figcaption><p>图</p></figcaption></figure><p>文</p>", "文"},
		{"caption without an end", "<figure><figcaption>图</figure><p>文</p>", "文"},
		{"only a caption", "<figure><img src=1><figcaption>图</figcaption></figure>", "图"},
		{"no stop", han(300), han(199) + "…"},
		{"sentence", han(130) + "。" + han(30) + "，" + han(100), han(130) + "。"},
		{"last sentence", han(120) + "。" + han(30) + "！" + han(100), han(120) + "。" + han(30) + "！"},
		{"sentence ends at 120", han(119) + "。" + han(100), han(119) + "。"},
		{"sentence ends at 119", han(118) + "。" + han(100), han(118) + "。" + han(80) + "…"},
		{"sentence ends at 200", han(199) + "。" + han(100), han(199) + "。"},
		{"sentence ends at 201", han(200) + "。" + han(100), han(199) + "…"},
		{"clause", han(130) + "，" + han(100), han(130) + "，"},
		{"closing quote", han(130) + "。”" + han(100), han(130) + "。”"},
		{"full stop in a number", han(130) + "3.14" + han(100), han(130) + "3.14" + han(65) + "…"},
		{"comma in a number", han(130) + "1,000" + han(100), han(130) + "1,000" + han(64) + "…"},
		{"full stop", latin(30) + ". " + latin(30), latin(30) + "."},
		{"between words", latin(60), latin(39) + "…"},
		{"between graphemes", strings.Repeat(family, 50), strings.Repeat(family, 39) + "…"},
		{"one word", strings.Repeat("a", 300), strings.Repeat("a", 199) + "…"},
		{"one word of accented letters", strings.Repeat("e\u0301", 150), strings.Repeat("e\u0301", 99) + "…"},
		{"grapheme that is too long", "a" + strings.Repeat("\u0301", 300), "…"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := feed.Summary(test.in)
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if n := utf8.RuneCountInString(got); n > 200 {
				t.Errorf("%d characters", n)
			}
		})
	}
}

func TestAbsolute(t *testing.T) {
	const base = "https://xt.news.example/content/2019/1.html?p=1"
	tests := []struct {
		name, in, want string
	}{
		{"nothing to do", `<p class="src">湘潭</p>`, `<p class="src">湘潭</p>`},
		{"relative", `<img src="1.jpg">`, `<img src="https://xt.news.example/content/2019/1.jpg">`},
		{"rooted", `<a href='/about'>x</a>`, `<a href='https://xt.news.example/about'>x</a>`},
		{"upwards", `<img src="../2018/1.jpg">`, `<img src="https://xt.news.example/content/2018/1.jpg">`},
		{"other host", `<img src="//img.news.example/1.jpg">`, `<img src="https://img.news.example/1.jpg">`},
		{"query", `<a href="?p=2">`, `<a href="https://xt.news.example/content/2019/1.html?p=2">`},
		{"fragment", `<a href="#note">`, `<a href="https://xt.news.example/content/2019/1.html?p=1#note">`},
		{"poster", `<video poster=p.jpg></video>`, `<video poster="https://xt.news.example/content/2019/p.jpg"></video>`},
		{"no quotes", `<img src=1.jpg alt=x>`, `<img src="https://xt.news.example/content/2019/1.jpg" alt=x>`},
		{"no quotes, solidus", `<img src=1.jpg/>`, `<img src="https://xt.news.example/content/2019/1.jpg/">`},
		{"spelling of the tag stays", "<IMG\n ALT = ''  SRC = \"1.jpg\"  / >", "<IMG\n ALT = ''  SRC = \"https://xt.news.example/content/2019/1.jpg\"  / >"},
		{"ampersands stay", `<a href="x?a=1&b=2&copy=3">`, `<a href="https://xt.news.example/content/2019/x?a=1&b=2&copy=3">`},
		{"references stay", `<a href="x?a=1&amp;b=2">`, `<a href="https://xt.news.example/content/2019/x?a=1&amp;b=2">`},
		{"references that must change", `<a href="../x?a=1&amp;b=2">`, `<a href="https://xt.news.example/content/x?a=1&amp;b=2">`},
		{"white space around", "<a href=' x.html\n'>", "<a href='https://xt.news.example/content/2019/x.html'>"},
		{"Chinese", `<img src="图 1.jpg">`, `<img src="https://xt.news.example/content/2019/%E5%9B%BE%201.jpg">`},
		{"lone percent sign", `<img src="100%.jpg">`, `<img src="https://xt.news.example/content/2019/100%25.jpg">`},
		{"absolute", `<a href="http://a.example/图?x=&y">`, `<a href="http://a.example/图?x=&y">`},
		{"other schemes", `<a href="mailto:a@b.example"><a href="javascript:x()"><img src="data:image/gif;base64,AA==">`, `<a href="mailto:a@b.example"><a href="javascript:x()"><img src="data:image/gif;base64,AA==">`},
		{"empty", `<a href=""><img src="" alt="">`, `<a href="https://xt.news.example/content/2019/1.html?p=1"><img src="" alt="">`},
		{"no value", `<a href><img src alt=x>`, `<a href><img src alt=x>`},
		{
			"srcset",
			`<img srcset="1.jpg, 2.jpg 2x,https://a.example/3.jpg 3x ,  /4.jpg 400w">`,
			`<img srcset="https://xt.news.example/content/2019/1.jpg, https://xt.news.example/content/2019/2.jpg 2x,https://a.example/3.jpg 3x ,  https://xt.news.example/4.jpg 400w">`,
		},
		{"srcset, commas in addresses", `<img srcset="a,b.jpg 1x,data:image/gif;base64,AA== 2x">`, `<img srcset="https://xt.news.example/content/2019/a,b.jpg 1x,data:image/gif;base64,AA== 2x">`},
		{"unclosed elements", `<p>a<img src=1.jpg><b>c`, `<p>a<img src="https://xt.news.example/content/2019/1.jpg"><b>c`},
		{"unclosed tag", `<p>a</p><img src="1.jpg`, `<p>a</p><img src="1.jpg`},
		{"comment", `<!-- <img src="1.jpg"> --><!--[if IE]><a href="x"><![endif]-->`, `<!-- <img src="1.jpg"> --><!--[if IE]><a href="x"><![endif]-->`},
		{"CDATA", `<![CDATA[<img src="1.jpg">]]><i>`, `<![CDATA[<img src="1.jpg">]]><i>`},
		{"script", `<script src="1.js">"<img src='1.jpg'>"</script>`, `<script src="https://xt.news.example/content/2019/1.js">"<img src='1.jpg'>"</script>`},
		{"noscript", `<noscript><img src="1.jpg"></noscript>`, `<noscript><img src="https://xt.news.example/content/2019/1.jpg"></noscript>`},
		{"other attributes", `<img data-src="1.jpg" alt="src=1.jpg" x-src=1.jpg>`, `<img data-src="1.jpg" alt="src=1.jpg" x-src=1.jpg>`},
		{"text", `a < b src="1.jpg" > c & d`, `a < b src="1.jpg" > c & d`},
		{"odd attributes", `<a "href="x" =href="y" / href="z">`, `<a "href="x" =href="y" / href="https://xt.news.example/content/2019/z">`},
		{"CRLF and controls", "<p>\r\n\x00\xff<img src='1.jpg'></p>\r", "<p>\r\n\x00\xff<img src='https://xt.news.example/content/2019/1.jpg'></p>\r"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := feed.Absolute(test.in, parse(t, base))
			if got != test.want {
				t.Errorf("\n got %q\nwant %q", got, test.want)
			}
			if again := feed.Absolute(got, parse(t, base)); again != got {
				t.Errorf("again: %q", again)
			}
		})
	}
}

func TestAbsoluteWithoutBase(t *testing.T) {
	const body = `<img src="1.jpg">`
	if got := feed.Absolute(body, nil); got != body {
		t.Errorf("nil: %q", got)
	}
	if got := feed.Absolute(body, parse(t, "/content/")); got != body {
		t.Errorf("relative: %q", got)
	}
}
