package sitemap_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// locs returns what Locs yields before its end or its error.
func locs(r io.Reader) (all []string, err error) {
	for loc, err := range sitemap.Locs(r) {
		if err != nil {
			return all, err
		}
		all = append(all, loc)
	}
	return all, nil
}

func TestLocs(t *testing.T) {
	long := "https://xt.news.example/" + strings.Repeat("'", 2048-len("https://xt.news.example/"))
	many := make([]string, 1_000)
	for i := range many {
		many[i] = "https://img.news.example/" + strings.Repeat("&", 500)
	}
	tests := []struct {
		name string
		opts sitemap.Options
		urls []sitemap.URL
		want []string
	}{
		{"one", sitemap.Options{}, []sitemap.URL{{Loc: page}}, []string{page}},
		{"with lastmod", sitemap.Options{}, []sitemap.URL{{Loc: page, LastMod: published}, {Loc: page}}, []string{page, page}},
		{
			"percent-encoded, not escaped",
			sitemap.Options{},
			[]sitemap.URL{{Loc: "https://湘潭.example/新?a='1'&b=&amp;#<"}},
			[]string{"https://xn--p7w0w.example/%E6%96%B0?a='1'&b=&amp;#%3C"},
		},
		{"longest loc", sitemap.Options{}, []sitemap.URL{{Loc: long}, {Loc: page}}, []string{long, page}},
		{"all extensions", everything, []sitemap.URL{whole().url}, []string{page}},
		{"line longer than the buffer", sitemap.Options{Images: true}, []sitemap.URL{{Loc: page, Images: many}, {Loc: page + "?2"}}, []string{page, page + "?2"}},
	}
	for _, tt := range tests {
		doc := build(t, tt.opts, tt.urls...)
		readers := []struct {
			name string
			r    io.Reader
		}{
			{"whole", bytes.NewReader(doc)},
			{"byte by byte", iotest.OneByteReader(bytes.NewReader(doc))},
			{"end with the data", iotest.DataErrReader(bytes.NewReader(doc))},
		}
		for _, reader := range readers {
			t.Run(tt.name+"/"+reader.name, func(t *testing.T) {
				got, err := locs(reader.r)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("locs (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestLocsErrors(t *testing.T) {
	const (
		url    = "<url><loc>" + page + "</loc></url>\n"
		prefix = "not a sitemap of a Writer: "
	)
	long := page + strings.Repeat("x", 2049-len(page))
	tests := []struct {
		name string
		doc  string
		want string
		n    int // URLs before the error
	}{
		{"nothing", "", "line 1: " + prefix + "no end tag", 0},
		{"no URL", head + tail, "sitemap has no URL", 0},
		{"HTML", "<!DOCTYPE html>\n<html></html>\n", "line 1: " + prefix + "no XML declaration", 0},
		{"compressed", "\x1f\x8b\x08\n", "line 1: " + prefix + "no XML declaration", 0},
		{"byte order mark", "\ufeff" + head + url + tail, "line 1: " + prefix + "no XML declaration", 0},
		{"line breaks of Windows", strings.ReplaceAll(head+url+tail, "\n", "\r\n"), "line 1: " + prefix + "no XML declaration", 0},
		{"index", indexHead + url + indexTail, "line 2: " + prefix + "no urlset", 0},
		{"namespace that no Writer declares", strings.Replace(head, ">\n<urlset", ">\n<urlset xmlns:mobile=\"m\"", 1) + url + tail, "line 2: " + prefix + "no urlset", 0},
		{"namespaces in another order", strings.Replace(videoHead, ">\n<urlset", ">\n<urlset xmlns:image=\"i\"", 1) + url + tail, "line 2: " + prefix + "no urlset", 0},
		{"head alone", head, "line 3: " + prefix + "no end tag", 0},
		{"no end tag", head + url, "line 4: " + prefix + "no end tag", 1},
		{"line of something else", head + url + "<!-- -->\n" + url + tail, "line 4: " + prefix + "no url", 1},
		{"empty line", head + "\n" + url + tail, "line 3: " + prefix + "no url", 0},
		{"indented", head + " " + url + tail, "line 3: " + prefix + "no url", 0},
		{"two URLs in a line", head + strings.TrimSpace(url) + url + tail, "line 3: " + prefix + "more than one url", 0},
		{"two URLs in a long line", head + strings.Replace(url, "</loc>", "</loc><"+strings.Repeat("x", 40_000)+">", 1)[:40_000+len(url)+1] + url + tail, "line 3: " + prefix + "more than one url", 0},
		{"end of the url in the middle of a long line", head + strings.Replace(url, "</loc>", "</loc></url>"+strings.Repeat("x", 40_000), 1) + tail, "line 3: " + prefix + "more than one url", 0},
		{"loc is cut off", head + "<url><loc>" + page + "\n" + tail, "line 3: " + prefix + "loc without an end", 0},
		{"something in the loc", head + "<url><loc>" + page + "<b/></loc></url>\n" + tail, "line 3: " + prefix + "loc without an end", 0},
		{"text behind the loc", head + "<url><loc>" + page + "</loc>x</url>\n" + tail, "line 3: " + prefix + "loc without an end", 0},
		{"url without an end", head + "<url><loc>" + page + "</loc><lastmod>\n" + tail, "line 3: " + prefix + "url without an end", 0},
		{"cut off in the end tag", head + url + tail[:5], "line 4: " + prefix + "line is cut off", 1},
		{"no line break behind the end tag", head + url + tail[:len(tail)-1], "line 4: " + prefix + "line is cut off", 1},
		{"something behind the end tag", head + url + tail + "\n", "line 4: " + prefix + "something behind the end tag", 1},
		{"empty loc", head + "<url><loc></loc></url>\n" + tail, "line 3: " + prefix + `bad loc ""`, 0},
		{"loc too short", head + "<url><loc>http://a.de</loc></url>\n" + tail, "line 3: " + prefix + `bad loc "http://a.de"`, 0},
		{"loc too long", head + "<url><loc>" + long + "</loc></url>\n" + tail, "line 3: " + prefix + `bad loc "` + long[:200] + `"`, 0},
		{"relative loc", head + "<url><loc>/content/2019/1.html</loc></url>\n" + tail, "line 3: " + prefix + `bad loc "/content/2019/1.html"`, 0},
		{"loc not encoded", head + "<url><loc>https://xt.news.example/新</loc></url>\n" + tail, "line 3: " + prefix + `bad loc "https://xt.news.example/新"`, 0},
		{"loc not escaped", head + "<url><loc>https://xt.news.example/?a&b</loc></url>\n" + tail, "line 3: " + prefix + `bad loc "https://xt.news.example/?a&b"`, 0},
		{"loc escaped otherwise", head + "<url><loc>https://xt.news.example/?a&#38;b</loc></url>\n" + tail, "line 3: " + prefix + `bad loc "https://xt.news.example/?a&#38;b"`, 0},
		{"endless line", head + "<url><loc>" + strings.Repeat("x", 1<<20) + "\n" + tail, "line 3: " + prefix + "loc without an end", 0},
		{"endless line behind the loc", head + "<url><loc>" + page + "</loc><" + strings.Repeat("x", 1<<20) + "\n" + tail, "line 3: " + prefix + "url without an end", 0},
		{"endless line that is cut off", head + "<url><loc>" + page + "</loc><" + strings.Repeat("x", 1<<20), "line 3: " + prefix + "line is cut off", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := locs(strings.NewReader(tt.doc))
			if errorText(err) != tt.want {
				t.Errorf("Locs: %s\nwant  %s", errorText(err), tt.want)
			}
			if errors.Is(err, sitemap.ErrMalformed) == errors.Is(err, sitemap.ErrEmpty) {
				t.Errorf("%v is neither ErrMalformed nor ErrEmpty, or both", err)
			}
			if len(got) != tt.n {
				t.Errorf("%d URLs before the error, want %d", len(got), tt.n)
			}
		})
	}
}

// A line may end anywhere in the reader's buffer, and its end tag across two.
func TestLocsBufferEnds(t *testing.T) {
	const bare = "<url><loc>" + page + "</loc><></url>\n"
	for _, buffer := range []int{32 << 10, 64 << 10, 96 << 10} {
		for length := buffer - 10; length <= buffer+10; length++ {
			line := strings.Replace(bare, "<>", "<"+strings.Repeat("x", length-len(bare))+">", 1)
			second := strings.Replace(line, page, page+"?2", 1)
			got, err := locs(strings.NewReader(head + line + second + tail))
			if diff := cmp.Diff([]string{page, page + "?2"}, got); diff != "" || err != nil {
				t.Errorf("line of %d bytes: %v, locs (-want +got):\n%s", length, err, diff)
			}
			if _, err := locs(strings.NewReader(head + strings.Replace(line, "></url>", "></url><url>", 1) + tail)); !errors.Is(err, sitemap.ErrMalformed) {
				t.Errorf("line of %d bytes and another URL: %v, want ErrMalformed", length, err)
			}
		}
	}
}

func TestLocsReadErrors(t *testing.T) {
	broken := errors.New("disk is broken")
	doc := build(t, sitemap.Options{Images: true}, sitemap.URL{Loc: page}, sitemap.URL{Loc: page, Images: []string{page, page}})
	for n := range doc {
		_, err := locs(io.MultiReader(bytes.NewReader(doc[:n]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Fatalf("Locs of a reader that breaks after %d bytes: %v, want its error", n, err)
		}
	}
	_, err := locs(io.MultiReader(bytes.NewReader(doc), iotest.ErrReader(broken)))
	if !errors.Is(err, broken) {
		t.Errorf("Locs of a reader that breaks behind the end: %v, want its error", err)
	}
}

func TestLocsLimits(t *testing.T) {
	const url = "<url><loc>" + page + "</loc></url>\n"
	t.Run("URLs", func(t *testing.T) {
		if got, err := locs(strings.NewReader(head + strings.Repeat(url, 50_000) + tail)); err != nil || len(got) != 50_000 {
			t.Errorf("%d URLs, %v; want 50000", len(got), err)
		}
		got, err := locs(strings.NewReader(head + strings.Repeat(url, 50_001) + tail))
		if want := "line 50003: not a sitemap of a Writer: more than 50000 URLs"; errorText(err) != want || len(got) != 50_000 {
			t.Errorf("%d URLs, %v; want 50000, %s", len(got), err, want)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		const around = "<url><loc>" + page + "</loc><></url>\n"
		padding := strings.Repeat("x", sitemap.MaxBytes-len(head)-len(tail)-len(around))
		of := func(padding string) io.Reader {
			return strings.NewReader(head + strings.Replace(around, "<>", "<"+padding+">", 1) + tail)
		}
		if got, err := locs(of(padding)); err != nil || len(got) != 1 {
			t.Errorf("%d URLs, %v; want 1", len(got), err)
		}
		if _, err := locs(of(padding + "x")); !errors.Is(err, sitemap.ErrMalformed) {
			t.Errorf("a byte more: %v, want ErrMalformed", err)
		}
	})
}

// Who breaks off asks for no more, and gets no error.
func TestLocsBreak(t *testing.T) {
	doc := build(t, sitemap.Options{}, articles(3)...)
	n := 0
	for _, err := range sitemap.Locs(bytes.NewReader(doc[:len(doc)-1])) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d URLs, want 2", n)
	}
}

// What a Writer wrote is read back, and no part of it is taken for the whole.
func TestLocsRoundTrip(t *testing.T) {
	enemies := hostile(t, 500)
	rapid.Check(t, func(r *rapid.T) {
		opts := sitemap.Options{
			News: rapid.Bool().Draw(r, "news"), Images: rapid.Bool().Draw(r, "images"),
			Videos: rapid.Bool().Draw(r, "videos"), Alternates: rapid.Bool().Draw(r, "alternates"),
		}
		var doc bytes.Buffer
		w := sitemap.NewWriter(&doc, opts)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(enemies)-1), 1, 20).Draw(r, "urls") {
			u := enemies[i]
			if !opts.News {
				u.News = nil
			}
			if !opts.Images {
				u.Images = nil
			}
			if !opts.Videos {
				u.Videos = nil
			}
			if !opts.Alternates {
				u.Alternates = nil
			}
			if err := w.Add(u); err != nil {
				r.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			r.Fatal(err)
		}
		got, err := locs(bytes.NewReader(doc.Bytes()))
		if err != nil {
			r.Fatalf("Locs: %v", err)
		}
		var want []string
		for _, u := range read(t, doc.Bytes()).URLs {
			want = append(want, u.Loc)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Errorf("locs (-want +got):\n%s", diff)
		}
		cut := rapid.IntRange(0, doc.Len()-1).Draw(r, "cut")
		if _, err := locs(bytes.NewReader(doc.Bytes()[:cut])); !errors.Is(err, sitemap.ErrMalformed) {
			r.Errorf("Locs of the first %d bytes: %v, want ErrMalformed", cut, err)
		}
	})
}
