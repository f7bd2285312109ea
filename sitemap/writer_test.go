package sitemap_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/sitemap"

	"github.com/google/go-cmp/cmp"
)

// shape is a sitemap and how it is written.
type shape struct {
	name string
	opts sitemap.Options
	url  sitemap.URL
	want string
}

func shapes() []shape {
	news := sitemap.News{Name: "湘江新闻网", Language: "zh-cn", Title: "时刻新闻", Published: published}
	const newsElement = "<news:news><news:publication><news:name>湘江新闻网</news:name><news:language>zh-cn</news:language></news:publication>" +
		"<news:publication_date>2019-03-11T18:38:14+08:00</news:publication_date><news:title>时刻新闻</news:title></news:news>"
	video := sitemap.Video{
		Thumbnail: "https://img.news.example/1.jpg", Title: "三月三", Description: "湘江两岸",
		Content: "https://video.news.example/1.mp4", Seconds: 95, Published: published,
	}
	const videoElement = "<video:video><video:thumbnail_loc>https://img.news.example/1.jpg</video:thumbnail_loc><video:title>三月三</video:title>" +
		"<video:description>湘江两岸</video:description><video:content_loc>https://video.news.example/1.mp4</video:content_loc>" +
		"<video:duration>95</video:duration><video:publication_date>2019-03-11T18:38:14+08:00</video:publication_date></video:video>"
	least := video
	least.Seconds, least.Published = 0, time.Time{}
	const leastElement = "<video:video><video:thumbnail_loc>https://img.news.example/1.jpg</video:thumbnail_loc><video:title>三月三</video:title>" +
		"<video:description>湘江两岸</video:description><video:content_loc>https://video.news.example/1.mp4</video:content_loc></video:video>"
	alternates := []sitemap.Alternate{{Lang: "zh-Hans", Loc: page}, {Lang: "x-default", Loc: "https://英文.example/?a&b"}}
	const links = `<xhtml:link rel="alternate" hreflang="zh-Hans" href="` + page + `"/>` +
		`<xhtml:link rel="alternate" hreflang="x-default" href="https://xn--7dvr86d.example/?a&amp;b"/>`
	const image = "<image:image><image:loc>https://img.news.example/1.jpg</image:loc></image:image>"
	return []shape{
		{
			name: "loc alone",
			url:  sitemap.URL{Loc: page},
			want: head + "<url><loc>" + page + "</loc></url>\n" + tail,
		},
		{
			name: "lastmod to the second in its own zone",
			url:  sitemap.URL{Loc: page, LastMod: published},
			want: head + "<url><loc>" + page + "</loc><lastmod>2019-03-11T18:38:14+08:00</lastmod></url>\n" + tail,
		},
		{
			name: "images",
			opts: sitemap.Options{Images: true},
			url:  sitemap.URL{Loc: page, Images: []string{"https://img.news.example/1.jpg", "https://img.news.example/1.jpg"}},
			want: imageHead + "<url><loc>" + page + "</loc>" + image + image + "</url>\n" + tail,
		},
		{
			name: "image shorter than a loc may be",
			opts: sitemap.Options{Images: true},
			url:  sitemap.URL{Loc: page, Images: []string{"http://a/1"}},
			want: imageHead + "<url><loc>" + page + "</loc><image:image><image:loc>http://a/1</image:loc></image:image></url>\n" + tail,
		},
		{
			name: "news",
			opts: sitemap.Options{News: true},
			url:  sitemap.URL{Loc: page, News: &news},
			want: newsHead + "<url><loc>" + page + "</loc>" + newsElement + "</url>\n" + tail,
		},
		{
			name: "videos",
			opts: sitemap.Options{Videos: true},
			url:  sitemap.URL{Loc: page, Videos: []sitemap.Video{video, least}},
			want: videoHead + "<url><loc>" + page + "</loc>" + videoElement + leastElement + "</url>\n" + tail,
		},
		{
			name: "alternates",
			opts: sitemap.Options{Alternates: true},
			url:  sitemap.URL{Loc: page, Alternates: alternates},
			want: alternateHead + "<url><loc>" + page + "</loc>" + links + "</url>\n" + tail,
		},
		{
			name: "everything",
			opts: everything,
			url: sitemap.URL{
				Loc: page, LastMod: published.UTC(), News: &news, Images: []string{"https://img.news.example/1.jpg"},
				Videos: []sitemap.Video{least}, Alternates: alternates,
			},
			want: fullHead + "<url><loc>" + page + "</loc><lastmod>2019-03-11T10:38:14Z</lastmod>" +
				newsElement + image + leastElement + links + "</url>\n" + tail,
		},
		{
			name: "extensions declared but not used",
			opts: everything,
			url:  sitemap.URL{Loc: page, Images: []string{}, Videos: []sitemap.Video{}, Alternates: []sitemap.Alternate{}},
			want: fullHead + "<url><loc>" + page + "</loc></url>\n" + tail,
		},
	}
}

// whole is the shape that has everything.
func whole() shape {
	all := shapes()
	return all[slices.IndexFunc(all, func(s shape) bool { return s.name == "everything" })]
}

func TestWriter(t *testing.T) {
	for _, tt := range shapes() {
		t.Run(tt.name, func(t *testing.T) {
			got := write(t, tt.opts, tt.url)
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("sitemap (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	news := func(change func(*sitemap.News)) *sitemap.News {
		n := sitemap.News{Name: "湘江新闻网", Language: "zh-cn", Title: "时刻新闻", Published: published}
		change(&n)
		return &n
	}
	nonsense := time.Date(1, 1, 1, 0, 0, 0, 0, time.FixedZone("", -60*60))
	tests := []struct {
		name string
		url  sitemap.URL
		want string // behind the address
	}{
		{"year 1", sitemap.URL{Loc: page, LastMod: nonsense}, "lastmod: year outside 1000 to 9999"},
		{"year 10000", sitemap.URL{Loc: page, LastMod: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "lastmod: year outside 1000 to 9999"},
		{"year before Christ", sitemap.URL{Loc: page, LastMod: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}, "lastmod: year outside 1000 to 9999"},
		{"too many images", sitemap.URL{Loc: page, Images: make([]string, 1001)}, "more than 1000 images"},
		{"relative image", sitemap.URL{Loc: page, Images: []string{"https://img.news.example/1.jpg", "/2.jpg"}}, `image "/2.jpg": not an absolute http(s) URL`},
		{"empty image", sitemap.URL{Loc: page, Images: []string{""}}, `image "": not an absolute http(s) URL`},
		{"no name", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Name = "" })}, "news: no publication name"},
		{"blank name", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Name = " \n\u3000\u00a0\x00" })}, "news: no publication name"},
		{"no language", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Language = "" })}, "news: language is neither zh-cn, zh-tw nor the ISO 639 code of another"},
		{"language as in BCP 47", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Language = "zh-CN" })}, "news: language is neither zh-cn, zh-tw nor the ISO 639 code of another"},
		{"language without the script", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Language = "zh" })}, "news: language is neither zh-cn, zh-tw nor the ISO 639 code of another"},
		{"no date", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Published = time.Time{} })}, "news: no publication date"},
		{"date in year 1", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Published = nonsense })}, "news: publication date: year outside 1000 to 9999"},
		{"no title", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Title = "" })}, "news: no title"},
		{"title of control characters", sitemap.URL{Loc: page, News: news(func(n *sitemap.News) { n.Title = "\x01\ufffe\xff" })}, "news: no title"},
		{"larger than a file", sitemap.URL{Loc: page, Images: []string{"https://img.news.example/" + strings.Repeat("x", 2000)}}, "does not fit into an empty file"},
	}
	good := sitemap.URL{Loc: page, LastMod: published}
	opts := sitemap.Options{News: true, Images: true, MaxBytes: 2000}
	want := string(write(t, opts, good, good))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			w := sitemap.NewWriter(&buf, opts)
			add(t, w, good)
			size := w.Size()

			err := w.Add(tt.url)
			if got, want := errorText(err), `url "`+page+`": `+tt.want; got != want {
				t.Errorf("Add: %s, want %s", got, want)
			}
			bad, ok := errors.AsType[*sitemap.URLError](err)
			if !ok || bad.Loc != tt.url.Loc || errors.Unwrap(bad) == nil {
				t.Errorf("Add returned %#v, want a URLError of %s", err, tt.url.Loc)
			}
			if w.Len() != 1 || w.Size() != size {
				t.Errorf("after it Len %d, Size %d; want 1, %d", w.Len(), w.Size(), size)
			}

			add(t, w, good)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, buf.String()); diff != "" {
				t.Errorf("file without it (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUndeclaredExtension(t *testing.T) {
	news := &sitemap.News{Name: "湘江新闻网", Language: "zh-cn", Title: "时刻新闻", Published: published}
	tests := []struct {
		name string
		opts sitemap.Options
		url  sitemap.URL
		want string
	}{
		{"news", sitemap.Options{Images: true, Videos: true, Alternates: true}, sitemap.URL{Loc: page, News: news}, "news in a sitemap without Options.News"},
		{"images", sitemap.Options{News: true, Videos: true, Alternates: true}, sitemap.URL{Loc: page, Images: []string{"https://img.news.example/1.jpg"}}, "images in a sitemap without Options.Images"},
		{"videos", sitemap.Options{News: true, Images: true, Alternates: true}, sitemap.URL{Loc: page, Videos: []sitemap.Video{clip()}}, "videos in a sitemap without Options.Videos"},
		{"alternates", sitemap.Options{News: true, Images: true, Videos: true}, sitemap.URL{Loc: page, Alternates: []sitemap.Alternate{{Lang: "zh", Loc: page}}}, "alternates in a sitemap without Options.Alternates"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := sitemap.NewWriter(io.Discard, tt.opts).Add(tt.url)
			if got, want := errorText(err), `url "`+page+`": `+tt.want; got != want {
				t.Errorf("Add: %s, want %s", got, want)
			}
		})
	}
}

func TestEmpty(t *testing.T) {
	var buf bytes.Buffer
	w := sitemap.NewWriter(&buf, sitemap.Options{})
	for range 2 {
		if err := w.Close(); !errors.Is(err, sitemap.ErrEmpty) {
			t.Errorf("Close: %v, want ErrEmpty", err)
		}
	}
	if buf.Len() != 0 {
		t.Errorf("wrote %q", buf.String())
	}
	if err := w.Add(sitemap.URL{Loc: page}); err == nil {
		t.Error("Add after Close: no error")
	}
}

func TestClosed(t *testing.T) {
	var buf bytes.Buffer
	w := sitemap.NewWriter(&buf, sitemap.Options{})
	add(t, w, sitemap.URL{Loc: page})
	for range 2 {
		if err := w.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	want := buf.String()
	if got := errorText(w.Add(sitemap.URL{Loc: page})); got != "sitemap is closed" {
		t.Errorf("Add after Close: %s", got)
	}
	if buf.String() != want || w.Len() != 1 || w.Size() != int64(len(want)) {
		t.Errorf("Add after Close changed the file: Len %d, Size %d, %q", w.Len(), w.Size(), buf.String())
	}
}

func TestWriteError(t *testing.T) {
	full := errors.New("disk is full")
	urls := articles(2000)
	size := len(write(t, sitemap.Options{}, urls...))
	tests := []struct {
		name  string
		room  int
		inAdd bool // the error shows before Close
	}{
		{"at once", 0, true},
		{"in a later block", 40_000, true},
		{"in the last block", size - 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := sitemap.NewWriter(&disk{room: tt.room, err: full}, sitemap.Options{})
			var err error
			for _, u := range urls {
				if err = w.Add(u); err != nil {
					break
				}
			}
			if tt.inAdd != errors.Is(err, full) {
				t.Errorf("Add: %v, want the writer's error: %t", err, tt.inAdd)
			}
			if err := w.Close(); !errors.Is(err, full) {
				t.Errorf("Close: %v, want the writer's error", err)
			}
			if err := w.Add(urls[0]); !errors.Is(err, full) {
				t.Errorf("Add after the error: %v, want the writer's error", err)
			}
		})
	}
}

// disk takes room bytes and then fails.
type disk struct {
	room int
	err  error
}

func (d *disk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.room -= n
	if n < len(p) {
		return n, d.err
	}
	return n, nil
}

func add(t testing.TB, w *sitemap.Writer, u sitemap.URL) {
	t.Helper()
	if err := w.Add(u); err != nil {
		t.Fatalf("Add: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}
