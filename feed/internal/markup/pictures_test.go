package markup

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Small pictures in their addresses: a chart of 240 by 120 pixels, a preview of
// 20 by 13, and one pixel. Those are headers; nobody decodes the rest.
var (
	chart   = inlineGIF(240, 120)
	preview = inlineGIF(20, 13)
	pixel   = inlineGIF(1, 1)
)

func inlineGIF(width, height byte) string {
	return "data:image/gif;base64," + base64.StdEncoding.EncodeToString([]byte{'G', 'I', 'F', '8', '9', 'a', width, 0, height, 0, 0, 0, 0, ';', 0, 0, 0, 0})
}

func img(name string) string { return `<img src="` + dir + name + `" alt="">` }

func TestLazyPictures(t *testing.T) {
	const svg = `src="data:image/svg+xml;base64,PHN2"`
	tests := []bodyTest{
		{"relative, without a folder", `<img data-lazysrc="n.jpg" ` + svg + `>`, img("n.jpg")},
		{"in any attribute, with a folder", `<img data-picture="/n.jpg" ` + svg + `>`, `<img src="https://xt.news.example/n.jpg" alt="">`},
		{"with a size behind the name", `<img data-srv="/a/n.jpg!w600" ` + svg + `>`, `<img src="https://xt.news.example/a/n.jpg!w600" alt="">`},
		{"its format in the query", `<img data-src="https://mm.example/640?wx_fmt=jpeg">`, `<img src="https://mm.example/640?wx_fmt=jpeg" alt="">`},
		{"no extension, in a known attribute", `<img data-src="https://mm.example/a/640">`, `<img src="https://mm.example/a/640" alt="">`},
		{"no extension, in another", `<img data-img-src="https://mm.example/a/640" ` + svg + `>`, `<img src="https://mm.example/a/640" alt="">`},
		{"the full one before the preview", `<img data-thumb="/t.jpg" data-full="/f.jpg" ` + svg + `>`, `<img src="https://xt.news.example/f.jpg" alt="">`},
		{"a preview if there is nothing else", `<img data-thumb="/t.jpg" ` + svg + `>`, `<img src="https://xt.news.example/t.jpg" alt="">`},
		{"a set in any attribute", `<img nitro-lazy-srcset="n.jpg 640w" ` + svg + `>`, `<img src="` + dir + `n.jpg" srcset="` + dir + `n.jpg 640w" alt="">`},
		{"a set alone beside a placeholder", `<img src="loading.gif" data-lazy-srcset="300.jpg 300w, 1024.jpg 1024w">`, `<img src="` + dir + `1024.jpg" srcset="` + dir + `300.jpg 300w, ` + dir + `1024.jpg 1024w" alt="">`},
		{"a set of one", `<img src="loading.gif" data-srcset="n.jpg"><img src="blank.gif" data-src-set="m.jpg 600w">`, `<img src="` + dir + `n.jpg" srcset="` + dir + `n.jpg" alt=""><img src="` + dir + `m.jpg" srcset="` + dir + `m.jpg 600w" alt="">`},
		{"an expression", `<img src="loading.gif" :src="'/n.jpg'"><img data-src='"/m.jpg"'>`, `<img src="https://xt.news.example/n.jpg" alt=""><img src="https://xt.news.example/m.jpg" alt="">`},
		{"Discuz", `<img src="/static/loading.gif" zoomfile="/n.jpg" file="/n.jpg" class="zoom"><img src="/static/loading.gif" file="data/attachment/m.jpg">`, `<img src="https://xt.news.example/n.jpg" alt="">` + img("data/attachment/m.jpg")},
		{"nothing that leads anywhere", `<img src="about:blank" data-src="/n.jpg"><img src="#" data-src="/m.jpg"><img src="javascript:void(0)" data-src="/o.jpg">`, `<img src="https://xt.news.example/n.jpg" alt=""><img src="https://xt.news.example/m.jpg" alt=""><img src="https://xt.news.example/o.jpg" alt="">`},
		{"blob and file", `<img src="blob:https://a.example/1" data-cfsrc="n.jpg"><img src="file:///C:/1.jpg" data-ezsrc="m.jpg">`, img("n.jpg") + img("m.jpg")},
		{"text that is not an address", `<img ` + svg + ` data-caption="photo.jpg" data-title="See a/b.jpg for more" data-ratio="0.75" data-w="640">a`, "a"},
	}
	for attr := range strings.FieldsSeq("nitro-lazy-src data-cfsrc data-lazysrc data-ezsrc data-srv data-img-src data-flickity-lazyload data-image data-orig-file data-large-file data-hi-res-src data-pin-media data-bgsrc") {
		tests = append(tests, bodyTest{attr, `<img ` + attr + `="/n.jpg" ` + svg + `>`, `<img src="https://xt.news.example/n.jpg" alt="">`})
	}
	checkBodies(t, tests)
}

func TestWorkingPictures(t *testing.T) {
	tests := []bodyTest{
		{"a word document", `<img src="q.jpg" file="s.doc">`, img("q.jpg")},
		{"JSON", `<img src="q.jpg" data-src='{"default":{"src":"/x.jpg"}}'>`, img("q.jpg")},
		{"escaped JSON", `<img src="q.jpg" data-src="%7B%22default%22:%22/x.jpg%22%7D">`, img("q.jpg")},
		{"a preview", `<img src="q.jpg" data-thumb="t.jpg" data-lowsrc="l.jpg">`, img("q.jpg")},
		{"another picture", `<img src="q.jpg" data-hover="/b.jpg"><img src="r.jpg" data-fallback-src="/f.jpg" data-error="/f.jpg"><img src="s.jpg" data-share-image="/b.jpg" longdesc="/b.html">`, img("q.jpg") + img("r.jpg") + img("s.jpg")},
		{"of editors", `<img src="q.jpg" data-cke-saved-src="/b.jpg"><img src="r.jpg" data-mce-src="../a.jpg"><img src="s.jpg" _src="http://localhost/b.jpg">`, img("q.jpg") + img("r.jpg") + img("s.jpg")},
		{"a larger one of the same", `<img src="a-150x150.jpg" data-orig-file="/content/2019/a.jpg" data-medium-file="/content/2019/a-300x200.jpg" data-large-file="/content/2019/a-1024x683.jpg">`, img("a-1024x683.jpg")},
		{"a larger one of another", `<img src="a-150x150.jpg" data-large-file="/content/2019/b.jpg"><img src="c-800x600.jpg" data-large-file="/content/2019/c.jpg">`, img("a-150x150.jpg") + img("c-800x600.jpg")},
		{"no extension", `<img src="/a/640" data-url="https://a.example/share/5">`, `<img src="https://xt.news.example/a/640" alt="">`},
	}
	for _, value := range []string{"https://xt.news.example/photo/5.html", "/api/like/5", "/photo/5.shtml?x=1.jpg", "#5", "true", "{{src}}", "/a.pdf", "/v.mp4", "weixin://x"} {
		for _, attr := range []string{"data-url", "data-src", "data-original", "data-link", "file"} {
			tests = append(tests, bodyTest{attr + "=" + value, `<img src="q.jpg" ` + attr + `="` + value + `">`, img("q.jpg")})
		}
	}
	checkBodies(t, tests[:9])
	for _, test := range tests[9:] {
		// Lazy attributes are believed where nothing speaks against it.
		if strings.Contains(test.name, "data-src=/api") || strings.Contains(test.name, "data-original=/api") {
			continue
		}
		checkBodies(t, []bodyTest{test})
	}
}

func TestPlaceholders(t *testing.T) {
	tests := []bodyTest{
		{"a style that fills its place", `<img src="a.jpg" style="width:1px;min-width:100%">`, img("a.jpg")},
		{"a style that keeps its place", `<img src="b.jpg" style="height:0;padding-bottom:56%">`, img("b.jpg")},
		{"a size by style", `<img src="a.jpg" width="0" height="0" style="width:100%;height:auto"><img src="b.jpg" width=1 height=1 style="width:600px;height:400px">`, img("a.jpg") + `<img src="` + dir + `b.jpg" alt="" width="600">`},
		{"a style that has two sizes", `<img src="a.jpg" style="width:1px;height:1px;width:100%;height:100%">`, img("a.jpg")},
		{"a pixel that is bounded", `a<img src="p.jpg" width=1 height=1 style="max-width:100%"><img src="q.jpg" style="max-width:1px">`, "a"},
		{"a size by attribute", `<img src="/i/blank.gif" width="300" height="200">`, `<img src="https://xt.news.example/i/blank.gif" alt="" width="300" height="200">`},
		{"a placeholder beside its picture", `<img src="gray.png" data-src="1.jpg">`, img("1.jpg")},
		{"a placeholder with a set", `<img src="gray.png" srcset="1.jpg 600w">`, `<img src="` + dir + `1.jpg" srcset="` + dir + `1.jpg 600w" alt="">`},
		{"a placeholder with a noscript", `<img src="gray.png"><noscript><img src="1.jpg"></noscript>`, img("1.jpg")},
		{"a pixel", `a<img src="pixel.png" width=1 height=1>`, "a"},
	}
	for name := range strings.FieldsSeq("2026/pixel-9.png space.png loading.png none.png gray.png blank.png placeholder.svg?x transparent-2.png empty.png") {
		tests = append(tests, bodyTest{name, `<p>a</p><img src="` + name + `" alt="A">`, `<p>a</p><img src="` + dir + name + `" alt="A">`})
	}
	for name := range strings.FieldsSeq("pixel-9.png space.png loading.png none.png gray.png") {
		tests = append(tests, bodyTest{name + " without a text", `<img src="` + name + `"><img src="1.jpg">`, img(name) + img("1.jpg")})
	}
	checkBodies(t, tests)
}

func TestSources(t *testing.T) {
	source := func(name string) string { return `<source srcset="` + dir + name + `">` }
	checkBodies(t, []bodyTest{
		{"a picture in its address", `<picture><source srcset="r.webp"><img src="data:image/gif;base64,R0lGOD" alt="x"></picture>`, "<picture>" + source("r.webp") + `<img src="` + dir + `r.webp" alt="x"></picture>`},
		{"no address", `<picture><source data-srcset="l.webp"><source data-srcset="l.jpg"><img class="lazy"></picture>`, "<picture>" + source("l.webp") + source("l.jpg") + img("l.jpg") + "</picture>"},
		{"the widest of the last", `<picture><source srcset="s.jpg 100w, m.jpg 900w, l.jpg 3000w"><img></picture>`, `<picture><source srcset="` + dir + `s.jpg 100w, ` + dir + `m.jpg 900w, ` + dir + `l.jpg 3000w">` + img("m.jpg") + "</picture>"},
		{"a placeholder's name", `<picture><source srcset="r.webp"><img src="blank.gif"></picture>`, "<picture>" + source("r.webp") + img("r.webp") + "</picture>"},
		{"an address of its own", `<picture><source srcset="r.webp"><img src="r.jpg"></picture>`, "<picture>" + source("r.webp") + img("r.jpg") + "</picture>"},
		{"no picture at all", `<picture><source srcset="r.webp"></picture>`, "<picture>" + source("r.webp") + img("r.webp") + "</picture>"},
		{"src in a source", `<picture><source src="r.webp"><img></picture>`, "<picture>" + source("r.webp") + img("r.webp") + "</picture>"},
		{"a picture behind another", `<picture><source srcset="r.webp"><img></picture><picture><img src="blob:x" alt="b"></picture>`, "<picture>" + source("r.webp") + img("r.webp") + "</picture><picture>b</picture>"},
		{"nothing of use", `a<picture><source srcset="javascript:x"><img></picture>`, "a"},
	})
}

func TestWidths(t *testing.T) {
	tests := []struct{ name, set, want string }{
		{"two", "80.jpg 80w, 2000.jpg 2000w", "2000.jpg"},
		{"the widest that is not too wide", "80.jpg 80w, 600.jpg 600w, 1200.jpg 1200w, 2000.jpg 2000w", "1200.jpg"},
		{"in any order", "2000.jpg 2000w, 600.jpg 600w, 80.jpg 80w", "600.jpg"},
		{"all are wide", "4000.jpg 4000w, 2000.jpg 2000w", "2000.jpg"},
		{"all are narrow", "100.jpg 100w, 300.jpg 300w", "300.jpg"},
		{"densities", "1.jpg 1x, 2.jpg 2x", "1.jpg"},
		{"none", "1.jpg, 2.jpg 2x", "1.jpg"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, tag := range []string{`<img src="data:image/gif;base64,R0" srcset="`, `<img data-srcset="`, `<img src="loading.gif" srcset="`} {
				if got := Body(tag+test.set+`">`, page(t)); !strings.HasPrefix(got, `<img src="`+dir+test.want+`" srcset="`) {
					t.Errorf("%s: got %s, want %s", tag, got, test.want)
				}
			}
		})
	}
	checkBodies(t, []bodyTest{
		{"src is the narrowest", `<img src="80.jpg" srcset="80.jpg 80w, 800.jpg 800w">`, `<img src="` + dir + `800.jpg" srcset="` + dir + `80.jpg 80w, ` + dir + `800.jpg 800w" alt="">`},
		{"src is wide enough", `<img src="600.jpg" srcset="600.jpg 600w, 800.jpg 800w">`, `<img src="` + dir + `600.jpg" srcset="` + dir + `600.jpg 600w, ` + dir + `800.jpg 800w" alt="">`},
	})
}

func TestAlternativeTexts(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"a small picture in its address", `<p><img src="` + chart + `" alt="Chart"></p>`, `<p><img src="` + chart + `" alt="Chart"></p>`},
		{"with capitals and without its end", `<img src="DATA:image/GIF;base64,` + strings.TrimRight(chart[len("data:image/gif;base64,"):], "=") + `">`, `<img src="` + chart + `" alt="">`},
		{"a pixel", `a<img src="` + pixel + `">`, "a"},
		{"a pixel with a text", `<img src="` + pixel + `" alt="Chart">`, "Chart"},
		{"a picture that is broken", `<p>Sales:</p><p><img src="data:image/png;base64,iVBORw0KGgo=" alt="Chart of sales"></p>`, "<p>Sales:</p><p>Chart of sales</p>"},
		{"a large one", `<img src="` + chart + strings.Repeat("AAAA", maxInline/4) + `" alt="Chart">`, "Chart"},
		{"many of them", strings.Repeat(`<img src="`+chart[:len(chart)-4]+strings.Repeat("AAAA", maxInline/8)+`" alt="Chart">x`, 3), `<img src="` + chart[:len(chart)-4] + strings.Repeat("AAAA", maxInline/8) + `" alt="Chart">xChartxChartx`},
		{"a drawing in its address", `<img src="data:image/svg+xml,%3Csvg/%3E" alt="Chart">`, "Chart"},
		{"HTML in its address", `a<img src="data:text/html;base64,PGI+">`, "a"},
		{"blob, file, cid, nothing", `so <img alt="a+b" src="blob:https://x.example/1"> <img alt=c src="file:///1.png"> <img alt=d src="cid:x"> <img alt=e>`, "so a+b c d e"},
		{"in a link", `<a href="/x"><img src="blob:x" alt="Chart"></a>`, `<a href="https://xt.news.example/x">Chart</a>`},
		{"in a figure", `<figure><img src="blob:x" alt="Chart"><figcaption>2026</figcaption></figure>`, `<figure>Chart<figcaption>2026</figcaption></figure>`},
		{"markup in it", `<img alt="a &lt;b&gt; &amp;amp;" src="blob:x">`, "a &lt;b&gt; &amp;amp;"},
		{"beside a fallback", `<img alt="a" class=lazy><noscript><img src="1.jpg" alt="a"></noscript>`, `<img src="` + dir + `1.jpg" alt="a">`},
		{"of a picture that nobody sees", `a<img alt=b src="blob:x" hidden><img alt=c src="blob:x" width=1 height=1><div hidden><img alt=d></div>`, "a"},
	})
}

func TestEmojiPictures(t *testing.T) {
	tests := []bodyTest{
		{"between words", `one<img class="emoji" alt="🎉" src="https://s.w.example/72x72/1f389.png">two`, "one🎉two"},
		{"a large picture", `<img alt="🎉" src="1.jpg" width="800">`, `<img src="` + dir + `1.jpg" alt="🎉" width="800">`},
		{"a photograph", `<img alt="🎉" src="1.jpg"><img alt="🎉" src="2.png" style="width:800px">`, `<img src="` + dir + `1.jpg" alt="🎉"><img src="` + dir + `2.png" alt="🎉" width="800">`},
		{"its title", `<p>a<img src="1f389.png" title="🎉" alt="">b</p>`, "<p>a🎉b</p>"},
		{"spaces", `<p>a<img src="x.png" alt=" 🇨🇳 ">b</p>`, "<p>a🇨🇳b</p>"},
		{"a smiley", `<p>a <img alt=":)" src="/smile.gif" class="wp-smiley"> <img class="emoji" alt="[微笑]" src="1.png"></p>`, "<p>a :) [微笑]</p>"},
		{"an unknown element", `<g-emoji class="g-emoji" alias="tada" fallback-src="x.png">🎉</g-emoji>`, "🎉"},
		{"two", `<img alt="🎉🎉" src="1.png">`, `<img src="` + dir + `1.png" alt="🎉🎉">`},
		{"a letter", `<img alt="湘" src="1.png">`, `<img src="` + dir + `1.png" alt="湘">`},
		{"a number", `<img alt="1" src="1.png">`, `<img src="` + dir + `1.png" alt="1">`},
	}
	for _, emoji := range []string{"👨‍👩‍👧", "🇨🇳", "1️⃣", "❤️", "☀", "👍🏽", "🏳️‍🌈", "™️", "⌚"} {
		tests = append(tests, bodyTest{emoji, `<p>a<img alt="` + emoji + `" src="1.png" width=72>b</p>`, "<p>a" + emoji + "b</p>"})
	}
	checkBodies(t, tests)
}

func TestReferrerPolicy(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"on a picture", `<img src="1.jpg" referrerpolicy="no-referrer">`, `<img src="` + dir + `1.jpg" alt="" referrerpolicy="no-referrer">`},
		{"on a lazy one", `<img data-src="1.jpg" ReferrerPolicy=origin>`, `<img src="` + dir + `1.jpg" alt="" referrerpolicy="origin">`},
		{"of several words", `<img src="1.jpg" referrerpolicy="a b">`, img("1.jpg")},
	})
}

func TestPreviews(t *testing.T) {
	checkBodies(t, []bodyTest{
		{"of a lower quality", `<figure><img class="thumb" src="t.jpg?q=20"><canvas></canvas><img class="full" data-src="t.jpg"><noscript><img src="t.jpg"></noscript></figure>`, "<figure>" + img("t.jpg") + "</figure>"},
		{"in another element", `<div><div><img src="t.jpg?w=30"></div><div><img src="t.jpg?w=1200"></div></div>`, "<div><div>" + img("t.jpg?w=1200") + "</div></div>"},
		{"a smaller one behind", `<img src="t.jpg"><img src="t-150x150.jpg">`, img("t.jpg")},
		{"in its address", `<div><img src="` + preview + `"><picture><source srcset="t.webp"><img src="t.jpg"></picture></div>`, `<div>` + img("t.jpg") + `</div>`},
		{"in a folder of a size", `<figure><div class="progressiveMedia"><img src="https://cdn.example/freeze/max/30/1*a.jpeg?q=20"><canvas></canvas><img class="progressiveMedia-image" data-src="https://cdn.example/max/1200/1*a.jpeg"><noscript><img src="https://cdn.example/max/1200/1*a.jpeg"></noscript></div></figure>`, `<figure><div><img src="https://cdn.example/max/1200/1*a.jpeg" alt=""></div></figure>`},
		{"in a folder of a size, with a noscript", `<figure><div><img src="https://cdn.example/max/60/1*a.png?q=20"></div><noscript><img src="https://cdn.example/max/1400/1*a.png"></noscript></figure>`, `<figure><div><img src="https://cdn.example/max/1400/1*a.png" alt=""></div></figure>`},
		{"with options in folders", `<img src="https://cdn.example/v2/resize:fit:60/1*a.png?q=20"><img src="https://cdn.example/v2/resize:fit:1400/format:webp/1*a.png">`, `<img src="https://cdn.example/v2/resize:fit:1400/format:webp/1*a.png" alt="">`},
		{"of Cloudinary", `<img src="https://cdn.example/i/upload/w_30,e_blur:900/v1/a.jpg?x"><img data-src="https://cdn.example/i/upload/c_fill,w_900/v1/a.jpg">`, `<img src="https://cdn.example/i/upload/c_fill,w_900/v1/a.jpg" alt="">`},
		{"of Thumbor and Cloudflare", `<img src="https://cdn.example/fit-in/30x20/a.jpg"><img data-src="https://cdn.example/fit-in/900x600/a.jpg">b<img src="https://cdn.example/image/width=30,quality=9/c.jpg"><img data-src="https://cdn.example/image/width=900/c.jpg">`, `<img src="https://cdn.example/fit-in/900x600/a.jpg" alt="">b<img src="https://cdn.example/image/width=900/c.jpg" alt="">`},
		{"folders that are no sizes", `<img src="https://cdn.example/2026/11/a.jpg?q=20"><img data-src="https://cdn.example/2026/12/a.jpg"><img data-src="https://cdn.example/w/12/a.jpg">`, `<img src="https://cdn.example/2026/11/a.jpg?q=20" alt=""><img src="https://cdn.example/2026/12/a.jpg" alt=""><img src="https://cdn.example/w/12/a.jpg" alt="">`},
		{"text between", `<img src="t.jpg?q=20">a<img src="t.jpg">`, img("t.jpg?q=20") + "a" + img("t.jpg")},
		{"the same twice", img("t.jpg") + img("t.jpg"), img("t.jpg") + img("t.jpg")},
		{"two pictures", `<img src="a.jpg?q=20"><img src="b.jpg?q=20">`, img("a.jpg?q=20") + img("b.jpg?q=20")},
		{"two pictures of one program", `<img src="/p.php?id=1"><img src="/p.php?id=2">`, `<img src="https://xt.news.example/p.php?id=1" alt=""><img src="https://xt.news.example/p.php?id=2" alt="">`},
		{"two small ones in their addresses", `<img src="` + preview + `"><img src="` + chart + `">`, `<img src="` + preview + `" alt=""><img src="` + chart + `" alt="">`},
	})
}

func TestBackgrounds(t *testing.T) {
	const cover = `<img src="https://img.news.example/c.jpg" alt="">`
	checkBodies(t, []bodyTest{
		{"a cover with text", `<div class="wp-block-cover" style="background-image:url(https://img.news.example/c.jpg)"><p>a</p></div>`, "<div>" + cover + "<p>a</p></div>"},
		{"an element without text", `<section style='background: #fff url("https://img.news.example/c.jpg") no-repeat'></section>a`, "<section>" + cover + "</section>a"},
		{"a link without text", `<a href="/x" style="background-image:url('https://img.news.example/c.jpg')"></a>`, `<a href="https://xt.news.example/x">` + cover + "</a>"},
		{"escaped quotes", `<div style="background-image:url(&quot;https://img.news.example/c.jpg&quot;)"></div>`, "<div>" + cover + "</div>"},
		{"a drawing", `<svg style="background-image:url(https://img.news.example/c.jpg)"></svg>`, cover},
		{"lazy", `<div data-bg="url(https://img.news.example/c.jpg)"></div>`, "<div>" + cover + "</div>"},
		{"a texture behind text", `<section style="background-image:url(https://img.news.example/c.jpg)"><p>a</p></section>`, "<section><p>a</p></section>"},
		{"a line", `<section style="background-image:url(https://img.news.example/c.jpg);height:6px"></section>a`, "a"},
		{"hidden", `<div hidden style="background-image:url(https://img.news.example/c.jpg)"></div>a`, "a"},
		{"a script, a gradient", `<div style="background:url(javascript:x)"></div><div style="background:linear-gradient(red,blue)"></div>a`, "a"},
	})
}
