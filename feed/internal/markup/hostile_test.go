package markup

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// attacks are bodies that want a reader to run something, written as the
// collections of such bodies have them.
func attacks() []string {
	list := []string{
		`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`,
		`<script/x src="//evil.example/x.js">`, `<script`, `<script>`, `</script><script>alert(1)</script>`, `<<script>alert(1)//<</script>`,
		`<img src=x onerror=alert(1)>`, `<img/src=x/onerror=alert(1)>`, `<img src="x"onerror="alert(1)">`, "<img src=x\x0conerror=alert(1)>",
		`<img """><script>alert(1)</script>">`, `<img src=javascript:alert(1)>`, `<img src="jav&#x09;ascript:alert(1)">`, "<img src='java\x00script:alert(1)'>",
		`<img src=&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)>`, `<a href=&#0000106&#0000097&#0000118&#0000097&#0000115&#0000099&#0000114&#0000105&#0000112&#0000116&#0000058alert(1)>a</a>`,
		`<img src=&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)>`, `<a href="  javascript:alert(1)">a</a>`, `<a href="javascript&colon;alert(1)">a</a>`,
		`<a href="java&NewLine;script:alert(1)">a</a>`, `<a href="&Tab;javascript:alert(1)">a</a>`, `<a href="JaVaScRiPt:alert(1)">a</a>`, "<a href='\x01javascript:alert(1)'>a</a>",
		`<a href="data:text/html;base64,PHNjcmlwdD4=">a</a>`, `<a href="vbscript:msgbox(1)">a</a>`, `<a href=javascript:alert(1)//http://a.example>a</a>`, `<a href="//javascript:alert(1)">a</a>`,
		`<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><style><img src=x onerror=alert(1)></style></svg>`, `<svg><a xlink:href="javascript:alert(1)"><text>a</text></a></svg>`,
		`<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">`, `<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
		`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, `<math href="javascript:alert(1)">a</math>`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<noscript><style></noscript><img src=x onerror=alert(1)></style>`, `<template><script>alert(1)</script></template>`,
		`<style><img src="</style><img src=x onerror=alert(1)//">`, `<title><img src="</title><img src=x onerror=alert(1)>">`, `<textarea><img title="</textarea><img src=x onerror=alert(1)>">`,
		`<xmp><p title="</xmp><img src=x onerror=alert(1)>">`, `<plaintext><img src=x onerror=alert(1)>`, `<noembed><img title="</noembed><img src=x onerror=alert(1)>">`,
		`<!--><img src=x onerror=alert(1)>-->`, `<!--[if gte IE 4]><script>alert(1)</script><![endif]-->`, `<!-- --!><img src=x onerror=alert(1)>`, `<![CDATA[<img src=x onerror=alert(1)>]]>`, `<?xml ?><script>alert(1)</script>`,
		`<iframe src=javascript:alert(1)>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<object data=javascript:alert(1)>`, `<embed src=//evil.example/x.swf>`, `<applet code=x>`, `<frameset onload=alert(1)>`,
		`<form action=javascript:alert(1)><button>a</button></form>`, `<button formaction=javascript:alert(1)>a`, `<input autofocus onfocus=alert(1)>`, `<isindex action=javascript:alert(1)>`, `<select onfocus=alert(1)><option>a`,
		`<body onload=alert(1)>`, `<html manifest=x>`, `<base href="//evil.example/">`, `<link rel=stylesheet href=//evil.example/x.css>`, `<meta http-equiv=refresh content="0;url=javascript:alert(1)">`, `<bgsound src=javascript:x>`,
		`<p style="background:url(javascript:alert(1))">a</p>`, `<p style="width:expression(alert(1))">a</p>`, `<style>@import '//evil.example/x.css';</style>`, `<table background="javascript:alert(1)"><tr><td>a</table>`,
		`<video src=x onerror=alert(1)></video>`, `<video><source onerror=alert(1)></video>`, `<video poster=javascript:alert(1)//></video>`, `<audio src=javascript:alert(1) autoplay>`, `<track src=javascript:x>`,
		`<details open ontoggle=alert(1)>a</details>`, `<marquee onstart=alert(1)>a</marquee>`, `<blockquote cite="javascript:alert(1)">a</blockquote>`, `<q cite=javascript:x>a</q>`, `<ins cite=javascript:x>a</ins>`,
		`<img srcset="javascript:alert(1) 1x, x 2x" onload=alert(1)>`, `<img src=x srcset="x onerror=alert(1) 1x">`, `<img data-src="javascript:alert(1)">`, `<img src=x alt="` + "`" + `onerror=alert(1)">`, `<img src="x&quot; onerror=&quot;alert(1)">`,
		`<a href="https://a.example/&quot;onclick=&quot;alert(1)">a</a>`, `<a href='https://a.example/"onclick="alert(1)'>a</a>`, `<a title='"><script>alert(1)</script>'>a</a>`, `<p lang='"><script>'>a</p>`, `<time datetime='"><img src=x onerror=alert(1)>'>a</time>`,
		`<a href="https://a.example/<script>alert(1)</script>">a</a>`, `<a href="https://a.example/%3Cscript%3E">a</a>`, `<a href="https://user:pass@a.example/">a</a>`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `&amp;lt;script&amp;gt;`,
		"<\u017fcript>alert(1)</\u017fcript>", "<scr\u0131pt>alert(1)</script>", "<\uff53cript>alert(1)</script>", "<img \u017frc=x>", "<a h\u212aref=x>", "<K\u212a>",
		`<a href="` + strings.Repeat("a", 1<<20) + `">a</a>`, `<p title="` + strings.Repeat(`"`, 100) + strings.Repeat("a", 1<<20) + `">a</p>`, `<p ` + strings.Repeat("a=b ", 1<<18) + `>a</p>`,
		`<p title="` + strings.Repeat("湘", 5000) + `">a</p>`, `<` + strings.Repeat("a", 1<<20) + `>a</p>`, strings.Repeat("<b>", 5000) + "a" + strings.Repeat("</b>", 5000), strings.Repeat("<table><tr><td>", 500) + "a", strings.Repeat("<a href=x>", 500),
	}
	return list
}

// checkSafe fails unless s is balanced HTML of the profile, with the values that
// the profile allows, that the gate and a second pass leave as it is.
func checkSafe(t *testing.T, in, s string) {
	t.Helper()
	name := fmt.Sprintf("%.200q", in)
	if twice := strings.TrimSpace(unquote(sanitize([]byte(s)))); twice != s {
		t.Errorf("%s: the gate makes\n%.500s\nof\n%.500s", name, twice, s)
	}
	var open []string
	z := scanner{s: s}
	for {
		token, ok := z.next()
		if !ok {
			break
		}
		e := profile[token.name]
		switch {
		case token.kind == rawToken:
			t.Errorf("%s: raw text: %.100q", name, token.raw)
		case token.kind == textToken:
			if strings.ContainsAny(references.Replace(token.raw), "<>&") {
				t.Errorf("%s: text is not escaped: %.100q", name, token.raw)
			}
		case e == nil:
			t.Errorf("%s: %s is not in the profile", name, token.raw)
		case token.kind == endTag:
			if len(open) == 0 || open[len(open)-1] != token.name {
				t.Errorf("%s: </%s> closes %v", name, token.name, open)
				return
			}
			open = open[:len(open)-1]
		default:
			checkAttributes(t, name, e, token)
			if !e.void {
				open = append(open, token.name)
			}
		}
	}
	if len(open) > 0 || z.lost != "" {
		t.Errorf("%s: not closed: %v %q", name, open, z.lost)
	}
	if len(s) > maxBody+maxBody/4 || len(open) > maxDepth {
		t.Errorf("%s: %d bytes", name, len(s))
	}
}

// references takes those out that text may hold.
var references = strings.NewReplacer("&amp;", "", "&lt;", "", "&gt;", "")

func checkAttributes(t *testing.T, name string, e *element, token token) {
	t.Helper()
	for attr, s := range token.all() {
		v, ok := e.attrs[attr]
		if re := allowed[v]; !ok || re != nil && !re.MatchString(s) || v == anyText && len(s) > maxValue {
			t.Errorf("%s: %s has %s=%.100q", name, e.name, attr, s)
		}
	}
}

func TestBodyAttacks(t *testing.T) {
	for _, s := range attacks() {
		got := Body(s, page(t))
		checkSafe(t, s, got)
		if again := Body(got, page(t)); again != got {
			t.Errorf("%.200q: again\n%.500s\nof\n%.500s", s, again, got)
		}
		if wrapped := Body("<p>前</p>"+s+"<p>后</p>", page(t)); !strings.HasPrefix(wrapped, "<p>前</p>") {
			t.Errorf("%.200q: what comes before is lost: %.200s", s, wrapped)
		}
	}
}

// TestBodyBounds holds that no body costs more than milliseconds.
func TestBodyBounds(t *testing.T) {
	const mb = 1 << 20
	fill := func(s string, n int) string { return strings.Repeat(s, n/len(s)) }
	tests := []struct{ name, in string }{
		{"long text", fill("湘潭。", 2*mb)},
		{"long article", fill("<p>岁月不居，时节如流。</p>", 2*mb)},
		{"deep", strings.Repeat("<div>", 100_000) + "a" + strings.Repeat("</div>", 100_000)},
		{"deep and never closed", strings.Repeat("<table><tr><td>", 100_000)},
		{"deep inside text", strings.Repeat("<b>a", 100_000)},
		{"many attributes, then many tags", "<a " + strings.Repeat("x ", 100_000) + ">" + strings.Repeat("<b x>", 200_000)},
		{"many different attributes", "<a " + fill(" abcdef1 ghijkl2=x", mb) + ">"},
		{"elements that want an end", fill("<svg><noscript><video><audio><object><select><button><canvas>", 2*mb)},
		{"elements that have one end", fill("<svg><noscript><video><audio><object><select><button><canvas>", 2*mb) + "</svg></noscript></video></audio></object></select></button></canvas>"},
		{"brackets", fill("<", 2*mb)},
		{"ampersands", fill("&", 2*mb)},
		{"end tags", fill("</p>", 2*mb)},
		{"end tags that do not end", fill("</p", 2*mb)},
		{"quotes that do not end", fill("<a href='x", 2*mb)},
		{"comments that do not end", fill("<!--", 2*mb)},
		{"comments", fill("<!---->", 2*mb)},
		{"pictures", fill("<img src=1.jpg>", 2*mb)},
		{"fallbacks", fill("<noscript><img src=1.jpg></noscript>", 2*mb)},
		{"sets", fill("<img srcset='"+fill("a,", 200)+"'>", 2*mb)},
		{"scripts that do not end", fill("<script></scrip", 2*mb)},
		{"accents", "a" + fill("\u0301", 2*mb)},
		{"joiners", fill("\u200d", 2*mb)},
		{"empty elements", fill("<p><b> </b></p>", 2*mb)},
		{"styles", fill("<span style='text-decoration:line-through;vertical-align:super'>a", 2*mb)},
		{"comments in styles", "<p style='" + fill("/**/", mb) + "'>" + fill("<i style='/*'>a", mb)},
		{"hidden elements", fill("<p hidden>a<img src=1.jpg>", 2*mb)},
		{"hidden elements in each other", fill("<div style=display:none>a", 2*mb)},
		{"previews", fill("<img src=1.jpg?q=1><img src=1.jpg>", 2*mb)},
		{"previews in their addresses", fill("<img src='"+preview+"'><img src=1.jpg>", 2*mb)},
		{"pictures of many attributes", fill("<img a=/1.jpg b=/2.jpg c=/3.jpg data-src=/4.jpg srcset='1.jpg 1w, 2.jpg 2w'>", 2*mb)},
		{"pictures that can't be carried", fill("<img src='data:image/png;base64,AAAA' alt='a'>", 2*mb)},
		{"large pictures in their addresses", fill("<img src='"+chart+fill("AAAA", 90<<10)+"' alt='a'>", 4*mb)},
		{"backgrounds", fill("<div style='background:url(1.jpg)'></div>", 2*mb)},
		{"backgrounds without an end", "<div style='" + fill("background ", mb) + "'>" + fill("<p style='background:url('>a", mb)},
		{"frames and objects", fill("<iframe src=/1></iframe><object data=/2></object><embed src=/3>", 2*mb)},
		{"objects without an end", fill("<object data=/2>", 2*mb)},
		{"films without a file", fill("<video poster=1.jpg></video>", 2*mb)},
		{"drawings", fill("<svg><text>a</text><title>b</title></svg>", 2*mb)},
		{"drawings without an end", fill("<svg><text>a<foreignObject>", 2*mb)},
		{"formulas", fill("<math><mfrac><mi>a</mi><mn>2</mn></mfrac><annotation encoding=tex>x</annotation></math>", 2*mb)},
		{"a long formula", "<math>" + fill("<mfrac><mi>a</mi>", 2*mb) + "</math>"},
		{"scripts in comments in scripts", fill("<script><!-- <script>", 2*mb)},
		{"blank lines", fill("a\n\n", 2*mb)},
		{"lines and elements", fill("<b>a\nb</b>\n\n", 2*mb)},
		{"addresses on their lines", fill("https://a.example/x\n", 2*mb)},
		{"page breaks", fill("<i>[page][page#p##p#[page]_ueditor_page_break_tag_##NextPage[title=</i>", 2*mb)},
		{"page breaks in one text", fill("[page]#p##NextPage[title=", 2*mb)},
		{"page breaks that go", fill("<p>_ueditor_page_break_tag_#p##e#[page]</p>", 2*mb)},
		{"formatting that is cut off", fill("<p><b><i><s><u>a</p></b></i></s></u>", 2*mb)},
		{"formatting that is cut off and has no end", fill("<p><b><i><s><u><em><code>a</p>", 2*mb)},
		{"films by script", fill("<div data-src=1.mp4><lite-youtube videoid=a><iframe srcdoc='<iframe srcdoc=x>'></iframe>", 2*mb)},
		{"formulas in glyphs", fill("<span class=MathJax>a<span class=MathJax>b<math><mi>c</math></span><script type=math/tex>d</script>", 2*mb)},
		{"folders of sizes", fill("<img src=/a:b/c:d/resize:fit:1/max/2/w_1,h_2/1.jpg?q><img src=/a:b/c:d/resize:fit:2/max/3/w_1,h_2/1.jpg?q>", 2*mb)},
		{"shortcodes", fill("[caption id=1]<img src=1.jpg>a[/caption][gallery ids=1]", 2*mb)},
		{"shortcodes without an end", fill("[caption id=1 ", 2*mb)},
		{"shortcodes without content", fill("[caption id=1]", 2*mb)},
		{"brackets of shortcodes", fill("[[", 2*mb)},
		{"controls", fill("\u0092\v\u0085\u200b\u202e", 2*mb)},
		{"decoration", fill("<i aria-hidden=true>a</i>", 2*mb)},
		{"line breaks in elements", fill("<b><br></b>", 2*mb)},
		{"check boxes", fill("<input type=checkbox>", 2*mb)},
		{"a picture in the text", "<img src='data:image/png;base64," + fill("A", 3*mb) + "'>" + "<p>a</p>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start := time.Now()
			got := Body(test.in, page(t))
			if took := time.Since(start); took > time.Minute { // milliseconds; under the race detector on a busy machine seconds
				t.Errorf("%v for %d bytes", took, len(test.in))
			}
			checkSafe(t, test.name, got)
			if test.name == "a picture in the text" && got != "<p>a</p>" {
				t.Errorf("got %.200s", got)
			}
		})
	}
}

// TestPlainBounds is TestBodyBounds for texts.
func TestPlainBounds(t *testing.T) {
	for _, s := range []string{
		"<", "<a", "<a ", "<b>", "</b>", "<b></b>", "<script>", "<textarea></b", "&", "&amp;", "&amp;amp;", "&lt;b&gt;", "<y <y", "<!", "<?", "</ ", "<a href='", "<sup>1", "<s>a", "\u200b", "a\u200d",
		"<svg><b>", "<p", "<title>", "<img alt=a src=blob:x>", "&#38;#38;",
	} {
		t.Run(s, func(t *testing.T) {
			start := time.Now()
			Plain(strings.Repeat(s, 1<<17/len(s)))
			if took := time.Since(start); took > time.Minute { // see above
				t.Errorf("%v for 128 KB", took)
			}
		})
	}
}

func TestBodyCut(t *testing.T) {
	const more = `<p><a href="` + dir + `1.html?p=1">…</a></p>`
	got := Body("<div><p>"+strings.Repeat("湘潭。", 1<<18), page(t))
	if !strings.HasPrefix(got, "<div><p>湘潭。") || !strings.HasSuffix(got, "</p></div>"+more) || len(got) < maxBody-10 || len(got) > maxBody+200 {
		t.Errorf("%d bytes: %.30s … %s", len(got), got, got[len(got)-100:])
	}
	if got := Body(strings.Repeat("<p>湘潭。</p>", 1<<16), nil); !strings.HasSuffix(got, "湘潭。</p><p>…</p>") {
		t.Errorf("without a base: … %s", got[len(got)-50:])
	}
	family := "👨‍👩‍👧"
	if got := Body(strings.Repeat(family, maxBody/len(family)+1), nil); !strings.HasSuffix(got, family+"<p>…</p>") {
		t.Errorf("inside a character: … %q", got[len(got)-50:])
	}
	if got := Body(strings.Repeat("<b>湘</b>", maxTokens/2), page(t)); !strings.HasSuffix(got, more) || len(got) > maxBody {
		t.Errorf("too many elements: %d bytes", len(got))
	}
	whole := "<p>" + strings.Repeat("湘", 50_000) + "</p>"
	if got := Body(whole, page(t)); got != whole {
		t.Errorf("an article of 50,000 characters has %d bytes of %d", len(got), len(whole))
	}
}

func FuzzBody(f *testing.F) {
	for _, s := range attacks() {
		if len(s) < 1000 {
			f.Add(s)
		}
	}
	for _, s := range scans() {
		f.Add(s)
	}
	f.Add(`<p style="x">图<img src="loading.gif" data-original='图 1.jpg?a=1&b=2'><noscript><img src="1.jpg"></noscript></p><p>&nbsp;</p>`)
	f.Add(`<table><caption>a<tr><td>b<ul><li>c<p>d<ruby>e<rt>f</table><video><source src=x></video><picture><source srcset="a 1x, b 2x"><img data-src=c>`)
	f.Add(`<div style="display:none">a</div><p style="text-decoration:line-through;vertical-align:sub">b<b style="font-weight:400"><p>c<ul style="text-decoration:line-through"><li>d`)
	f.Add(`<img src="` + preview + `"><picture><source srcset="t.webp 80w, u.webp 900w"><img alt="a"></picture><img src="t.jpg?q=1"><img data-x="/t.jpg" alt="🎉"><noscript><iframe src=/x></iframe></noscript>`)
	f.Add("a\u0092b\vc\u0085\n\n[caption id=1]<img src=1.jpg>d[/caption]\nhttps://a.example/x\n<svg><text>e</text><foreignObject><p>f</svg><math><msup><mi>g</mi></math><object data=x><video poster=p>")
	f.Add(`<i aria-hidden=true>a</i><input type=checkbox checked><textarea>b</textarea><div style="background:url('c.jpg')"></div><dialog>d</dialog><pre> <b> </b></pre>`)
	f.Fuzz(func(t *testing.T, s string) {
		got := Body(s, page(t))
		checkSafe(t, s, got)
		if again := Body(got, page(t)); again != got {
			t.Errorf("%.500q: again\n%.500s\nof\n%.500s", s, again, got)
		}
		if len(s) < 1000 && strings.ContainsAny(got, "\x00\ufffd\ufffe") {
			t.Errorf("%q: not clean: %q", s, got)
		}
	})
}
