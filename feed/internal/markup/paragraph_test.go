package markup

import (
	"strings"
	"testing"
)

func TestParagraphs(t *testing.T) {
	link := `<a href="https://video.example/w?v=1">https://video.example/w?v=1</a>`
	checkBodies(t, []bodyTest{
		{"blank lines", "First.\n\nSecond\nwith a line.\n\nThird.", "<p>First.</p>\n\n<p>Second<br>\nwith a line.</p>\n\n<p>Third.</p>"},
		{"blanks in them", "First.\r\n \t\r\nSecond.", "<p>First.</p>\n \t\n<p>Second.</p>"},
		{"elements in lines", "<strong>A</strong> b\n\n<em>C</em>\n\nd <b>e\nf</b>", "<p><strong>A</strong> b</p>\n\n<p><em>C</em></p>\n\n<p>d <b>e<br>\nf</b></p>"},
		{"between blocks", "A\n\nB\n<h2>C</h2>\nD\n\n<ul><li>E</li></ul>\n\nF", "<p>A</p>\n\n<p>B</p>\n<h2>C</h2>\n<p>D</p>\n\n<ul><li>E</li></ul>\n\n<p>F</p>"},
		{"a picture alone", "A\n\n<img src=1.jpg>\n\nB", "<p>A</p>\n\n<p>" + img("1.jpg") + "</p>\n\n<p>B</p>"},
		{"breaks that are there", "A<br>\nB\n\nC", "<p>A<br>\nB</p>\n\n<p>C</p>"},
		{"comments", "A\n\n<!--more-->\n\nB", "<p>A</p>\n\n\n\n<p>B</p>"},
		{"paragraphs that are there", "<p>A\nB</p>\n\n<p>C</p>\n", "<p>A\nB</p>\n\n<p>C</p>"},
		{"blocks of today", "<!-- wp:paragraph -->\n<p>A</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:heading -->\n<h2>B</h2>\n<!-- /wp:heading -->", "<p>A</p>\n\n\n\n<h2>B</h2>"},
		{"one block of text", "A\nB", "A\nB"},
		{"in a block", "<div>A\n\nB</div>", "<div>A\n\nB</div>"},
		{"a quotation", "A\n\n<blockquote>B\n\nC</blockquote>", "<p>A</p>\n\n<blockquote><p>B</p>\n\n<p>C</p></blockquote>"},
		{"a quotation alone", "<blockquote>B\n\nC</blockquote>", "<blockquote>B\n\nC</blockquote>"},
		{"items and cells", "A\n\n<ul><li>B\n\nC</li><li>D</li></ul><table><tr><td>E\n\nF</td></tr></table>", "<p>A</p>\n\n<ul><li><p>B</p>\n\n<p>C</p></li><li>D</li></ul><table><tr><td><p>E</p>\n\n<p>F</p></td></tr></table>"},
		{"in a block in a line", "A\n\n<b><ul><li>B\n\nC</li></ul></b>D", "A\n\n<b><ul><li>B\n\nC</li></ul></b>D"},
		{"in a block in code", "A\n\n<pre><div>B\n\nC</div></pre>", "<p>A</p>\n\n<pre><div>B\n\nC</div></pre>"},
		{"preformatted", "A\n\n<pre>b\n\nc</pre>", "<p>A</p>\n\n<pre>b\n\nc</pre>"},
		{"a picture of several sources", "A\n\n<picture>\n<source srcset=\"1.webp\">\n<img src=1.jpg>\n</picture>", "<p>A</p>\n\n<p><picture>\n<source srcset=\"" + dir + "1.webp\">\n" + img("1.jpg") + "\n</picture></p>"},

		{"an address alone", "https://video.example/w?v=1", link},
		{"an address alone on its line", "A\n\nhttps://video.example/w?v=1\n\nB\nhttps://video.example/w?v=1\nC", "<p>A</p>\n\n<p>" + link + "</p>\n\n<p>B<br>\n" + link + "<br>\nC</p>"},
		{"an address alone in a block", "<div>\nhttps://video.example/w?v=1\n</div><p>https://video.example/w?v=1</p>", "<div>\n" + link + "\n</div><p>" + link + "</p>"},
		{"an address between blocks", "<h2>A</h2>https://video.example/w?v=1<h2>B</h2>", "<h2>A</h2>" + link + "<h2>B</h2>"},
		{"an address in a field", "<textarea>https://video.example/w?v=1</textarea>", "<p>" + link + "</p>"},
		{"lines of spaces that are wide", "　　A\n　\n　　B\n\n&nbsp;\n\nC", "<p>　　A</p>\n<p>　　B</p>\n\n<p>C</p>"},
		{"indented lines", "　　一。\n　　二\n三。\r\n \t&emsp;&emsp;四。", "<p>　　一。</p>\n<p>　　二<br>\n三。</p>\n \t<p>\u2003\u2003四。</p>"},
		{"indented lines of elements", "<b>　　一</b>\n　　<b>二</b>", "<p><b>　　一</b></p>\n<p>　　<b>二</b></p>"},
		{"indented lines with breaks", "　　一。<br>\n　　二。<br />\n　　三。", "一。<br>\n　　二。<br>\n　　三。"},
		{"indented lines in a block and in code", "<p>　　一\n　　二</p><pre>\n　　a\n　　b</pre>", "<p>　　一\n　　二</p><pre>\n　　a\n　　b</pre>"},
		{"an address in a line", "<p>See https://video.example/w?v=1 for more</p>", "<p>See https://video.example/w?v=1 for more</p>"},
		{"an address that is a link", `<p><a href="https://a.example/">https://a.example/</a></p>`, `<p><a href="https://a.example/">https://a.example/</a></p>`},
	})
}

// A block ends the text before it by what is written: it does not matter how many
// elements without a tag it is in, and one in an element with a tag, or that goes,
// ends nothing.
func TestBlockInElements(t *testing.T) {
	tests := []bodyTest{
		{"a part with a break alone", "<br>", "<p>a</p>\n\n<p>c</p>"},
		{"a part with a space alone", "&nbsp;", "<p>a</p>\n\n<p>c</p>"},
		{"in an element with a tag", `<s><p>b</p></s>`, "a\n\n<s><p>b</p></s>\n\nc"},
		{"by its style", `<label style="text-decoration:line-through"><p>b</p></label>`, "a\n\n<s><p>b</p></s>\n\nc"},
	}
	for _, in := range []string{
		"<p>b</p>", "<svg><foreignObject><p>b</svg>", "<svg><svg><foreignObject><p>b</p></foreignObject></svg></svg>", "<svg><switch><foreignObject><div><p>b</svg>",
		"<my-card><p>b</p></my-card>", `<my-card style="color:red"><p>b</p></my-card>`, `<o:p class=x><my-a id=b><p>b</p></my-a></o:p>`,
		"<button><p>b</p></button>", "<button style='display:block'><div>b</div></button>", `<object data=x style="color:red"><p>b</p></object>`, "<object><object><p>b</p></object></object>",
		"<canvas style=width:1px><p>b</p></canvas>", "<label style='font-size:0'><p style='font-size:12px'>b</p></label>", "<span><p>b</p></span>", "<span class=x><span><p>b</span>",
		"<a name=x><p>b</p></a>", `<a href="javascript:x"><p>b</p></a>`, `<b style="font-weight:400"><p>b</p></b>`, "<dialog open><p>b</p></dialog>", "<textarea>b</textarea>",
		`<iframe src="//b.example/" title=b></iframe>`, `<x-y style="font-weight:400"><iframe src="//b.example/" title=b></iframe></x-y>`,
	} {
		want := Body("\n\n"+in, page(t))
		tests = append(tests, bodyTest{in, in, "<p>a</p>\n\n" + want + "\n\n<p>c</p>"})
		if !strings.HasSuffix(want, "b</p>") && !strings.HasSuffix(want, "b</div>") && !strings.HasSuffix(want, "b</a></p>") && !strings.HasSuffix(want, "b</p></div>") {
			t.Errorf("%s: alone %s", in, want)
		}
	}
	for _, gone := range []string{
		"<font hidden><p>b</p></font>", `<my-card style="display:none"><p>b</p></my-card>`, "<template><p>b</p></template>", "<select><p>b</select>", "<dialog><p>b</p></dialog>",
		"<p> </p>", "<noscript><p>b</p></noscript>", "<video><p>b</p></video>", "<i aria-hidden=true><p>b</p></i>", "<svg><defs><p>b</p></defs></svg>", "<!-- <p>b</p> -->",
	} {
		tests = append(tests, bodyTest{gone, gone, "<p>a</p>\n\n\n\n<p>c</p>"})
	}
	for i := range tests {
		tests[i].in = "a\n\n" + tests[i].in + "\n\nc"
	}
	checkBodies(t, tests)
}

func TestShortcodes(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"a caption", `<p>a</p>[caption id="attachment_1" width="300"]<img src="1.jpg"> The <em>caption</em>[/caption]`, "<p>a</p><figure>" + img("1.jpg") + "<figcaption>The <em>caption</em></figcaption></figure>"},
		{"a caption with a link", `[caption id="x"]<a href="/x"><img src="1.jpg" /></a>Text[/caption]`, `<figure><a href="https://xt.news.example/x">` + img("1.jpg") + "</a><figcaption>Text</figcaption></figure>"},
		{"a caption of old", `[wp_caption caption="It is [sic]" align=left]<img src="1.jpg">[/wp_caption]`, "<figure>" + img("1.jpg") + "<figcaption>It is [sic]</figcaption></figure>"},
		{"a gallery", "Look:\n\n[gallery ids=\"1,2\"]\n\nEnd", "<p>Look:</p>\n\n\n\n<p>End</p>"},
		{"a gallery alone", "<p>a</p>[gallery]", "<p>a</p>"},
		{"sounds", "Look:\n\n[audio mp3=\"https://a.example/1.mp3\"][/audio]", `<p>Look:</p>` + "\n\n" + `<p><audio controls="" src="https://a.example/1.mp3"></audio></p>`},
		{"films", `[video width="640" mp4="/1.mp4" poster="/p.jpg"][/video]`, `<video controls="" src="https://xt.news.example/1.mp4" poster="https://xt.news.example/p.jpg"></video>`},
		{"an embed", "[embed width=\"1\"]https://video.example/1[/embed]", `<a href="https://video.example/1">https://video.example/1</a>`},
		{"forms and lists", `a[contact-form-7 id="1" title="x"]b[playlist ids="1"]`, "ab"},
		{"a gallery and nothing before it", `[gallery ids="1,2"]` + "\n\na\n\nb", "<p>a</p>\n\n<p>b</p>"},
		{"a gallery and nothing else", `[gallery ids="1,2"]`, ""},
		{"a film by its address", "[youtube https://video.example/1][vimeo]https://video.example/2[/vimeo]", `<p><a href="https://video.example/1">https://video.example/1</a></p>` + "\n\n" + `<p><a href="https://video.example/2">https://video.example/2</a></p>`},
		{"a film by its number", "a[vimeo 123456 w=640]b", "ab"},
		{"a sound by its address", `[soundcloud url="https://sound.example/1" params="a=b" /]`, `<a href="https://sound.example/1">https://sound.example/1</a>`},
		{"a page builder", `[vc_row][vc_column width="1/2"][vc_column_text]A[/vc_column_text][/vc_column][/vc_row][et_pb_text _v="4"]<p>B</p>[/et_pb_text]`, "<p>A</p>\n\n\n\n\n\n\n\n<p>B</p>"},
		{"code", "[code lang=\"go\"]\na := 1\n\nb\n[/code]", "<pre>a := 1\n\nb</pre>"},
		{"a note", "a[footnote]b[/footnote] c", "a (b) c"},
		{"unknown ones with an end", `[dropcap]T[/dropcap]he [su_quote cite="a"]b[/su_quote] [button link="/x" color="red"]Go[/button]`, `The b <a href="https://xt.news.example/x">Go</a>`},
		{"in each other", "[tab][tab]a[/tab][/tab]", "a"},
		{"in code", "<pre>[gallery ids=1]\n[tab]a[/tab]</pre><code>[toc x=1]</code>[toc x=1]", "<pre>[gallery ids=1]\n[tab]a[/tab]</pre><code>[toc x=1]</code>"},
		{"ends without a beginning", "a [/gallery] [/tab] [tab]", "a [/gallery] [/tab] [tab]"},
		{"an escaped one", "Write [[gallery ids=1]] there", "Write [[gallery ids=1]] there"},
		{"in code behind code", "<code>[a b=1]</code><pre>[toc x=1]</pre>[toc x=1]<PRE>[toc x=1]</PRE><premium-x>[toc x=1]</premium-x>", "<code>[a b=1]</code><pre>[toc x=1]</pre><pre>[toc x=1]</pre>"},
		{"remarks", "He said [sic] in [1] the [video] of [audio] and [caption] [embed] [note x=1]", "He said [sic] in [1] the [video] of [audio] and [caption] [embed] [note x=1]"},
		{"what does not end", `[caption id="1" [gallery`, `[caption id="1" [gallery`},
		{"a bracket in a value", `[caption caption="a]b" id=1]<img src="1.jpg">[/caption]`, "<figure>" + img("1.jpg") + "<figcaption>a]b</figcaption></figure>"},
	})
}

// An address is alone on its line by what stays on that: what leaves nothing does
// not part it, and what is written out in pieces is one.
func TestLoneAddress(t *testing.T) {
	const address, line = "https://a.example/x", "a\n" + `<a href="https://a.example/x">https://a.example/x</a>`
	for _, tt := range []struct{ behind, want string }{
		{"", line},
		{"<A0", line},
		{"<!-- c -->", line},
		{"<!-- c", line},
		{"<?php x ?>", line},
		{"<!doctype html>", line},
		{"<script>b</script>", line},
		{"<style>b", line},
		{"<b></b>", line},
		{"</b></x>", line},
		{"<x></x>", line},
		{"<input type=hidden>", line},
		{"<span hidden>b</span>", line},
		{"<img width=1 height=1 src=t.gif>", line},
		{"&nbsp;<!-- c -->", line},
		{"<!-- c -->\nb", line + "\nb"},
		{"<b> </b>\nb", line + " \nb"},
		{"<p></p>\nb", line + " \nb"},
		{"<span>\nb</span>", line + "\nb"},
		{"<br>b", line + "<br>b"},
		{"<span></span><br>b", line + "<br>b"},
		{"<!-- c -->?b&amp;c", "a\n" + `<a href="https://a.example/x?b&amp;c">https://a.example/x?b&amp;c</a>`},
		{"<span>?b</span>", "a\n" + `<a href="https://a.example/x?b">https://a.example/x?b</a>`},
		{"<span>?b\nc</span>", "a\n" + `<a href="https://a.example/x?b">https://a.example/x?b</a>` + "\nc"},
		{"<!-- c --> b", "a\n" + address + " b"},
		{"</x> b", "a\n" + address + " b"},
		{"<b>b</b>", "a\n" + address + "<b>b</b>"},
		{"<span hidden>b\n</span> c", "a\n" + address + " c"},
		{"<img src=/b.jpg>", "a\n" + address + `<img src="https://xt.news.example/b.jpg" alt="">`},
	} {
		if got := Body("\n"+address+tt.behind, page(t)); strings.HasPrefix(tt.want, line) && !strings.HasPrefix(got, line[len("a\n"):]) {
			t.Errorf("%q: %q on the first line", tt.behind, got)
		}
		got := Body("a\n"+address+tt.behind, page(t))
		if again := Body(got, page(t)); got != tt.want || again != got {
			t.Errorf("%q: %q, want %q; again %q", tt.behind, got, tt.want, again)
		}
	}
}
