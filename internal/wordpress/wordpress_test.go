package wordpress_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	kit "feedstation/internal/testkit/wordpress"
	"feedstation/internal/wordpress"
)

// TestRender has what the recorded posts have not: what WordPress gets wrong, what it
// does only with the help of plugins, and what is not known.
func TestRender(t *testing.T) {
	for _, tt := range []struct {
		name, content, want string
		missing             int
	}{
		{"nothing", "", "", 0},
		{"white space", " \n\n\t", "", 0},
		{"carriage returns", "a\r\n\r\nb\rc", "<p>a</p>\n<p>b<br>\nc</p>\n", 0},
		{"HTML stays", `<p class="a">b</p>`, `<p class="a">b</p>` + "\n", 0},
		{"a tag over lines", "<img\nsrc=\"1.jpg\"\n\nalt=\"a > b\">", "<p><img\nsrc=\"1.jpg\"\n\nalt=\"a > b\"></p>\n", 0},
		{"no tag", "a < b\n\nc <> d <3", "<p>a < b</p>\n<p>c <> d <3</p>\n", 0},
		{"no end of a comment", "a <!-- b\n\nc", "<p>a <!-- b</p>\n<p>c</p>\n", 0},
		{"an unclosed pre", "<pre>a\n\nb", "<pre>a<p>b</p>\n", 0},
		{"a select", "<select>\n<option>a</option>\n</select>", "<p><select>\n<option>a</option>\n</select></p>\n", 0},

		{"a gallery that is not known", "a\n\n[gallery ids=\"7,8\"]", "<p>a</p>\n", 2},
		{"a gallery of the post", "[gallery]", "", 1},
		{"a reusable block that is not known", `<!-- wp:block {"ref":7} /-->a`, "a", 1},
		{"a reusable block without a number", `<!-- wp:block {"ref":"x"} /-->a`, "a", 1},
		{"a query", "<!-- wp:query {} -->a<!-- wp:query -->b<!-- /wp:query -->c<!-- /wp:query -->d", "d", 0},
		{"a query without an end", "<!-- wp:query {} -->a", "a", 0},
		{"the latest posts", "a<!-- wp:latest-posts /-->b", "ab", 0},
		{"a dynamic block with content", "<!-- wp:acme/map {\"a\":1} --><p>Fallback</p><!-- /wp:acme/map -->", "<p>Fallback</p>", 0},
		{"blocks of a namespace", `<!-- wp:core/social-link {"url":"https://a.example/","service":"x"} /-->`, `<li><a href="https://a.example/">X</a></li>`, 0},
		{"a menu", `<!-- wp:navigation --><ul><!-- wp:navigation-link {"label":"A & B","url":"/a"} /--></ul><!-- /wp:navigation -->`, `<ul><li><a href="/a">A & B</a></li></ul>`, 0},
		{"an address by script", `<!-- wp:social-link {"url":"\" onclick=x","label":"<b>"} /-->`, `<li><a href="&#34; onclick=x">&lt;b&gt;</a></li>`, 0},

		{"words in brackets", "[sic] [1] [...] [Foto: dpa] [button] [ caption ] [captions]", "<p>[sic] [1] [...] [Foto: dpa] [button] [ caption ] [captions]</p>\n", 0},
		{"an escape", "[[audio]] [[video]x[/video]] [[audio] [audio]]", "<p>&#91;audio&#93; &#91;video&#93;x&#91;/video&#93; [ ]</p>\n", 0},
		{"a known plugin", "a [contact-form-7 id=\"1\" title=\"b\"] c", "<p>a  c</p>\n", 0},
		{"a page builder", "[vc_row][vc_column width=\"1/2\"]a\n\nb[/vc_column][/vc_row]", "<p>a</p>\n<p>b</p>\n", 0},
		{"a configured one", "[box color='red']a [em]b[/em][/box] [promo /]", "<p>a [em]b[/em] </p>\n", 0},
		{"an end tag alone", "a [/box] b [/sic]", "<p>a  b [/sic]</p>\n", 0},
		{"a film of Jetpack", "[youtube https://video.example/watch?v=1&w=2]", `<p><a href="https://video.example/watch?v=1&w=2">https://video.example/watch?v=1&w=2</a></p>` + "\n", 0},
		{"a film on a site", `[video src="https://youtu.be/abc"]`, `<a href="https://youtu.be/abc">https://youtu.be/abc</a>`, 0},
		{"a remark", "[facebook]", "<p>[facebook]</p>\n", 0},
		{"the old form of a sound", "[audio https://a.example/1.mp3]", `<audio controls src="https://a.example/1.mp3"></audio>`, 0},
		{"a sound without one", "a [audio]", "<p>a </p>\n", 0},
		{"curly quotation marks", "[audio mp3=”https://a.example/1.mp3″]", `<audio controls src="https://a.example/1.mp3"></audio>`, 0},
		{"an empty caption", `[caption width="1"]<img src="1.jpg"/>[/caption]`, `<figure><img src="1.jpg"/></figure>`, 0},
		{"a caption without a picture", `[caption width="1"]a[/caption]`, `<figure>a</figure>`, 0},
		{"an open caption", `[caption width="1"]<img src="1.jpg"/> a`, "<p><img src=\"1.jpg\"/> a</p>\n", 0},

		{"an address in a pre", "<pre>\nhttps://a.example/\n</pre>", "<pre>\nhttps://a.example/\n</pre>\n", 0},
		{"an address with a dot behind it", "https://a.example/ .", "<p>https://a.example/ .</p>\n", 0},
		{"another scheme", "ftp://a.example/", "<p>ftp://a.example/</p>\n", 0},
		{"an address in a list", "<li>https://a.example/</li>", "<li>https://a.example/</li>\n", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			html, missing := wordpress.Render(tt.content, wordpress.Options{Shortcodes: []string{"box", "promo"}})
			if html != tt.want || missing != tt.missing {
				t.Errorf("Render(%q)\n= %q, %d\nwant %q, %d", tt.content, html, missing, tt.want, tt.missing)
			}
		})
	}
}

// TestReusable holds that blocks that contain themselves, or one another many times, come
// to an end.
func TestReusable(t *testing.T) {
	for name, content := range map[string]string{
		"itself":    `a<!-- wp:block {"ref":1} /-->`,
		"ten times": strings.Repeat(`<!-- wp:block {"ref":1} /-->`, 10),
		"large":     strings.Repeat("x", 1<<20) + strings.Repeat(`<!-- wp:block {"ref":1} /-->`, 10),
	} {
		html, missing := wordpress.Render(content, wordpress.Options{Post: func(int64) (wordpress.Post, bool) {
			return wordpress.Post{Content: content}, true
		}})
		if len(html) > 16<<20 || missing == 0 {
			t.Errorf("%s: %d bytes, %d missing", name, len(html), missing)
		}
	}
}

// TestNeeds holds which posts are to be looked up.
func TestNeeds(t *testing.T) {
	for _, tt := range []struct {
		content  string
		ids      []int64
		attached bool
	}{
		{"[sic]", nil, false},
		{`[gallery ids="3, 1,x,3"] [playlist include="2"]`, []int64{1, 2, 3}, false},
		{"[gallery]", nil, true},
		{"[[gallery ids=1]", []int64{1}, false},
		{`<!-- wp:block {"ref":9} /--> <!-- wp:core/block {"ref":8} /--> <!-- wp:block {"ref":-1} /-->`, []int64{8, 9}, false},
	} {
		if ids, attached := wordpress.Needs(tt.content); !slices.Equal(ids, tt.ids) || attached != tt.attached {
			t.Errorf("Needs(%q) = %v, %v, want %v, %v", tt.content, ids, attached, tt.ids, tt.attached)
		}
	}
}

// TestShown holds what a feed would get wrong of HTML that WordPress has rendered.
func TestShown(t *testing.T) {
	for rendered, want := range map[string]string{
		"<p>a</p>": "<p>a</p>",
		`<p title="[a]">[gallery]</p><pre>[x]</pre>`:                     `<p title="[a]">&#91;gallery&#93;</p><pre>&#91;x&#93;</pre>`,
		"<noscript>\n\t<ol><li>a</li></ol>\n</noscript>":                 "\n\t<ol><li>a</li></ol>\n",
		`<noscript><img src="1.jpg"></noscript><script>a[0]</script>[b]`: `<noscript><img src="1.jpg"></noscript><script>a[0]</script>&#91;b&#93;`,
	} {
		if got := wordpress.Shown(rendered); got != want {
			t.Errorf("Shown(%q) = %q, want %q", rendered, got, want)
		}
	}
}

// TestAgain holds that posts that were rendered, and HTML that was never WordPress's,
// stay what they are.
func TestAgain(t *testing.T) {
	posts := archive(t, "testdata/posts.txtar")
	for name, content := range posts {
		if strings.Contains(content, "<!-- wp:") || strings.Contains(content, "[[") {
			continue // without their comments blocks are text, and so is an escape without its own
		}
		once, _ := wordpress.Render(content, options(t))
		again, _ := wordpress.Render(once, options(t))
		if diff := cmp.Diff(kit.Outline(once), kit.Outline(again)); diff != "" {
			t.Errorf("%s, rendered again:\n%s", name, diff)
		}
	}
	for _, html := range []string{
		"<p>a</p><p>b <b>c</b></p>", "<h2>a</h2><ul><li>b</li><li>c</li></ul>", "<figure><img src=\"1.jpg\"><figcaption>a</figcaption></figure>",
		"<table><tr><td>a</td></tr></table>", "<blockquote><p>a</p></blockquote><pre>b\n\nc</pre>", "a<br>b", `<video src="1.mp4"></video>`,
	} {
		rendered, _ := wordpress.Render(html, wordpress.Options{})
		if diff := cmp.Diff(kit.Outline(html), kit.Outline(rendered)); diff != "" {
			t.Errorf("%s:\n%s", html, diff)
		}
	}
}

// FuzzRender holds that no content is too strange, that text without signs of markup
// keeps its words, and that posts are looked up before they are asked for.
func FuzzRender(f *testing.F) {
	for _, content := range archive(f, "testdata/posts.txtar") {
		f.Add(content)
	}
	for _, long := range long() {
		f.Add(long(64))
	}
	f.Fuzz(func(t *testing.T, content string) {
		ids, _ := wordpress.Needs(content)
		html, missing := wordpress.Render(content, wordpress.Options{Shortcodes: []string{"box"}, Post: func(id int64) (wordpress.Post, bool) {
			if !slices.Contains(ids, id) {
				t.Errorf("asks for %d, which Needs has not named", id)
			}
			return wordpress.Post{}, false
		}})
		if missing < 0 {
			t.Errorf("%d missing of %q", missing, html)
		}
		if strings.ContainsAny(content, "<[&\x00\r") || strings.Contains(content, "://") {
			return
		}
		// Without white space: what is a line, is a choice.
		words := func(s string) string { return strings.Join(strings.Fields(s), "") }
		text := strings.NewReplacer("<p>", "", "</p>", "", "<br>", "").Replace(html)
		if words(text) != words(content) {
			t.Errorf("%q lost words: %q", content, html)
		}
		wordpress.Shown(content)
	})
}

// long makes contents of a length whose parts a renderer could read again and again.
func long() map[string]func(n int) string {
	repeat := func(part string) func(int) string {
		return func(n int) string { return strings.Repeat(part, n/len(part)) }
	}
	return map[string]func(int) string{
		"text": repeat("湘潭 "), "paragraphs": repeat("a\n\n"), "lines": repeat("a\n"), "spaces": repeat(" \n\t"),
		"less": repeat("<"), "tags": repeat("<b>"), "open tags": repeat("<b "), "quotes": repeat(`<b a="`), "blocks": repeat("<div>"),
		"pre": repeat("<pre>"), "raw": repeat("<pre><svg><math>"), "ends of raw": func(n int) string { return strings.Repeat("<pre>", n/10) + strings.Repeat("</pr", n/8) },
		"a raw end without one": func(n int) string { return strings.Repeat("<pre>", n/10) + "</pre" + strings.Repeat("a", n/2) },
		"comments":              repeat("<!--"), "brackets": repeat("["), "codes": repeat("[audio]"), "captions": repeat("[caption]"),
		"builders": func(n int) string {
			var b strings.Builder
			for i := 0; b.Len() < n; i++ {
				fmt.Fprintf(&b, "[su_%d]", i)
			}
			return b.String()
		},
		"escapes": repeat("[[audio]"), "values": func(n int) string { return "[audio " + strings.Repeat(`a="b" `, n/6) + "]" },
		"nested": func(n int) string {
			return strings.Repeat("[caption][wp_caption]", n/60) + strings.Repeat("[/wp_caption][/caption]", n/60)
		},
		"addresses": repeat("https://a.example/\n"), "delimiters": repeat("<!-- wp:a -->"), "queries": repeat("<!-- wp:query -->"),
		"references": repeat(`<!-- wp:block {"ref":1} /-->`), "galleries": repeat("[gallery ids=1]"), "breaks": repeat("<br>"), "quiet": repeat("<video>\n"),
	}
}

// BenchmarkRenderLength shows the time for each byte of a post, which must not grow with
// the length.
func BenchmarkRenderLength(b *testing.B) {
	for name, long := range long() {
		for _, length := range []int{1 << 10, 32 << 10, 1 << 20} {
			content := long(length)
			b.Run(fmt.Sprintf("%s/%d", name, length), func(b *testing.B) {
				for b.Loop() {
					wordpress.Needs(content)
					wordpress.Render(content, wordpress.Options{})
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(content)), "ns/B")
			})
		}
	}
}
