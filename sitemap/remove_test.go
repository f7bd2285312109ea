package sitemap_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What is left is what a Writer would have written without these pages.
func TestRemove(t *testing.T) {
	enemies := hostile(t, 200)
	rapid.Check(t, func(r *rapid.T) {
		var all, kept []sitemap.URL
		gone := map[int]bool{}
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(enemies)-1), 2, 20, rapid.ID).Draw(r, "urls") {
			u := enemies[i]
			u.News = nil
			if gone[len(all)] = rapid.Bool().Draw(r, "gone"); !gone[len(all)] {
				kept = append(kept, u)
			}
			all = append(all, u)
		}
		if len(kept) == 0 {
			r.Skip("nothing is left")
		}
		options := everything
		options.News = false
		var got bytes.Buffer
		left, err := sitemap.Remove(&got, iotest.HalfReader(bytes.NewReader(build(t, options, all...))), func(n int) bool { return gone[n] })
		if err != nil || left != len(kept) {
			r.Fatalf("%d left, %v; want %d", left, err, len(kept))
		}
		if diff := cmp.Diff(string(build(t, options, kept...)), got.String()); diff != "" {
			r.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRemoveFaults(t *testing.T) {
	doc := string(build(t, sitemap.Options{}, articles(3)...))
	tests := []struct{ name, doc string }{
		{"empty", ""},
		{"cut off", doc[:len(doc)-1]},
		{"cut off in a URL", doc[:len(doc)/2]},
		{"of another", `<?xml version="1.0"?><urlset></urlset>`},
		{"two in a line", strings.Replace(doc, "</url>\n", "</url>", 1)},
		{"without an end", strings.Replace(doc, "</url>", "", 1)},
		{"something behind the end", doc + "\n"},
		{"with something else", strings.Replace(doc, "<url>", "<uri>", 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := sitemap.Remove(new(bytes.Buffer), strings.NewReader(tt.doc), func(int) bool { return false })
			if !errors.Is(err, sitemap.ErrMalformed) {
				t.Errorf("Remove: %v, want ErrMalformed", err)
			}
		})
	}
	if _, err := sitemap.Remove(&disk{room: 10, err: errors.New("disk full")}, strings.NewReader(doc), func(int) bool { return false }); err == nil {
		t.Error("no error of the writer")
	}
}
