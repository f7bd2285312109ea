package markup

import (
	"net/url"
	"strings"
	"testing"
)

const dir = "https://xt.news.example/content/2019/"

func page(tb testing.TB) *url.URL {
	tb.Helper()
	u, err := url.Parse(dir + "1.html?p=1")
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// bodyTest is a body and what becomes of it.
type bodyTest struct{ name, in, want string }

func checkBodies(t *testing.T, tests []bodyTest) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Body(test.in, page(t))
			if got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
			if again := Body(got, page(t)); again != got {
				t.Errorf("again: %s", again)
			}
		})
	}
}

func TestBodyText(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"empty", "", ""},
		{"white space", " \r\n\t", ""},
		{"plain", "湘潭", "湘潭"},
		{"paragraphs", "<p>一。</p>\r\n<P CLASS=x>二。</P>", "<p>一。</p>\n<p>二。</p>"},
		{"references", "A &amp; B &lt; C &quot;D&quot; &#39;E&#39; &copy;&nbsp;&#x6e58;", "A &amp; B &lt; C \"D\" 'E' ©\u00a0湘"},
		{"references are decoded once", "&amp;lt;b&amp;gt; &amp;amp;", "&amp;lt;b&amp;gt; &amp;amp;"},
		{"ampersands and brackets", "R&D a < b > c && <3", "R&amp;D a &lt; b &gt; c &amp;&amp; &lt;3"},
		{"the end of a CDATA section", "a]]>b", "a]]&gt;b"},
		{"quotes in attributes", `<a href="/x" title='"&#39;"'>'"</a>`, `<a href="https://xt.news.example/x" title="&#34;'&#34;">'"</a>`},
		{"controls as references", "湘&#0;&#8;&#x1f;&#xFFFE;&#x80;潭", "湘€潭"},
		{"controls as references in an attribute", `<p title="湘&#0;&#8;&#x1f;&#xFFFE;潭">a</p>`, `<p title="湘潭">a</p>`},
		{"control characters", "湘\x00\x08\x1f\ufffe\xff潭", "湘潭"},
		{"emoji, astral, right to left", "👨‍👩‍👧 𠮷 مرحبا", "👨‍👩‍👧 𠮷 مرحبا"},
		{"comments", "a<!-- <p>b --><![if x]>c<![endif]><?php x ?><!DOCTYPE html>d", "acd"},
		{"preformatted", "<pre>a\n  b\t<code>c</code></pre>", "<pre>a\n  b\t<code>c</code></pre>"},
		{"a whole document", "<html><head><title>x</title><meta charset=utf-8><link href=x><style>p{}</style></head><body><p>a</body></html>", "<p>a</p>"},
	})
}

func TestBodyElements(t *testing.T) {
	same := func(name, s string) bodyTest { return bodyTest{name, s, s} }
	checkBodies(t, []bodyTest{
		same("text", "<p>a<b>b</b><i>c</i><sub>d</sub><sup>e</sup><del>f</del><ins>g</ins><q>h</q><small>i</small><mark>j</mark></p>"),
		same("lists", `<ul><li>a</li></ul><ol start="3" reversed=""><li value="5">b</li></ol><dl><dt>c</dt><dd>d</dd></dl>`),
		same("table", `<table><caption>a</caption><thead><tr><th scope="col">b</th></tr></thead><tbody><tr><td colspan="2">c</td><td></td></tr></tbody></table>`),
		same("figure", `<figure><img src="https://img.news.example/1.jpg" alt="a" width="600" height="400"><figcaption>b</figcaption></figure>`),
		same("picture", `<picture><source srcset="https://img.news.example/1.webp 1x, https://img.news.example/2.webp 2x" type="image/webp"><img src="https://img.news.example/1.jpg" alt=""></picture>`),
		same("video", `<video src="https://img.news.example/1.mp4" poster="https://img.news.example/1.jpg" width="640" controls=""></video>`),
		same("audio", `<audio controls=""><source src="https://img.news.example/1.mp3" type="audio/mpeg"></audio>`),
		same("track", `<video src="https://img.news.example/1.mp4" controls=""><track src="https://img.news.example/1.vtt" kind="captions" srclang="zh" label="中文" default=""></video>`),
		same("ruby", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"),
		same("details", `<details open=""><summary>a</summary>b</details>`),
		same("time and abbreviation", `<time datetime="2019-03-11">3月11日</time><abbr title="国内生产总值">GDP</abbr>`),
		same("language and direction", `<p lang="ar" dir="rtl">مرحبا</p><span lang="en">a</span><bdi dir="ltr">b</bdi>`),
		same("links", `<a href="https://a.example/">a</a><a href="mailto:a@b.example">b</a><a href="tel:+86731">c</a>`),
		same("headings and sections", "<section><h2>a</h2><blockquote><p>b</p></blockquote></section><hr><address>c</address>"),

		{"names of today", "<center>a</center><strike>b</strike><tt>c</tt><acronym>d</acronym><bdo dir=rtl>f</bdo><menu><li>e</menu>", "<div>a</div><s>b</s><code>c</code><abbr>d</abbr><bdi dir=\"rtl\">f</bdi><ul><li>e</li></ul>"},
		{"unknown elements lose their tags", "<font color=red>a</font><o:p>b</o:p><my-card>c</my-card><marquee>d</marquee><label>e</label>", "abcde"},
		{"forms", `<form action=x><input name=a value=b>a<select><option>b</option></select><textarea>c</textarea><button>d</button></form>`, "<div>a<p>c</p>d</div>"},
		{"programs", "a<script>b</script><style>c</style><iframe src=x>d</iframe><object>e<embed src=x></object><svg><text>f</text></svg><template>g</template><canvas>h</canvas>i", `a<p><a href="` + dir + `x">xt.news.example</a></p>e f hi`},
		{"programs without an end", "a<object data=x>b<svg>c<button>d", "abcd"},
		{"nested programs", "a<object>b<object>c</object>d</object>e", "abcde"},
		{"what others see instead of a film", "<video src=1.mp4>Your browser <a href=x>is old</a></video>a", `<video src="` + dir + `1.mp4" controls=""></video>a`},
		{"film without an end", "<video src=1.mp4><p>a", `<video src="` + dir + `1.mp4" controls=""></video><p>a</p>`},
		{"film behind programs without an end", strings.Repeat("<object>a", 400) + "<video src=1.mp4>b</video>", strings.Repeat("a", 400) + `<video src="` + dir + `1.mp4" controls=""></video>`},
		{"film without an address", "a<video>b</video><audio controls></audio>c", "ac"},
		{"source outside of a film", "a<source src=x><track src=x>b", "ab"},
		{"span that says nothing", `<span class=a>a<span lang="en">b</span>c</span>`, `a<span lang="en">b</span>c`},
		{"anchor", `<a name="x">a</a><a id=y>b</a>`, "ab"},
		{"class, id, style, data and event handlers", `<p class=a id=b style="color:red" data-x=c onclick="d()" ONLOAD=e onpointerrawupdate=f tabindex=0 contenteditable>g</p>`, "<p>g</p>"},
		{"an attribute that is there twice", `<p lang=a lang=b>c</p>`, `<p lang="a">c</p>`},
		{"numbers", `<img src=1.png width="600px" height="50%"><td colspan=2><ol start=-1><li value=x>a`, `<img src="` + dir + `1.png" alt="" width="600" height="50%"><ol><li>a</li></ol>`},
	})
}

func TestBodyNesting(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"unclosed", "<div><p>a<b>b", "<div><p>a<b>b</b></p></div>"},
		{"closed twice", "<p>a</p></p></div></b>b", "<p>a</p>b"},
		{"misnested", "<b><i>a</b>b</i>c", "<b><i>a</i></b><i>b</i>c"},
		{"paragraphs end paragraphs", "<p>a<p>b<div>c<p>d</div>e", "<p>a</p><p>b</p><div>c<p>d</p></div>e"},
		{"blocks end paragraphs", "<p>a<ul><li>b</ul><p>c<table><tr><td>d</table><p>e<h2>f</h2>", "<p>a</p><ul><li>b</li></ul><p>c</p><table><tr><td>d</td></tr></table><p>e</p><h2>f</h2>"},
		{"items end items", "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"},
		{"terms", "<dl><dt>a<dd>b<dt>c<dd><p>d</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt><dd><p>d</p></dd></dl>"},
		{"cells and rows", "<table><tr><td>a<th>b<tr><td><p>c<td>d</table>e", "<table><tr><td>a</td><th>b</th></tr><tr><td><p>c</p></td><td>d</td></tr></table>e"},
		{"row groups", "<table><caption>a<thead><tr><td>b<tbody><tr><td>c<tfoot><tr><td>d</table>", "<table><caption>a</caption><thead><tr><td>b</td></tr></thead><tbody><tr><td>c</td></tr></tbody><tfoot><tr><td>d</td></tr></tfoot></table>"},
		{"columns", "<table><colgroup><col span=2><tr><td>a</table>", `<table><colgroup><col span="2"></colgroup><tr><td>a</td></tr></table>`},
		{"cells without a table", "<tr><td>a</td><td>b</td></tr>", "ab"},
		{"cells without a row", "<table><td>a<th>b<tr><td>c</table>", "<table><tr><td>a</td><th>b</th></tr><tr><td>c</td></tr></table>"},
		{"text and blocks without a cell", "<table>a<p>b</p><tr>c<img src=1.png><tr><td>d</table>", `<table><tr><td>a<p>b</p></td></tr><tr><td>c<img src="` + dir + `1.png" alt=""></td></tr><tr><td>d</td></tr></table>`},
		{"a table in a table", "<table><tr><td>a<tr><table><tr><td>b</table>c</table>d", "<table><tr><td>a</td></tr><tr></tr></table><table><tr><td>b</td></tr></table>cd"},
		{"a caption that does not end", "<table><caption>a<td>b<caption>c</table>", "<table><caption>a</caption><tr><td>b</td></tr><caption>c</caption></table>"},
		{"text among columns", "<table><colgroup><col>a<col><tr><td>b</table>", "<table><colgroup><col></colgroup><tr><td>a</td></tr><tr><td>b</td></tr></table>"},
		{"an end tag inside a cell", "<div><table><tr><td>a</div>b</p>c</td></tr></table></div>", "<div><table><tr><td>abc</td></tr></table></div>"},
		{"a table in a cell", "<table><tr><td><table><tr><td>a</table>b</table>c", "<table><tr><td><table><tr><td>a</td></tr></table>b</td></tr></table>c"},
		{"links in links", `<a href=x>a<a href=y>b</a>c</a>`, `<a href="` + dir + `x">a</a><a href="` + dir + `y">b</a>c`},
		{"headings in headings", "<h2>a<h3>b</h3>", "<h2>a</h2><h3>b</h3>"},
		{"ruby", "<ruby>漢<rp>(<rt>kan<rp>)</ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>"},
		{"end of a line break", "a</br>b<br/>c<br clear=all>d", "a<br>b<br>c<br>d"},
		{"too deep", strings.Repeat("<div>a", maxDepth+6) + strings.Repeat("b</div>", maxDepth+6), strings.Repeat("<div>a", maxDepth) + "aaaaaabbbbbb" + strings.Repeat("b</div>", maxDepth)},
		{"an unclosed tag", `<p>a</p><img src="1.jpg`, "<p>a</p>"},
		{"an unclosed comment", "<p>a</p><!-- <p>b</p>", "<p>a</p>"},
	})
}

func TestBodyAddresses(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"relative", `<img src="1.jpg"><a href='/about'>a</a>`, `<img src="` + dir + `1.jpg" alt=""><a href="https://xt.news.example/about">a</a>`},
		{"no quotes", `<img src=1.jpg alt=x>`, `<img src="` + dir + `1.jpg" alt="x">`},
		{"ampersands", `<a href="x?a=1&b=2&copy=3&amp;d=4">a</a>`, `<a href="` + dir + `x?a=1&amp;b=2&amp;copy=3&amp;d=4">a</a>`},
		{"Chinese and space", `<img src="图 1.jpg">`, `<img src="` + dir + `%E5%9B%BE%201.jpg" alt="">`},
		{"Chinese host", `<a href="//新闻.example/">a</a>`, `<a href="https://xn--efvy88h.example/">a</a>`},
		{"a place in the article", `<a href="#note">a</a>`, `<a href="` + dir + `1.html?p=1#note">a</a>`},
		{"the page", `<a href="">a</a><img src="">`, `<a href="` + dir + `1.html?p=1">a</a>`},
		{"other schemes", `<a href="javascript:x()">a</a><a href="data:text/html,x">b</a><img src="file:///x"><blockquote cite="vbscript:x">c</blockquote>`, "ab<blockquote>c</blockquote>"},
		{"mail is no picture", `<img src="mailto:a@b.example">a<q cite="tel:1">b</q>`, "a<q>b</q>"},
		{"set", `<img srcset="1.jpg, 2.jpg 2x,https://a.example/3.jpg 3x ,  /4.jpg 400w">`, `<img src="` + dir + `1.jpg" srcset="` + dir + `1.jpg, ` + dir + `2.jpg 2x, https://a.example/3.jpg 3x, https://xt.news.example/4.jpg 400w" alt="">`},
		{"set with commas in addresses", `<img src=0.jpg srcset="a,b.jpg 1x,data:image/gif;base64,AA== 2x" sizes="50vw">`, `<img src="` + dir + `0.jpg" srcset="` + dir + `a,b.jpg 1x" sizes="50vw" alt="">`},
		{"set with nothing of use", `<img src=0.jpg srcset="javascript:x 1x, 1.jpg 2q, 2.jpg .x" sizes=x>`, `<img src="` + dir + `0.jpg" alt="">`},
	})
	if got := Body(`a<img src="1.jpg"><a href="/x">b</a><img src="//a.example/1.jpg"><img src="https://a.example/2.jpg">`, nil); got != `ab<img src="https://a.example/2.jpg" alt="">` {
		t.Errorf("without a base: %s", got)
	}
}

func TestBodyEmpty(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"no-break space", "<p>&nbsp;</p>a", "a"},
		{"full-width space", "<p>　　</p><div>\u200b</div>a", "a"},
		{"line breaks", "<p><br></p><p> <br/>&nbsp;<br></p>a", "a"},
		{"nested", "<div><p><strong><span lang=en>&nbsp;</span></strong></p></div>a", "a"},
		{"after what was in it has gone", `<p><script>x</script></p><p><img src="data:x"></p><ul><li><a href="javascript:x"></a></ul><figure><img></figure>a`, "a"},
		{"space between words", "a<b> </b>b<i>\u3000</i>c<i></i>d", "a b cd"},
		{"white space between blocks", "<p>a</p>\n<p>&nbsp;</p>\n<p>b</p>", "<p>a</p>\n\n<p>b</p>"},
		{"a picture is something", `<p><a href="/x"><img src="1.jpg"></a></p>`, `<p><a href="https://xt.news.example/x"><img src="` + dir + `1.jpg" alt=""></a></p>`},
		{"a line is something", "<div><hr></div>", "<div><hr></div>"},
		{"empty cells stay", "<table><tr><td></td><td>a</td></tr></table>", "<table><tr><td></td><td>a</td></tr></table>"},
		{"a table with empty cells only", "a<table><tr><td>&nbsp;</td></tr></table>", "a"},
		{"between texts", "a<p>&nbsp;</p>b <div></div>c<b>d</b><p></p>e", "a b c<b>d</b> e"},
		{"a full stop is something", "<p>.</p>", "<p>.</p>"},
	})
}
