package feed_test

import (
	"strings"
	"testing"

	"feedstation/feed"
)

// TestComment holds that a comment stands behind the declaration, and that a text which
// would end it early is in no document.
func TestComment(t *testing.T) {
	const page = "For people: https://xt.news.example/feeds.html"
	tests := []struct{ name, comment, want string }{
		{"a page", page, "\n<!-- " + page + " -->\n<"},
		{"none", "", "\n<"},
		{"white space", " \n" + page + "\t", "\n<!-- " + page + " -->\n<"},
		{"characters that XML does not allow", "a\x00b\x1b\ufffe\xff", "\n<!-- ab -->\n<"},
		{"markup", "]]>&amp;<b>", "\n<!-- ]]>&amp;<b> -->\n<"},
		{"two hyphens", "https://xn--fiq228c.example/", "\n<"},
		{"an end", "--><script>", "\n<"},
		{"a hyphen at the end", "https://xt.news.example/a-", "\n<"},
		{"that is one without white space", "a- \n", "\n<"},
		{"that becomes two", "a-\x00-b", "\n<"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, d := range documents() {
				if d.name == "json" {
					continue
				}
				channel := emptyChannel()
				channel.Comment = tt.comment
				doc, err := d.render(channel)
				if err != nil {
					t.Fatal(err)
				}
				checkForm(t, d.name, doc)
				if _, rest, _ := strings.Cut(string(doc), "?>"); !strings.HasPrefix(rest, tt.want) || strings.HasPrefix(rest, "\n<!") != strings.HasPrefix(tt.want, "\n<!") {
					t.Errorf("%s: %.120q, want %q", d.name, doc, tt.want)
				}
			}
		})
	}
	channel, err := emptyChannel().channel()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range feed.Profiles() {
		if doc, _ := channel.ForProfile(p); strings.Contains(string(doc), "<!--") {
			t.Errorf("%s: %.120q", p.Name, doc)
		}
	}
}
