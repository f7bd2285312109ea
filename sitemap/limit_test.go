package sitemap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"feedstation/sitemap"
)

func TestMaxURLs(t *testing.T) {
	tests := []struct {
		name string
		opts sitemap.Options
		want int
	}{
		{"default", sitemap.Options{}, 50_000},
		{"given", sitemap.Options{MaxURLs: 7}, 7},
		{"one", sitemap.Options{MaxURLs: 1}, 1},
		{"negative stands for the default", sitemap.Options{News: true, MaxURLs: -1}, 1_000},
		{"beyond the protocol", sitemap.Options{MaxURLs: 50_001}, 50_000},
		{"news", sitemap.Options{News: true}, 1_000},
		{"news given", sitemap.Options{News: true, MaxURLs: 999}, 999},
		{"news beyond Google's limit", sitemap.Options{News: true, MaxURLs: 1_001}, 1_000},
	}
	u := articles(1)[0]
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			w := sitemap.NewWriter(&buf, tt.opts)
			for range tt.want {
				add(t, w, u)
			}
			if err := w.Add(u); !errors.Is(err, sitemap.ErrFull) {
				t.Errorf("Add of URL %d: %v, want ErrFull", tt.want+1, err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if got := bytes.Count(buf.Bytes(), []byte("<url>")); got != tt.want || w.Len() != tt.want {
				t.Errorf("%d URLs in the file, Len %d; want %d", got, w.Len(), tt.want)
			}
			if w.Size() != int64(buf.Len()) {
				t.Errorf("Size = %d, want %d", w.Size(), buf.Len())
			}
		})
	}
}

func TestMaxBytes(t *testing.T) {
	urls := articles(3)
	urls[1].Loc += "?栏目=文化&页='1'" // grows by encoding and by escaping
	two := int64(len(write(t, sitemap.Options{}, urls[:2]...)))
	three := int64(len(write(t, sitemap.Options{}, urls...)))
	tests := []struct {
		name string
		max  int64
		want int
	}{
		{"exactly two", two, 2},
		{"a byte less than two", two - 1, 1},
		{"a byte less than three", three - 1, 2},
		{"exactly three", three, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			w := sitemap.NewWriter(&buf, sitemap.Options{MaxBytes: tt.max})
			var err error
			for _, u := range urls {
				if err = w.Add(u); err != nil {
					break
				}
			}
			if full := errors.Is(err, sitemap.ErrFull); full != (tt.want < len(urls)) {
				t.Errorf("Add: %v", err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if got := len(read(t, buf.Bytes()).URLs); got != tt.want || int64(buf.Len()) > tt.max {
				t.Errorf("%d URLs in %d bytes, want %d URLs within %d", got, buf.Len(), tt.want, tt.max)
			}
		})
	}
}

// A URL that no empty file could take is not ErrFull: a caller that opens the
// next file on ErrFull would never end.
func TestMaxBytesOfOne(t *testing.T) {
	u := sitemap.URL{Loc: page, LastMod: published}
	one := int64(len(write(t, sitemap.Options{}, u)))

	w := sitemap.NewWriter(io.Discard, sitemap.Options{MaxBytes: one})
	add(t, w, u)
	if err := w.Add(u); !errors.Is(err, sitemap.ErrFull) {
		t.Errorf("second Add: %v, want ErrFull", err)
	}

	w = sitemap.NewWriter(io.Discard, sitemap.Options{MaxBytes: one - 1})
	err := w.Add(u)
	if _, ok := errors.AsType[*sitemap.URLError](err); !ok || errors.Is(err, sitemap.ErrFull) {
		t.Errorf("Add: %v, want a URLError", err)
	}
}

func TestMaxBytesEffective(t *testing.T) {
	tests := []struct {
		name string
		max  int64
		want int64
	}{
		{"default", 0, 10_485_760},
		{"negative stands for the default", -1, 10_485_760},
		{"given", 1_000_000, 1_000_000},
		{"the protocol's", 52_428_800, 52_428_800},
		{"beyond the protocol", 1 << 40, 52_428_800},
	}
	// Some 90 kB a URL, so that the byte limit is met long before the other.
	images := make([]string, 40)
	for i := range images {
		images[i] = fmt.Sprintf("https://img.news.example/%d/%s", i, strings.Repeat("x", 2000))
	}
	u := sitemap.URL{Loc: page, Images: images}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var size counter
			w := sitemap.NewWriter(&size, sitemap.Options{MaxBytes: tt.max, Images: true})
			add(t, w, u)
			empty := int64(len(imageHead) + len(tail))
			item := w.Size() - empty
			want := int((tt.want - empty) / item)
			for range want - 1 {
				add(t, w, u)
			}
			if err := w.Add(u); !errors.Is(err, sitemap.ErrFull) {
				t.Fatalf("Add of URL %d: %v, want ErrFull", want+1, err)
			}

			// What is left takes a smaller URL, to the last byte.
			for left := tt.want - w.Size(); left > 0; left = tt.want - w.Size() {
				add(t, w, filler(left))
			}
			if err := w.Add(sitemap.URL{Loc: "http://a.example"}); !errors.Is(err, sitemap.ErrFull) {
				t.Errorf("Add to a file full to the byte: %v, want ErrFull", err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if int64(size) != tt.want {
				t.Errorf("file of %d bytes, want %d", size, tt.want)
			}
		})
	}
}

// filler returns a URL whose element has at most left bytes, and leaves either
// nothing or room for another.
func filler(left int64) sitemap.URL {
	const (
		markup = int64(len("<url><loc></loc></url>\n"))
		prefix = "https://xt.news.example/"
		most   = 2048
	)
	n := min(left-markup, most)
	if rest := left - markup - n; rest > 0 && rest < markup+int64(len(prefix)) {
		n -= markup + int64(len(prefix))
	}
	return sitemap.URL{Loc: prefix + strings.Repeat("x", int(n)-len(prefix))}
}

func TestSizeBeforeClose(t *testing.T) {
	w := sitemap.NewWriter(io.Discard, sitemap.Options{})
	if got, want := w.Size(), int64(len(head)+len(tail)); got != want || w.Len() != 0 {
		t.Errorf("empty: Len %d, Size %d; want 0, %d", w.Len(), got, want)
	}
	for i, u := range articles(1000) {
		add(t, w, u)
		want := int64(len(head)+len(tail)) + int64(i+1)*int64(len("<url><loc></loc><lastmod></lastmod></url>\n")+len(page)+len("2019-03-11T18:38:14+08:00"))
		if w.Size() != want {
			t.Fatalf("Size after %d URLs = %d, want %d", i+1, w.Size(), want)
		}
	}
}

func TestAllocations(t *testing.T) {
	news := &sitemap.News{Name: "湘江新闻网", Language: "zh-cn", Title: "“三月三” & 时刻新闻", Published: published}
	urls := articles(100)
	tests := []struct {
		name   string
		change func(i int, u *sitemap.URL)
	}{
		{"plain", func(int, *sitemap.URL) {}},
		{"escaped", func(i int, u *sitemap.URL) { u.Loc = "https://xt.news.example/?a=1&b='新闻'" }},
		{"images on another host", func(_ int, u *sitemap.URL) { u.Images = []string{"https://img.news.example/1.jpg"} }},
		{"news", func(_ int, u *sitemap.URL) { u.News = news }},
		{"videos", func(i int, u *sitemap.URL) {
			u.Videos = []sitemap.Video{clip(), clip()}
			u.Videos[1].Description = strings.Repeat("湘江两岸春意浓", 300+i)
		}},
		{"alternates on hosts in other scripts", func(_ int, u *sitemap.URL) {
			u.Alternates = []sitemap.Alternate{{Lang: "zh-Hans", Loc: "https://湘潭.example/1.html"}, {Lang: "en", Loc: "https://英文.example/1.html"}}
		}},
		{"host in other scripts", func(_ int, u *sitemap.URL) { u.Loc = "https://湘潭.example/1.html" }},
		{"alternating hosts", func(i int, u *sitemap.URL) {
			u.Loc = []string{"https://xt.news.example/1.html", "https://cs.news.example/1.html"}[i%2]
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed := make([]sitemap.URL, len(urls))
			for i, u := range urls {
				tt.change(i, &u)
				changed[i] = u
			}
			w := sitemap.NewWriter(io.Discard, everything)
			// Past the first block the buffers have grown to their size.
			for _, u := range changed {
				add(t, w, u)
			}
			allocs := testing.AllocsPerRun(5, func() {
				for _, u := range changed {
					add(t, w, u)
				}
			})
			if allocs != 0 {
				t.Errorf("%v allocations for %d URLs, want none", allocs, len(changed))
			}
		})
	}
}
