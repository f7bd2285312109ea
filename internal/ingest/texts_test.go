package ingest

import (
	"testing"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
)

// TestTexts holds what becomes of texts that are no HTML.
func TestTexts(t *testing.T) {
	for _, tt := range []struct{ name, kind, body, want string }{
		{
			"Markdown", "strapi", `"## Lakes\n\nOf *water*, [more](/more).\n\n![A lake](/uploads/1.jpg)\n"`,
			"<h2>Lakes</h2>\n<p>Of <em>water</em>, <a href=\"/more\">more</a>.</p>\n<p><img src=\"https://cms.example/uploads/1.jpg\" alt=\"A lake\"></p>\n",
		},
		{
			"Markdown with HTML and a table", "directus", `"A <b>b</b>\n\n|a|b|\n|-|-|\n|1|2|\n"`,
			"<p>A <b>b</b></p>\n<table>\n<thead>\n<tr>\n<th>a</th>\n<th>b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n",
		},
		{"HTML", "directus", `"\n<p>*A*</p>\n\n    <p>B</p>"`, "\n<p>*A*</p>\n\n    <p>B</p>"},
		{"HTML with a picture", "strapi", `"<img src=\"/uploads/1.jpg\">"`, `<img src="https://cms.example/uploads/1.jpg">`},
		{
			"blocks", "strapi", `[{"type":"heading","level":2,"children":[{"type":"text","text":"A & b"}]},{"type":"paragraph","children":[{"type":"text","text":"x","bold":true,"italic":true},` +
				`{"type":"link","url":"/more?a=1&b=2","children":[{"type":"text","text":"y"}]}]},{"type":"list","format":"ordered","children":[{"type":"list-item","children":[{"type":"text","text":"z"}]}]},` +
				`{"type":"image","image":{"url":"/uploads/1.jpg","alternativeText":"\"q\""}},{"type":"quote","children":[{"type":"text","text":"q"}]}]`,
			`<h2>A &amp; b</h2><p><strong><em>x</em></strong><a href="/more?a=1&amp;b=2">y</a></p><ol><li>z</li></ol><img src="https://cms.example/uploads/1.jpg" alt="&#34;q&#34;"><blockquote>q</blockquote>`,
		},
		{"a dynamic zone", "strapi", `[{"__component":"shared.rich-text","body":"Of **water**."},{"__component":"shared.quote","title":"t"}]`, "<p>Of <strong>water</strong>.</p>\n"},
		{"none", "strapi", `null`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, err := KindOf(tt.kind, Settings{URL: system, Collection: "articles"})
			if err != nil {
				t.Fatal(err)
			}
			e := k.entry(gjson.Parse(`{"id":1,"documentId":"a","content":`+tt.body+`}`), article.Reader{})
			if got := e.article.text("body"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}
