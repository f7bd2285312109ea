package feed_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"feedstation/feed"
)

// split returns the parts of a document, which joined are the document.
func split(t tester, mediaType string, document []byte) (head []byte, items [][]byte, tail []byte) {
	t.Helper()
	head, items, tail, err := feed.Split(mediaType, document)
	if err != nil {
		t.Fatalf("%v", err)
	}
	if got := slices.Concat(head, bytes.Join(items, nil), tail); !bytes.Equal(got, document) {
		t.Fatalf("the parts are %s\nof %s", got, document)
	}
	return head, items, tail
}

// An item has the same bytes whatever is beside it, and nothing that an article says is
// taken for its end or for another one.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := sayingMarkup(r)
		c.Comment = "<item><entry>"
		gone := rapid.IntRange(0, 2).Draw(r, "gone")
		fewer := *c
		fewer.Items = slices.Delete(slices.Clone(c.Items), gone, gone+1)
		for _, d := range documents()[:2] {
			var items [2][][]byte
			for i, c := range []*draft{c, &fewer} {
				document, err := d.render(c)
				if err != nil {
					r.Fatalf("%v", err)
				}
				_, items[i], _ = split(r, mediaTypes[d.name], document)
			}
			if want := slices.Delete(slices.Clone(items[0]), gone, gone+1); len(items[0]) != 3 || !slices.EqualFunc(want, items[1], bytes.Equal) {
				r.Fatalf("%s: %d items, and %q without the one at %d; want %q", d.name, len(items[0]), items[1], gone, want)
			}
		}
	})
}

func TestSplitNothing(t *testing.T) {
	for _, d := range documents()[:2] {
		document, err := d.render(emptyChannel())
		if err != nil {
			t.Fatal(err)
		}
		if _, items, _ := split(t, mediaTypes[d.name], document); len(items) > 0 {
			t.Errorf("%s: items %q of none", d.name, items)
		}
	}
	for _, tt := range []struct{ name, mediaType, document string }{
		{"JSON", feed.JSONType, `{"items":[]}`},
		{"text", "text/plain", "<item></item>"},
		{"half an item", feed.RSSType, "<rss><channel><item><link>"},
		{"half a section", feed.AtomType, "<feed><entry><![CDATA[</entry>"},
	} {
		if _, items, _, err := feed.Split(tt.mediaType, []byte(tt.document)); err == nil {
			t.Errorf("%s: items %q, want an error", tt.name, items)
		}
	}
}
