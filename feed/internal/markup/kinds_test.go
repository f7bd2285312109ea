package markup

import "testing"

// The tables here have one kind of input each: what pages say outside of their
// plain elements, and what readers should get of it.

func TestLineBreaks(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"in an inline element", "<p>a<strong><br></strong>b</p>", "<p>a<br>b</p>"},
		{"in a span of Word", `<p>1<span lang="EN-US"><br></span>2</p>`, "<p>1<br>2</p>"},
		{"two", "<p>a<b><br><br></b>b</p>", "<p>a<br><br>b</p>"},
		{"in a link", `<p>a<a href="/q"><br></a>b</p>`, "<p>a<br>b</p>"},
		{"nested", "<p>a<b><i><u> <br/> </u></i></b>b</p>", "<p>a<br>b</p>"},
		{"in an element that is unknown", "<p>a<font color=red><br></font><o:p><br></o:p>b</p>", "<p>a<br><br>b</p>"},
		{"in a heading", "<h2>a<em><br></em>b</h2>", "<h2>a<br>b</h2>"},
		{"in a label, an anchor and an unknown element", `<p>a<label><br></label>b<a name="x"><br></a>c<my-x class=y><br></my-x>d</p>`, "<p>a<br>b<br>c<br>d</p>"},
		{"in text without a size", `<p>a<span style="font-size:0"><br></span>b</p>`, "<p>a<br>b</p>"},
		{"in ruby and an index", "<p>a<ruby><br></ruby>b<sup><br></sup>c</p>", "<p>a<br>b<br>c</p>"},
		{"an end tag", "<p>a<b></br></b>b</p>", "<p>a<br>b</p>"},
		{"right to left, with spaces", "<p dir=rtl>مرحبا<em><strong>&nbsp;<br>&nbsp;</strong></em>بكم</p>", `<p dir="rtl">مرحبا<br>بكم</p>`},
		{"a break that nobody sees", "<p>a<span hidden><br></span>b</p>", "<p>ab</p>"},
		{"an element that is empty without one", "<p>a<b></b>b</p>", "<p>ab</p>"},
		{"a block", "<p>a</p><p><br></p><p><b><br></b></p><p>b</p>", "<p>a</p><p>b</p>"},
		{"a block between texts", "a<div><br></div>b", "a b"},
		{"beside text", "<p>a<b><br>b</b></p>", "<p>a<b><br>b</b></p>"},
	})
}

func TestPreformatted(t *testing.T) {
	same := func(name, s string) bodyTest { return bodyTest{name, s, s} }
	checkBodies(t, []bodyTest{
		same("white space in an element", "<pre>if x:<b>\n    </b>y</pre>"),
		same("a line of its own", "<pre><div>a</div><div><br></div><div>b</div></pre>"),
		same("blanks alone", "<pre>a<em>   </em>b</pre>"),
		same("empty lines", "<pre>a\n\n\nb\n</pre>"),
		same("code", "<pre><code>a\n<i>\n</i>\n  b</code></pre>"),
		same("paragraphs", "<pre><p>a</p><p> </p><p>b</p></pre>"),
		same("an address", "<pre>\nhttps://a.example/x\n</pre>"),
		same("lines of code each", "<pre><code>a</code><code><br></code><code>b</code></pre>"),
		same("items", "<pre><ol><li>a</li><li> </li><li>b</li></ol></pre>"),
		{"wrapped", "<pre style='white-space:pre-wrap'>a\n  b</pre>", "<pre>a\n  b</pre>"},
		{"spans", `<pre><span class="w">  </span><span class="k">a</span></pre>`, "<pre>  a</pre>"},
		{"nothing", "<p>a</p><pre> \n<b> </b></pre>", "<p>a</p>"},
		{"the older name", "<listing>a\n  b</listing>", "<pre>a\n  b</pre>"},
	})
}

func TestPreservedLines(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"a paragraph", "<p style='white-space:pre-wrap'>\n  verse one\nverse two\n\nverse three</p>", "<p>\n  verse one<br>\nverse two<br>\n<br>\nverse three</p>"},
		{"a span", "a<span style='WHITE-SPACE: pre-line'>b\nc</span>", "ab<br>\nc"},
		{"what is in it", "<div style='white-space:break-spaces'>a <b>b</b>\nc<p>d\ne</p>\n<p>f</p></div>", "<div>a <b>b</b><br>\nc<p>d<br>\ne</p>\n<p>f</p></div>"},
		{"an unknown element", "<x-y style='white-space:pre'>a\nb</x-y>", "a<br>\nb"},
		{"Google Docs", "<p><span style='font-size:11pt;white-space:pre-wrap;'>one line</span></p>", "<p>one line</p>"},
		{"not", "<p style='white-space:nowrap'>a\nb</p>", "<p>a\nb</p>"},
	})
}

func TestSwallowed(t *testing.T) {
	link := `<a href="https://xt.news.example/a.pdf">download</a>`
	checkBodies(t, []bodyTest{
		{"a button in a heading", `<h3><button type="button"><span>Opening hours</span></button></h3><p>9 to 5</p>`, "<h3>Opening hours</h3><p>9 to 5</p>"},
		{"a button in a line", "<p>Press <button>Apply</button> to take part.</p>", "<p>Press Apply to take part.</p>"},
		{"a button with an icon", `<h3>a<button><svg viewBox="0 0 1 1"><path d="M0 0"/></svg></button></h3>`, "<h3>a</h3>"},
		{"the fallback of an object", `<object data="/a.pdf" type="application/pdf"><p>The report: <a href="/a.pdf">download</a></p></object>`, "<p>The report: " + link + "</p>"},
		{"nested objects", `<object data="x"><object data="y">Sales rose.</object></object>`, "Sales rose."},
		{"an applet", "<applet code=x>Sales rose.</applet>", "Sales rose."},
		{"a canvas", "<canvas>Sales rose by 4 %.</canvas><p>End</p>", "Sales rose by 4 %.<p>End</p>"},
		{"xmp", `<p>Type:</p><xmp>print("<b>")</xmp>`, `<p>Type:</p><pre>print("&lt;b&gt;")</pre>`},
		{"textarea", "<p>The letter:</p><textarea readonly>Dear &amp; near\nneighbours</textarea>", "<p>The letter:</p><p>Dear &amp; near<br>\nneighbours</p>"},
		{"an empty textarea", "<p>a</p><textarea> </textarea>", "<p>a</p>"},
		{"an output and a meter", "<p>Sum: <output>12</output>, <meter value=6>6 of 10</meter></p>", "<p>Sum: 12, 6 of 10</p>"},
		{"a dialog that is open", "<dialog open>Thanks</dialog>", "Thanks"},
		{"a button of a form", "Press <input type=button value=Apply> now", "Press Apply now"},
		{"what a button shows", `<h3><button aria-expanded="false" aria-controls="s1 s2">a</button></h3><div id="s1" role="region" hidden><p>b</p></div><div hidden>c</div>`, "<h3>a</h3><div><p>b</p></div>"},
		{"what a link shows", `<a href="#s" aria-controls="s">a</a><p id="s" style="display:none">b</p>`, `<a href="` + dir + `1.html?p=1#s">a</a><p>b</p>`},
		{"a tab", `<div role="tabpanel" hidden><img src=1.jpg><p>b</p></div>`, `<div><img src="` + dir + `1.jpg" alt=""><p>b</p></div>`},
		{"a template that browsers show", "<x-y><template shadowrootmode=open><p>a</p></template></x-y>", "<p>a</p>"},
		{"a textarea that nobody sees", "a<textarea hidden>b</textarea>c<p>d</p>", "ac<p>d</p>"},
		{"an xmp that nobody sees", "a<xmp style='display:none'>b</xmp>c<p>d</p>", "ac<p>d</p>"},
		{"a canvas with a table", "<canvas aria-label=x><table><tr><td>a</td></tr></table></canvas>", "<table><tr><td>a</td></tr></table>"},
		{"fields go", "a<select><option>b</option></select><datalist><option>c</datalist><input type=text value=d><template>e</template>", "a"},

		{"foreign objects", `<svg viewBox="0 0 1 1"><foreignObject><section><p>第一屏</p><img src="1.jpg"></section></foreignObject></svg><p>结束</p>`, `<section><p>第一屏</p><img src="` + dir + `1.jpg" alt=""></section><p>结束</p>`},
		{"texts of a drawing", `<p>x<svg><g><text x=1>2019</text><text>20<tspan>20</tspan></text></g><path/></svg>y</p>`, "<p>x 2019 2020 y</p>"},
		{"lines of a drawing's text", `<svg><text>A<tspan x="0" dy="1em">B</tspan><tspan y=1>C</tspan></text></svg>`, "A B C"},
		{"a drawing's text on a path", `<svg><text><textPath href="#p">a</textPath></text></svg>`, "a"},
		{"a drawing in a background", `<svg style="background-image:url(&quot;1.jpg&quot;)" viewBox="0 0 1080 500"></svg>`, `<img src="` + dir + `1.jpg" alt="">`},
		{"what is hidden in a drawing", `<svg><g style="display:none"><text>a</text></g><text visibility="hidden">b</text><text display="none">c</text><text>d</text></svg>`, "d"},
		{"the title of a drawing", `<svg role="img"><title>Sales by year</title><path d=""/></svg>`, "Sales by year"},
		{"the label of a drawing", `<svg aria-label="Sales by year"><path/></svg>`, "Sales by year"},
		{"a title beside texts", `<svg><title>Chart</title><text>2019</text></svg>`, "2019"},
		{"a picture of a drawing", `<svg><image xlink:href="1.jpg"/></svg>`, `<img src="` + dir + `1.jpg" alt="">`},
		{"what a drawing does not show", `<svg><style>a</style><defs><text>b</text></defs><desc>c</desc><script>d</script>e</svg>f`, "f"},
		{"an icon for the eye", `<p>a<svg aria-hidden="true"><title>Icon</title></svg></p>`, "<p>a</p>"},
		{"an icon beside its text", `<p><svg width="24" height="24"><title>Calendar</title></svg> <svg class="site-Icon" aria-label="Clock"></svg> Monday</p>`, "<p>  Monday</p>"},
		{"HTML in a drawing", `<svg><g><p>a</p></svg><p>b</p>`, "<p>a</p><p>b</p>"},
	})
}

func TestCutOff(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"by the end of another element", "<b>1<i>2</b>3</i>4", "<b>1<i>2</i></b><i>3</i>4"},
		{"two, in their order", "<p><strong><em>1</p><p>2</em>3</strong>4</p>", "<p><strong><em>1</em></strong></p><p><strong><em>2</em>3</strong>4</p>"},
		{"by a block", "<p><b>1<div>2</b>3</div>", "<p><b>1</b></p><div><b>2</b>3</div>"},
		{"without an end", "<p><b>1</p><p>2</p>", "<p><b>1</b></p><p>2</p>"},
		{"before nothing", "<p><b>1</p></b>\n<p>2</p>", "<p><b>1</b></p>\n<p>2</p>"},
		{"a link ends", `<p><a href="/x">1</p><p>2</a></p>`, `<p><a href="https://xt.news.example/x">1</a></p><p>2</p>`},
		{"what is written in another way", `<p><b style="font-weight:400">1</p><p>2</b><tt>3</p><p>4</tt>`, "<p>1</p><p>2<code>3</code></p><p>4</p>"},
		{"by a cell", "<table><tr><td><b>1</td><td>2</b>3</table>", "<table><tr><td><b>1</b></td><td>23</td></tr></table>"},
	})
}

func TestEmbedded(t *testing.T) {
	film := `<a href="https://video.example/embed/abc">`
	checkBodies(t, []bodyTest{
		{"a frame", `<p><iframe src="https://video.example/embed/abc" title="A film"></iframe></p>`, "<p>" + film + "A film</a></p>"},
		{"a frame alone", `<iframe src="https://video.example/embed/abc"></iframe>`, "<p>" + film + "video.example</a></p>"},
		{"between words", `<p>a<iframe src="//video.example/embed/abc" title=" A  film "></iframe>b</p>`, "<p>a " + film + "A film</a> b</p>"},
		{
			"in a list and a cell", `<ul><li><iframe src="//video.example/embed/abc"></iframe></ul><table><td><iframe src="//map.example/"></iframe></table>`,
			"<ul><li><p>" + film + `video.example</a></p></li></ul><table><tr><td><p><a href="https://map.example/">map.example</a></p></td></tr></table>`,
		},
		{"in a figure", `<figure><iframe src="//video.example/embed/abc"></iframe><figcaption>c</figcaption></figure>`, "<figure><p>" + film + "video.example</a></p><figcaption>c</figcaption></figure>"},
		{"in a link", `<a href="/x">b<iframe src="//video.example/embed/abc" title="A film"></iframe></a>`, `<a href="https://xt.news.example/x">bA film</a>`},
		{"lazy", `<iframe data-src="//video.example/embed/abc" src="about:blank"></iframe>`, "<p>" + film + "video.example</a></p>"},
		{"lazy by any name", `<iframe data-lazy="//video.example/embed/abc"></iframe><iframe data-url="https://map.example/" src="about:blank"></iframe><iframe data-embed="https://chart.example/1.html"></iframe>`, "<p>" + film + `video.example</a></p><p><a href="https://map.example/">map.example</a></p><p><a href="https://chart.example/1.html">chart.example</a></p>`},
		{"lazy beside other data", `<iframe data-cover="https://img.example/1.jpg" data-opts='{"u":"https://a.example/"}' data-id="a//b" data-src="//video.example/embed/abc" data-help="https://help.example/"></iframe>`, "<p>" + film + "video.example</a></p>"},
		{"other data alone", `a<iframe data-cover="https://img.example/1.jpg" data-opts='{"u":"https://a.example/"}' data-id="a//b" xmlns="http://www.w3.org/1999/xhtml"></iframe>`, "a"},
		{"lazy with a fallback", `<iframe data-lazy-src="//video.example/embed/abc"></iframe><noscript><iframe src="//video.example/embed/abc"></iframe></noscript>`, "<p>" + film + "video.example</a></p>"},
		{"in a noscript alone", `<noscript><iframe src="//video.example/embed/abc"></iframe></noscript>a`, "<p>" + film + "video.example</a></p>a"},
		{"a label", `<iframe src="//video.example/embed/abc" aria-label="A film"></iframe>`, "<p>" + film + "A film</a></p>"},
		{"oembed", `<figure class="media"><oembed url="https://video.example/embed/abc"></oembed></figure>`, "<figure><p>" + film + "video.example</a></p></figure>"},
		{"a plug-in", `<p><embed type="application/x-shockwave-flash" src="https://video.example/embed/abc"></p>`, "<p>" + film + "video.example</a></p>"},
		{"an object", `<object data="https://video.example/embed/abc" type="video/mp4"></object>`, "<p>" + film + "video.example</a></p>"},
		{"an object with a parameter", `<object classid="x"><param name="movie" value="https://video.example/embed/abc"></object>`, "<p>" + film + "video.example</a></p>"},
		{"an object with a plug-in", `<object data="https://video.example/embed/abc"><param name=a value=b><embed src="https://video.example/embed/abc"></object>`, "<p>" + film + "video.example</a></p>"},
		{"an object that is a picture", `<object data="1.png" type="image/png">x</object>`, `<img src="` + dir + `1.png" alt="x">`},
		{"a plug-in that is a picture", `<embed src="1.jpg">`, `<img src="` + dir + `1.jpg" alt="">`},
		{"a film without a file has its picture", `<video poster="p.jpg" src="blob:https://x.example/1"></video>`, `<img src="` + dir + `p.jpg" alt="">`},
		{"a film without a file has its link", `<video controls><p>No video. <a href="/v.mp4">The film</a></p></video>`, `<p>No video. <a href="https://xt.news.example/v.mp4">The film</a></p>`},
		{"a film without a file and a link", `a<video><p>Your browser is too old.</p></video>b`, "ab"},
		{"a film with its file in other data", `<video data-mp4="/v.mp4"></video>`, `<video src="https://xt.news.example/v.mp4" controls=""></video>`},
		{"a sound without a file", `<audio><a href="/v.mp3">Listen</a></audio>`, `<a href="https://xt.news.example/v.mp3">Listen</a>`},
		{"an object that is a picture with another in it", `<object data="1.svg" type="image/svg+xml"><img src="1.png" alt="Chart"></object>`, `<img src="` + dir + `1.png" alt="Chart">`},
		{"Flash with a note", `<object data="https://video.example/embed/abc"><embed src="https://video.example/embed/abc"><noembed>No Flash</noembed></object>`, "<p>" + film + "video.example</a></p>"},
		{"the number of a film", `<lite-youtube videoid="Ab_-1" playlabel="Play: A film"><button>Play</button></lite-youtube><p>a</p>`, `<p><a href="https://www.youtube.com/watch?v=Ab_-1">Play: A film</a></p><p>a</p>`},
		{"the number of a film, with a link", `<lite-youtube videoid="Ab1"><a href="/w">A film</a></lite-youtube>`, `<a href="https://xt.news.example/w">A film</a>`},
		{"numbers of AMP", `<amp-vimeo data-videoid="12" title="A film"></amp-vimeo><amp-facebook data-href="https://social.example/1"></amp-facebook><amp-youtube data-videoid="a/../b">c</amp-youtube>`, `<p><a href="https://vimeo.com/12">A film</a></p><p><a href="https://social.example/1">social.example</a></p>c`},
		{"a frame with its page", `<iframe title="A film" srcdoc="<style>*{}</style><a href='https://video.example/embed/abc'><img src='1.jpg'><span>Play</span></a>"></iframe>`, "<p>" + film + "A film</a></p>"},
		{"a frame with a page with a frame", `<iframe srcdoc="&lt;a href=/x>y&lt;/a>&lt;iframe src='//video.example/embed/abc'>&lt;/iframe>"></iframe>`, "<p>" + film + "video.example</a></p>"},
		{"a frame with its page and an address", `<iframe srcdoc="<a href=/x>y</a>" src="//video.example/embed/abc"></iframe>`, "<p>" + film + "video.example</a></p>"},
		{"a frame with a page of nothing", `a<iframe srcdoc="<script src=/ad.js></script>"></iframe>`, "a"},
		{"the address of a film", `<div class="player" data-src="v.mp4"></div>`, `<div><video src="` + dir + `v.mp4" controls=""></video></div>`},
		{"the address of a film with its picture", `<div data-video="/v.mp4?x=1"><img src="1.jpg"></div>`, `<div><img src="` + dir + `1.jpg" alt=""><video src="https://xt.news.example/v.mp4?x=1" controls=""></video></div>`},
		{"the address of a sound in a line", `<p>a <span data-url="v.mp3"></span> b</p>`, `<p>a <audio src="` + dir + `v.mp3" controls=""></audio> b</p>`},
		{"the address of a film that is there", `<div data-src="v.mp4"><video src="v.mp4" controls></video></div>`, `<div><video src="` + dir + `v.mp4" controls=""></video></div>`},
		{"the address of a film in an element that is unknown", `<x-player data-mp4="v.mp4"></x-player>`, `<video src="` + dir + `v.mp4" controls=""></video>`},
		{"the address of a film of a cell, a list and a table", `<table data-src="a.mp4"><tr data-src="b.mp4"><td data-src="v.mp4">x</table><ul data-src="c.mp4"><li>y</ul>`, `<table><tr><td>x<video src="` + dir + `v.mp4" controls=""></video></td></tr></table><ul><li>y</li></ul>`},
		{"the address of a film that nobody sees", `a<div hidden data-src="v.mp4">b</div><a href="/x" data-src="v.mp4">c</a>`, `a <a href="https://xt.news.example/x">c</a>`},
		{"an address of CKEditor", `<figure class="media"><div data-oembed-url="https://video.example/embed/abc"></div></figure>`, "<figure><div><p>" + film + "video.example</a></p></div></figure>"},
		{"an address of CKEditor with the frame", `<div data-oembed-url="https://video.example/w"><div style="height:0"><iframe src="//video.example/embed/abc"></iframe></div></div>`, "<div><div><p>" + film + "video.example</a></p></div></div>"},
		{"an unknown player", `<x-player src="https://video.example/embed/abc"></x-player>`, "<p>" + film + "video.example</a></p>"},
		{"an unknown player with a link", `<x-player src="https://video.example/w"><a href="https://video.example/embed/abc">f</a></x-player>`, film + "f</a>"},
		{"an unknown element with another src", `a<mpvoice src="/v?id=1"></mpvoice>`, "a"},
		{"a player", `<video-js><source src="v.m3u8"></video-js>`, `<video controls=""><source src="` + dir + `v.m3u8"></video>`},
		{"a film with a lazy source", `<video poster="p.jpg"><source src="blob:x"><source data-src="/v.mp4"></video>`, `<video poster="` + dir + `p.jpg" controls=""><source src="https://xt.news.example/v.mp4"></video>`},
		{"AMP", `<amp-img src="1.jpg" width=2 height=1></amp-img><amp-iframe src="//video.example/embed/abc"></amp-iframe>`, `<img src="` + dir + `1.jpg" alt="" width="2" height="1"><p>` + film + "video.example</a></p>"},

		{"a frame that counts", `a<iframe src="//a.example/ns.html" height="0" width="0"></iframe><iframe src="//b.example/" width=1></iframe><iframe src="//c.example/" style="width:1px;height:1px"></iframe>`, "a"},
		{"a frame that is hidden", `a<iframe src="//a.example/" style="display:none"></iframe><iframe src="//b.example/" hidden></iframe><div style="display:none"><iframe src="//c.example/"></iframe></div>`, "a"},
		{"text behind a frame that is hidden", `a<iframe src="//a.example/" style="display:none;visibility:hidden"></iframe>b<p>c</p>`, "ab<p>c</p>"},
		{"a frame that counts in a noscript", `a<noscript><iframe src="//a.example/ns.html" style="display:none;visibility:hidden"></iframe></noscript>`, "a"},
		{"a frame that fills its place", `<iframe src="//video.example/embed/abc" style="width:1px;min-width:100%"></iframe>`, "<p>" + film + "video.example</a></p>"},
		{"a frame that leads nowhere", `a<iframe src="about:blank"></iframe><iframe src="javascript:x()"></iframe><iframe srcdoc="<p>x"></iframe><iframe></iframe>`, "a"},
	})
}

func TestStruck(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"line-through", `造成<span style="text-decoration: line-through;">5</span>3人`, "造成<s>5</s>3人"},
		{"among others", `<span style="color:red;TEXT-DECORATION:underline Line-Through red !important">5</span>3`, "<s>5</s>3"},
		{"the long name", `<font style="text-decoration-line:line-through">5</font>3`, "<s>5</s>3"},
		{"an unknown element", `<label style="text-decoration:line-through">5</label>3`, "<s>5</s>3"},
		{"another element", `<b style="text-decoration:line-through">5</b>3`, "<b><s>5</s></b>3"},
		{"a link", `<a href="/x" style="text-decoration:line-through">5</a>`, `<a href="https://xt.news.example/x"><s>5</s></a>`},
		{"a paragraph", `<p style="text-decoration:line-through">5</p><p>3</p>`, "<p><s>5</s></p><p>3</p>"},
		{"a paragraph that does not end", `<p style="text-decoration:line-through">5<p>3`, "<p><s>5</s></p><p>3</p>"},
		{"a list", `<ul style="text-decoration:line-through"><li>5<li>4</ul>`, "<ul><li><s>5</s></li><li><s>4</s></li></ul>"},
		{"a row", `<table><tr style="text-decoration:line-through"><td>5<td>4<tr><td>3</table>`, "<table><tr><td><s>5</s></td><td><s>4</s></td></tr><tr><td>3</td></tr></table>"},
		{"what is struck out already", `<del style="text-decoration:line-through">5</del><s style="text-decoration:line-through">4</s>`, "<del>5</del><s>4</s>"},
		{"taken back", `<s style="text-decoration:none">5</s><del style="text-decoration:none">4</del><u style="text-decoration:none">3</u>`, "543"},
		{"the last declaration counts", `<span style="text-decoration:line-through;text-decoration:none">5</span>`, "5"},
		{"in a comment", `<span style="/* text-decoration:line-through; */color:red">5</span>`, "5"},
		{"nothing", `a<span style="text-decoration:line-through"></span>b`, "ab"},
		{"the name of a browser", `<span style="-webkit-text-decoration:line-through">5</span>3<i style="-webkit-text-decoration-line: line-through">4</i>`, "<s>5</s>3<i><s>4</s></i>"},
		{"a class", `<span class="x line-through">5</span><font class="text-decoration-line-through">4</font><p class="strike">3</p>`, "<s>5</s><s>4</s><p>3</p>"},
		{"in what is struck out", `<del><b><span style="text-decoration:line-through">5</span></b></del>`, "<del><b>5</b></del>"},
		{"paragraphs in a paragraph", "<p>a<s>5<p>4</p><p>3</p></s><p>b", "<p>a<s>5</s></p><p><s>4</s></p><p><s>3</s></p><p>b</p>"},
		{"blocks in a paragraph", "<p><strike><b><ul><li>5</ul></b></strike>b<p>c", "<ul><li><s><b>5</b></s></li></ul>b<p>c</p>"},
		{"the end of its paragraph", "<p><s>5</p><p>4</p>\n<p>3</s>2</p><p>1</p>", "<p><s>5</s></p><p><s>4</s></p>\n<p><s>3</s>2</p><p>1</p>"},
		{"the end of its paragraph, and no end of its own", "<p><s>5</p><p>4</p>3", "<p><s>5</s></p><p><s>4</s></p><s>3</s>"},
		{"nothing behind the end of its paragraph", "<p><strike>5</p></strike><p>4</p>", "<p><s>5</s></p><p>4</p>"},
		{"the end of an item, a heading and a quotation", "<ul><li><s>5<li>4</s>3</ul><h2><s>2</h2><blockquote>1</s></blockquote>0", "<ul><li><s>5</s></li><li><s>4</s>3</li></ul><h2><s>2</s></h2><blockquote><s>1</s></blockquote>0"},
		{"the end of an element in a line", "<b>6<s>5</b>4</s>3", "<b>6<s>5</s></b><s>4</s>3"},
		{"a picture behind", "<p><s>5</p><p><img src=1.jpg>4</s>", `<p><s>5</s></p><p><s><img src="` + dir + `1.jpg" alt="">4</s></p>`},
		{"a table behind", "<p><s>5</p><table><tr><td>4</table>3</s>2", "<p><s>5</s></p><table><tr><td>4</td></tr></table><s>3</s>2"},
		{"the end of a cell", "<table><tr><td><p><s>5</p>4<td>3</table>2", "<table><tr><td><p><s>5</s></p><s>4</s></td><td>3</td></tr></table>2"},
		{"what was deleted ends with its paragraph", "<p><del>5</p><p>4</del>", "<p><del>5</del></p><p>4</p>"},
		{"a block in a paragraph that is struck out by style", `<p><span style="text-decoration:line-through">5<p>3`, "<p><s>5</s></p><p>3</p>"},
		{"a quotation", `<blockquote style="text-decoration:line-through"><p>5</p></blockquote>`, "<blockquote><s><p>5</p></s></blockquote>"},
		{"escaped", `<span style="text-decoration&#58;line-through">5</span>`, "<s>5</s>"},
		{"taken back by another word", `<s style="text-decoration:initial">5</s><del style="text-decoration-line:unset">4</del>`, "54"},
	})
}

func TestUndone(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"a whole article", `<b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:400">a</span></p><p>b</p></b>`, `<p dir="ltr">a</p><p>b</p>`},
		{"numbers", `<strong style="font-weight:400">a</strong><strong style="font-weight: 500">b</strong><b style="font-weight:600">c</b><b style="font-weight:bold">d</b>`, "ab<b>c</b><b>d</b>"},
		{"slant", `<em style="font-style:normal">a</em><i style="FONT-STYLE: Normal !important">b</i><i style="font-style:italic">c</i>`, "ab<i>c</i>"},
		{"place", `<sup style="vertical-align:baseline">a</sup><sub style="vertical-align: baseline">b</sub>`, "ab"},
		{"another property", `<b style="font-size:12px">a</b><i style="font-weight:normal">b</i>`, "<b>a</b><i>b</i>"},
		{"at once", `<b style="font:normal 12px x">a</b><b style="font:bold 12px x">b</b><i style="font:12px x">c</i><i style="font:italic 12px x">d</i>`, "a<b>b</b>c<i>d</i>"},
		{"by other words", `<b style="font-weight:inherit">a</b><em style="font-style:unset">b</em><strong style="font-weight:lighter">c</strong><sup style="vertical-align:0">d</sup>`, "abcd"},
		{"Word", `<b style="mso-bidi-font-weight:normal"><span lang="EN-US">a</span></b>`, `<b><span lang="EN-US">a</span></b>`},
		{"the last counts", `<b style="font-weight:normal;font-weight:700">a</b>`, "<b>a</b>"},
	})
}

func TestRaised(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"spans", `H<span style="vertical-align:sub">2</span>O, 5 m<span style="vertical-align: super">3</span>`, "H<sub>2</sub>O, 5 m<sup>3</sup>"},
		{"Google Docs", `10<span style="font-size:0.6em;vertical-align:super;">6</span>`, "10<sup>6</sup>"},
		{"with a language", `m<span lang="en" style="vertical-align:super">3</span>`, `m<span lang="en"><sup>3</sup></span>`},
		{"other elements", `<small style="vertical-align:super">a</small><font style="vertical-align:sub">b</font>`, "<small><sup>a</sup></small><sub>b</sub>"},
		{"what is raised already", `<sup style="vertical-align:super">a</sup>`, "<sup>a</sup>"},
		{"a cell", `<table><tr><td style="vertical-align:super">a</table>`, "<table><tr><td>a</td></tr></table>"},
		{"what is in what is raised", `m<sup><span style="vertical-align:super">2</span></sup><sub><i><font style="vertical-align:sub">3</font></i></sub>`, "m<sup>2</sup><sub><i>3</i></sub>"},
		{"Word", `m<span style='position:relative;top:-3.0pt;mso-text-raise:3.0pt'>2</span>, H<span style='mso-text-raise:-3.0pt'>2</span>O<span style='mso-text-raise:0'>x</span>`, "m<sup>2</sup>, H<sub>2</sub>Ox"},
		{"other places", `<span style="vertical-align:middle">a</span><img src=1.png style="vertical-align:sub">`, `a<img src="` + dir + `1.png" alt="">`},
	})
}

func TestHidden(t *testing.T) {
	long := "<p>" + "湘潭新闻正文。"
	for range 5 {
		long += long[3:]
	}
	long += "</p>"
	checkBodies(t, []bodyTest{
		{"a span", `正文<span style="display:none">T# x0</span>继续`, "正文继续"},
		{"a card", `<div class="kg-signup-card" style="display: none;"><h2>Subscribe now</h2><div>Success!</div></div><p>text</p>`, "<p>text</p>"},
		{"the attribute", "<p>a</p><div hidden>draft</div>", "<p>a</p>"},
		{"the attribute with a value", `<p>a</p><p hidden="hidden">b</p><p hidden="">c`, "<p>a</p>"},
		{"a cell", `<table><tr><td style="display:none">id 17</td><td>shown</td></tr></table>`, "<table><tr><td>shown</td></tr></table>"},
		{"a row and an item", `<table><tr hidden><td>a</td></tr><tr><td>b</td></tr></table><ul><li style="display:none">c<li>d</ul>`, "<table><tr><td>b</td></tr></table><ul><li>d</li></ul>"},
		{"a paragraph that does not end", `<p style="display:none">a<p>b`, "<p>b</p>"},
		{"an unknown element", `a<font style="display:none">b</font><o:p hidden>c</o:p><button hidden>d</button>e`, "ae"},
		{"a link, a heading, a table", `a<a href=x hidden>b</a><h2 hidden>c</h2><table hidden><tr><td>d</table>`, "a"},
		{"a drawing, a form, a formula", `a<svg hidden><text>b</text></svg><textarea hidden>c</textarea><math hidden><mi>d</mi></math><input type=checkbox hidden><object hidden>e</object>`, "a"},
		{"a line and a break", `<p>a</p><hr hidden><p>b<br style="display:none">c</p>`, "<p>a</p><p>bc</p>"},
		{"in what is hidden", `a<div hidden><p>b</p><p style="display:block">c</p></div>d`, "a d"},
		{"a picture", `<p>a</p><li style="display:none"><img src=1.jpg><p>b</p></li>`, "<p>a</p>"},
		{"a dialog", "<p>a</p><dialog>b</dialog>", "<p>a</p>"},
		{"text without a size", `正文<font style="font-size:0px;color:#fff">x0</font>继续<span style="font-size:0">y</span>`, "正文继续"},
		{"a wrapper without a size", `<div style="font-size:0"><span style="font-size:16px">a</span><img src=1.jpg></div>`, `<div>a<img src="` + dir + `1.jpg" alt=""></div>`},
		{"moved away", `a<span style="position:absolute;left:-9999px">b</span><p style="top:-99999px">c</p>`, "a"},
		{"moved away by other lengths", `a<span style="top:-3000px">b</span><span style="left: -1200.5em">c</span><span style="margin-left:-10000px">d</span>`, "a"},
		{"moved a little", `a<span style="left:-99px;margin-left:-20em;top:-99.9%">b</span>`, "ab"},
		{"clipped", `a<span style="position:absolute;clip: rect(0, 0, 0, 0)">b</span>`, "a"},
		{"of a pixel", `a<span style="position:absolute;width:1px;height:1px;overflow:hidden">b</span><span style="height:0;width:0;overflow:hidden">c</span><span style="clip-path:inset(50%)">d</span>`, "a"},
		{"by a class", `a<span class="screen-reader-text">b</span><span class="x sr-only">c</span><font class="jammer">d</font>`, "a"},
		{"all that a link says", `<ul><li><a href="/a"><svg><path d="M0 0"/></svg><span class="screen-reader-text">Our <b>fe</b>ed &amp; more</span></a><li><a href="/b"><i class="icon-x"></i><i class="sr-only">b</i></a><li><a href="/c">c<span class="sr-only">(opens in a tab)</span></a></ul>`, `<ul><li><a href="https://xt.news.example/a">Our feed &amp; more</a></li><li><a href="https://xt.news.example/b">b</a></li><li><a href="https://xt.news.example/c">c</a></li></ul>`},
		{"a player of Ghost", `<div class="kg-card kg-audio-card"><img src="" alt="audio-thumbnail" class="kg-audio-thumbnail kg-audio-hide"><div><audio src="a.mp3"></audio><div class="kg-audio-title">Song</div><div class="kg-audio-player"><span>0:00</span>/1:40</div></div></div>`, `<div><div><audio src="` + dir + `a.mp3" controls=""></audio><div>Song</div></div></div>`},
		{"in capitals, with importance", `a<span style="COLOR:red;Display : NONE !important">b</span>`, "a"},

		{"closed until it is clicked", `<p>a</p><div style="max-height:0;overflow:hidden"><p>b</p></div>`, "<p>a</p><div><p>b</p></div>"},
		{"found by search", `<p>a</p><div hidden="until-found">b</div>`, "<p>a</p><div>b</div>"},
		{"the last declaration counts", `<p>a</p><p style="display:none;display:block">b</p>`, "<p>a</p><p>b</p>"},
		{"a wrapper of lazy pages", `<div id="js_content" style="visibility: hidden; opacity: 0;"><img data-src="1.jpg"><p>正文</p></div>`, `<div><img src="` + dir + `1.jpg" alt=""><p>正文</p></div>`},
		{"all of the article", `<div style="display:none"><p>a</p></div>`, "<div><p>a</p></div>"},
		{"most of the article", `<p>Loading</p><div style="display:none">` + long + `<p hidden>b</p></div>`, `<p>Loading</p><div>` + long + `</div>`},
		{"details", "<details><summary>a</summary>b</details>", "<details><summary>a</summary>b</details>"},
		{"spaces beside it", `<p>a <span hidden>b</span> c</p>`, "<p>a  c</p>"},
	})
}

func TestDecoration(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"the sign of a permanent link", `<h2 id="s">Section<a class="headerlink" href="#s" aria-hidden="true">¶</a></h2>`, "<h2>Section</h2>"},
		{"an icon", `<h3>Hours <span aria-hidden="true">+</span></h3><i class="icons" aria-hidden=true>expand_more</i>a`, "<h3>Hours </h3>a"},
		{"the sign without a word for it", `<h2>A <a class="headerlink" href="#a" title="Permalink">¶</a></h2><h3>B<a href="/x#b">#</a></h3>`, "<h2>A </h2><h3>B</h3>"},
		{"a heading that is a sign, and a sign in a text", `<h2>#</h2><h2><a href="#a">A</a></h2><p>a<a href="#b">#</a></p><a href="#b">#</a>`, `<h2>#</h2><h2><a href="` + dir + `1.html?p=1#a">A</a></h2><p>a<a href="` + dir + `1.html?p=1#b">#</a></p><a href="` + dir + `1.html?p=1#b">#</a>`},
		{"the name of an icon", `<span class="material-icons">home</span>a`, "a"},
		{"a picture", `<a href="/x" aria-hidden="true"><img src="1.jpg"></a>`, `<a href="https://xt.news.example/x"><img src="` + dir + `1.jpg" alt=""></a>`},
		{"a block", `<div aria-hidden="true"><p>a</p></div>`, "<div><p>a</p></div>"},
		{"not", `a<span aria-hidden="false">b</span>`, "ab"},
	})
}

func TestFormulas(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"KaTeX", `<span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>E</mi></mrow><annotation encoding="application/x-tex">E=mc^2</annotation></semantics></math></span><span class="katex-html" aria-hidden="true">E=mc<span>2</span></span></span>`, "E=mc^2"},
		{"a long one of KaTeX", `<span class="katex"><span class="katex-mathml"><math alttext="x"><mi>x</mi></math></span><span class="katex-html" aria-hidden="true">a very long formula that is written in glyphs for the eye and nothing else</span></span>`, "x"},
		{"alternative text", `<p>So <math alttext="a^2+k"><mi>a</mi></math>.</p>`, "<p>So a^2+k.</p>"},
		{"glyphs", `<math><msup><mi>c</mi><mn>2</mn></msup><mo>=</mo><mfrac><mrow><mo>−</mo><mi>b</mi></mrow><mn>2</mn></mfrac><msqrt><mi>x</mi></msqrt></math>`, "c^2=(−b)/(2)√(x)"},
		{"another annotation", `<math><semantics><mi>x</mi><annotation encoding="application/x-maple">y</annotation></semantics></math>`, "x"},
		{"Wikipedia", `<span><span style="display: none;"><math alttext="x"><mi>x</mi></math></span><img src="x.svg" alt="x" aria-hidden="true"></span>`, `<img src="` + dir + `x.svg" alt="x">`},
		{"a script", `<p>So <script type="math/tex">a^2 < k</script>.</p>`, "<p>So a^2 &lt; k.</p>"},
		{"without an end", `<math><mi>x</mi>y`, "xy"},
		{"a table", "<math><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable></math>", "1, 2; 3"},
		{"a list in brackets", "<math><mi>f</mi><mfenced><mi>a</mi><mi>b</mi></mfenced></math>", "f(a, b)"},
		{"MathJax", `<span class="MathJax_Preview">x^2</span><span class="MathJax" aria-hidden="true"><nobr>x<span>2</span></nobr></span><script type="math/tex; mode=display">x^2</script>`, "x^2"},
		{"MathJax with both sources", `<p>a <span class="MathJax_Preview"></span><span class="MathJax" id="MathJax-Element-1-Frame" tabindex="0"><nobr aria-hidden="true"><span class="math">E=mc<span>2</span></span></nobr><span class="MJX_Assistive_MathML" role="presentation"><math><msup><mi>c</mi><mn>2</mn></msup></math></span></span><script type="math/tex" id="MathJax-Element-1">c^2</script> b</p>`, "<p>a c^2 b</p>"},
		{"MathJax with MathML", `<p>a <span class="MathJax"><nobr aria-hidden="true">a very long formula that is written in glyphs for the eye and nothing else</nobr><span class="MJX_Assistive_MathML"><math><mi>x</mi></math></span></span> b</p>`, "<p>a x b</p>"},
		{"MathJax with its script", `<p>a</p><div class="MathJax_Display"><span class="MathJax"><nobr>a very long formula</nobr></span></div><script type="math/tex; mode=display">x</script><p>b</p>`, "<p>a</p>x<p>b</p>"},
		{"MathJax as a drawing", `<p>a <span class="MathJax_SVG"><svg aria-hidden="true"><g><text>x</text></g></svg><span class="MJX_Assistive_MathML"><math><mi>x</mi></math></span></span><script type="math/tex">x</script> b</p>`, "<p>a x b</p>"},
		{"MathJax of common HTML", `<span class="mjx-chtml MathJax_CHTML"><span class="mjx-math" aria-hidden="true"><span class="mjx-mi">x</span></span><span class="MJX_Assistive_MathML"><math><mi>x</mi></math></span></span><script type="math/tex">x_1</script>`, "x_1"},
		{"MathJax without a source", `<p>a <span class="MathJax"><nobr>x</nobr></span> b</p>`, "<p>a x b</p>"},
		{"MathJax with a script further on", `<p><span class="MathJax">x</span> and <script type="math/tex">y</script></p>`, "<p>x and y</p>"},
		{"MathJax in an element with a tag", `<p lang="en" class="MathJax">x<b>y<math><mi>z</mi></math></b></p>`, `<p lang="en">x<b>yz</b></p>`},
		{"MathJax of today", `<mjx-container class="MathJax"><svg><g><path/></g></svg><mjx-assistive-mml><math><msup><mi>a</mi><mn>2</mn></msup></math></mjx-assistive-mml></mjx-container>`, "a^2"},
		{"Quill", `<span class="ql-formula" data-value="x"><span class="katex"><span class="katex-mathml"><math><mi>e</mi><annotation encoding="application/x-tex">e</annotation></math></span><span class="katex-html" aria-hidden="true">e</span></span></span>`, "e"},
	})
}

func TestCheckBoxes(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"a list", `<ul><li><input type="checkbox" checked disabled> done</li><li><input disabled type=checkbox>open</li></ul>`, "<ul><li>☑ done</li><li>☐ open</li></ul>"},
		{"in a label", `<label><input type=CHECKBOX checked=""> <p>a</p></label>`, "☑ <p>a</p>"},
		{"beside a text", "<label><input type=radio> A</label><label><input type=radio checked> B</label>", "○ A ◉ B"},
		{"one of several", `<input type=radio>a <input type=radio checked>b`, "○ a ◉ b"},
		{"other fields", `a<input type=text value=b><input type=submit value=c><input type=hidden value=d><input>`, "a"},
	})
}

func TestScripts(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"in a comment", "<script><!-- <script> a </script> --></script><p>b</p>", "<p>b</p>"},
		{"written by another", `<script><!--
document.write("<script src=x></script>");
--></script><p>b</p>`, "<p>b</p>"},
		{"a comment that does not end", "<script><!-- a </script><p>b</p>", "<p>b</p>"},
	})
}

func TestPageBreaks(t *testing.T) {
	same := func(name, s string) bodyTest { return bodyTest{name, s, s} }
	tests := []bodyTest{
		{"with a title", "<p>a</p>[page]第二页[/page]<p>b</p>#p#湖边#e#<p>c</p>###NextPage[title=夜里]###", "<p>a</p>第二页<p>b</p>湖边<p>c</p>夜里"},
		{"with a title that says nothing", "<p>a</p>#p#副标题#e#<p>b</p>", "<p>a</p><p>b</p>"},
		{"in a line of plain text", "a\n\n[page]\n\nb", "<p>a</p>\n\n\n\n<p>b</p>"},
		{"between lines", "a\n[NextPage]\nb", "<p>a</p>\n\n<p>b</p>"},
		{"in a paragraph", "<p>a<br>[page]<br>b</p>", "<p>a<br><br>b</p>"},
		{"escaped", "<p>a</p><p>&lt;!--nextpage--&gt;</p><p>b</p>", "<p>a</p><p>b</p>"},
		{"a comment", "<p>a</p><!--nextpage--><p>b</p><!-- pagebreak -->", "<p>a</p><p>b</p>"},
		same("remarks", "<p>The [page] tag, [nextpage], and &lt;!--more--&gt; part pages of web_page_1#page.</p>"),
		{"in a sentence", "<p>正文_ueditor_page_break_tag_还有#p#副标题#e#</p>", "<p>正文还有</p>"},
		{"at the edges of a line", "<p>正文。[page]</p><p> [NextPage] 下文<br>[/page]正文</p>", "<p>正文。</p><p> 下文<br>正文</p>"},
		same("a page of a book", "<p>[page 5]</p><p>[12]</p><p>#page</p>"),
		same("code", "<pre>[page]\n[nextpage]</pre><p><code>[page]</code></p>"),
	}
	for _, s := range []string{
		"_ueditor_page_break_tag_", "_baidu_page_break_tag_", "[page]", "[/page]", "[nextpage]", "[NextPage]", "[pagebreak]", "[SITESERVER_PAGE]",
		"[!--empirenews.page--]", "#p##e#", "#####NextPage#####", "&lt;!--more--&gt;",
	} {
		tests = append(tests, bodyTest{s, "<p>a</p>\n" + s + "\n<p>" + s + "</p><p>b</p>", "<p>a</p>\n\n<p>b</p>"})
	}
	checkBodies(t, tests)
}
