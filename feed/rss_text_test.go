package feed_test

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// shownAsHTML returns what a reader shows that takes text for HTML.
func shownAsHTML(t *testing.T, s string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader("<body>" + s))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for n := range root.Descendants() {
		switch n.Type {
		case html.TextNode:
			text.WriteString(n.Data)
		case html.CommentNode:
			t.Errorf("a comment in %q", s)
		}
	}
	return text.String()
}

// TestDescriptionIsHTML holds that readers which take the description for HTML
// show the text of the summary, whatever looks like HTML in it.
func TestDescriptionIsHTML(t *testing.T) {
	for _, summary := range []string{
		"无", "A & B", "R&D", "AT&amp;T", "a < b", "x<y", "A & <3", "5 > 4", "<NBA>", "React <Button> patterns", "&copy; 2026", "&amp;lt; is <", "a &lt;b&gt; c", "a]]>b", "<!-- x -->", `"quoted" 'text'`, "&#60;b&#62;", "1 &notit 2",
	} {
		t.Run(summary, func(t *testing.T) {
			c := bareChannel()
			c.Items[0].Summary, c.Description = summary, summary
			rss, atom := readRSS(t, c).Channel, readAtom(t, c)
			for _, text := range []struct{ got, want string }{
				{rss.Items[0].Description, atom.Entries[0].Summary.Text}, {rss.Description, atom.Subtitle},
			} {
				if shown := shownAsHTML(t, text.got); shown != text.want {
					t.Errorf("%q is shown as %q, want %q", text.got, shown, text.want)
				}
			}
			doc, err := c.RSS()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(doc), "&amp;amp;") {
				t.Errorf("escaped twice: %s", doc)
			}
		})
	}
}

// TestChannelPubDate holds that the feed tells when its newest article was
// published, whatever the order and whenever it was edited.
func TestChannelPubDate(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2019, 3, 11, hour, 0, 0, 0, shanghai) }
	tests := []struct {
		name      string
		published []time.Time
		want      string
	}{
		{"no article", nil, ""},
		{"one", []time.Time{at(9)}, "Mon, 11 Mar 2019 09:00:00 +0800"},
		{"the last is the newest", []time.Time{at(8), at(7), at(9)}, "Mon, 11 Mar 2019 09:00:00 +0800"},
		{"in another zone", []time.Time{at(9), at(10).UTC()}, "Mon, 11 Mar 2019 02:00:00 +0000"},
		{"unknown", []time.Time{{}}, ""},
		{"one unknown", []time.Time{{}, at(9)}, "Mon, 11 Mar 2019 09:00:00 +0800"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := bareChannel()
			first := c.Items[0]
			c.Items, c.Updated = nil, at(23)
			for i, published := range test.published {
				it := first
				it.URL += strings.Repeat("?", i)
				it.Published, it.Updated = published, at(20)
				c.Items = append(c.Items, it)
			}
			if got := readRSS(t, c).Channel.PubDate; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
