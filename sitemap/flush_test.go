package sitemap_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"feedstation/sitemap"

	"pgregory.net/rapid"
)

// After a Flush all URLs so far are written, and the file goes on from there.
func TestFlush(t *testing.T) {
	urls := articles(3)
	var file bytes.Buffer
	w := sitemap.NewWriter(&file, sitemap.Options{})
	flush := func() {
		t.Helper()
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	flush()
	if file.Len() > 0 {
		t.Errorf("without a URL it has %q", file.String())
	}
	for i, u := range urls {
		add(t, w, u)
		flush()
		flush()
		if got, want := file.String(), strings.TrimSuffix(string(build(t, sitemap.Options{}, urls[:i+1]...)), tail); got != want {
			t.Errorf("after %d URLs it has\n%s\nwant\n%s", i+1, got, want)
		}
	}
	if err := w.Close(); err != nil || file.String() != string(build(t, sitemap.Options{}, urls...)) {
		t.Errorf("%v, closed it has\n%s", err, file.String())
	}
	if w.Flush() == nil {
		t.Error("a closed file is flushed")
	}
}

// The error of a Flush is that of the file, and final.
func TestFlushError(t *testing.T) {
	w := sitemap.NewWriter(&disk{room: 10, err: errShelf}, sitemap.Options{})
	add(t, w, articles(1)[0])
	if err := w.Flush(); !errors.Is(err, errShelf) {
		t.Errorf("Flush: %v", err)
	}
	if err := w.Add(articles(2)[1]); !errors.Is(err, errShelf) {
		t.Errorf("Add after that: %v", err)
	}
	if err := w.Close(); !errors.Is(err, errShelf) {
		t.Errorf("Close: %v", err)
	}
}

// A file without the lines of some URLs is what a Writer would have written
// without these URLs.
func TestLines(t *testing.T) {
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
		var left []string
		n := 0
		for line := range strings.Lines(string(build(t, options, all...))) {
			if strings.HasPrefix(line, "<url>") {
				n++
				if gone[n-1] {
					continue
				}
			}
			left = append(left, line)
		}
		if got, want := strings.Join(left, ""), string(build(t, options, kept...)); got != want || n != len(all) {
			r.Errorf("%d URLs, left are\n%s\nwant\n%s", n, got, want)
		}
	})
}
