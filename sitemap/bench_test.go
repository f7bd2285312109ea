package sitemap_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"feedstation/sitemap"

	"github.com/klauspost/compress/gzip"
)

// articles returns n addresses and times as a station of a portal has them,
// all of one size.
func articles(n int) []sitemap.URL {
	zone := time.FixedZone("", 8*60*60)
	start := time.Date(2019, 3, 11, 18, 38, 14, 0, zone)
	urls := make([]sitemap.URL, n)
	for i := range urls {
		at := start.Add(time.Duration(i) * 37 * time.Second)
		urls[i] = sitemap.URL{
			Loc:     fmt.Sprintf("https://xt.news.example/content/%s/%d.html", at.Format("2006/01/02"), 5207683+i),
			LastMod: at,
		}
	}
	return urls
}

// archive returns n articles as an archive has them: numbers with gaps, times
// of a newsroom, some changed long after, every third with one to four images.
func archive(n int, zone *time.Location) []sitemap.URL {
	rng := rand.New(rand.NewPCG(3, 11))
	at := time.Date(2019, 3, 1, 6, 0, 0, 0, zone)
	id := 5_207_683
	urls := make([]sitemap.URL, n)
	for i := range urls {
		at = at.Add(time.Duration(rng.IntN(100_000)) * time.Millisecond)
		id += 1 + rng.IntN(60)
		day := at.Format("2006/01/02")
		u := &urls[i]
		u.Loc = fmt.Sprintf("https://xt.news.example/content/%s/%d.html", day, id)
		u.LastMod = at.Add(time.Duration(rng.IntN(3600)) * time.Second)
		if rng.IntN(20) == 0 {
			u.LastMod = u.LastMod.AddDate(0, 0, rng.IntN(30))
		}
		if rng.IntN(3) > 0 {
			continue
		}
		for range 1 + rng.IntN(4) {
			u.Images = append(u.Images, fmt.Sprintf("https://img.news.example/%s/%016x.jpg", day, rng.Uint64()))
		}
	}
	return urls
}

func plain(urls []sitemap.URL) []sitemap.URL {
	urls = slices.Clone(urls)
	for i := range urls {
		urls[i].Images = nil
	}
	return urls
}

func shanghai(b *testing.B) *time.Location {
	b.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		b.Fatal(err)
	}
	return zone
}

// report adds the rate of URLs, n of them an iteration.
func report(b *testing.B, n int) {
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "URL/s")
}

func BenchmarkWriter(b *testing.B) {
	loaded := archive(sitemap.MaxURLs, shanghai(b))
	fixed := archive(sitemap.MaxURLs, time.FixedZone("", 8*60*60))
	benchmarks := []struct {
		name string
		opts sitemap.Options
		urls []sitemap.URL
	}{
		{"plain/fixed zone", sitemap.Options{}, plain(fixed)},
		{"plain/loaded zone", sitemap.Options{}, plain(loaded)},
		{"images", sitemap.Options{Images: true, MaxBytes: sitemap.MaxBytes}, loaded},
		{"news", sitemap.Options{News: true}, withNews(loaded[:sitemap.MaxNewsURLs])},
		{"videos", sitemap.Options{Videos: true, MaxBytes: sitemap.MaxBytes}, withVideos(loaded)},
		{"alternates", sitemap.Options{Alternates: true, MaxBytes: sitemap.MaxBytes}, withAlternates(loaded)},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			var size counter
			for b.Loop() {
				size = 0
				if err := writeAll(&size, bm.opts, bm.urls); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(size))
			report(b, len(bm.urls))
		})
	}
}

func withNews(urls []sitemap.URL) []sitemap.URL {
	urls = plain(urls)
	for i, u := range urls {
		urls[i].News = &sitemap.News{Name: "湘江新闻网", Language: "zh-cn", Title: "湘江两岸春意浓：“三月三”活动预告 & 交通提示", Published: u.LastMod}
	}
	return urls
}

func withVideos(urls []sitemap.URL) []sitemap.URL {
	urls = plain(urls)
	for i, u := range urls {
		urls[i].Videos = []sitemap.Video{{
			Thumbnail: "https://img.news.example/2019/03/11/lead.jpg", Title: "湘江两岸春意浓：“三月三”活动预告",
			Description: "三月三，湘江两岸春意正浓。记者带您到现场看看今年的活动 & 交通提示。",
			Content:     "https://video.news.example/2019/03/11/5207683.mp4", Seconds: 95, Published: u.LastMod,
		}}
	}
	return urls
}

func withAlternates(urls []sitemap.URL) []sitemap.URL {
	urls = plain(urls)
	for i := range urls {
		urls[i].Alternates = []sitemap.Alternate{
			{Lang: "zh-Hans", Loc: "https://xt.news.example/content/2019/03/11/5207683.html"},
			{Lang: "en-GB", Loc: "https://en.news.example/content/2019/03/11/5207683.html"},
			{Lang: "x-default", Loc: "https://xt.news.example/content/2019/03/11/5207683.html"},
		}
	}
	return urls
}

// fullSitemap is as much as one sitemap may have.
type fullSitemap struct {
	name string
	opts sitemap.Options
	urls []sitemap.URL
}

func fullSitemaps(b *testing.B) []fullSitemap {
	b.Helper()
	urls := archive(sitemap.MaxURLs, shanghai(b))
	return []fullSitemap{
		{"plain", sitemap.Options{}, plain(urls)},
		{"images", sitemap.Options{Images: true, MaxBytes: sitemap.MaxBytes}, urls},
	}
}

// BenchmarkGzip writes through a compressor, in one pass. The ratio is that of
// the sizes without and with it.
func BenchmarkGzip(b *testing.B) {
	for _, bm := range fullSitemaps(b) {
		for level := 1; level <= 6; level++ {
			b.Run(fmt.Sprintf("%s/level %d", bm.name, level), func(b *testing.B) {
				var size counter
				if err := writeAll(&size, bm.opts, bm.urls); err != nil {
					b.Fatal(err)
				}
				var compressed counter
				z, err := gzip.NewWriterLevel(&compressed, level)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					compressed = 0
					z.Reset(&compressed)
					if err := writeAll(z, bm.opts, bm.urls); err != nil {
						b.Fatal(err)
					}
					if err := z.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.SetBytes(int64(size))
				b.ReportMetric(float64(size)/float64(compressed), "ratio")
				report(b, len(bm.urls))
			})
		}
	}
}

// BenchmarkEncodingXML writes the same URLs with this package and with
// encoding/xml by turns, and says how many times faster this package is.
func BenchmarkEncodingXML(b *testing.B) {
	urls := plain(archive(sitemap.MaxURLs, shanghai(b)))
	var ours, theirs time.Duration
	for b.Loop() {
		runtime.GC() // what encoding/xml left is not for this package to clear
		start := time.Now()
		var size, marshaled counter
		if err := writeAll(&size, sitemap.Options{}, urls); err != nil {
			b.Fatal(err)
		}
		middle := time.Now()
		if err := marshalAll(&marshaled, urls); err != nil {
			b.Fatal(err)
		}
		ours += middle.Sub(start)
		theirs += time.Since(middle)
		if marshaled < size*9/10 {
			b.Fatalf("%d bytes, encoding/xml %d: not the same URLs", size, marshaled)
		}
	}
	n := float64(len(urls)) * float64(b.N)
	b.ReportMetric(n/ours.Seconds(), "URL/s")
	b.ReportMetric(n/theirs.Seconds(), "xml-URL/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "times-xml")
}

func BenchmarkIndex(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := sitemap.Index(io.Discard, entries(sitemap.MaxURLs)); err != nil {
			b.Fatal(err)
		}
	}
	report(b, sitemap.MaxURLs)
}

func BenchmarkSplit(b *testing.B) {
	urls := plain(archive(sitemap.MaxURLs, shanghai(b)))
	b.ReportAllocs()
	for b.Loop() {
		files, err := sitemap.Split(sequence(urls, nil), sitemap.Options{MaxURLs: 10_000}, func(int) (io.WriteCloser, error) {
			return discard{}, nil
		})
		if err != nil || len(files) != 5 {
			b.Fatalf("%d files, want 5: %v", len(files), err)
		}
	}
	report(b, len(urls))
}

// discard is a file that keeps nothing.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

func writeAll(w io.Writer, opts sitemap.Options, urls []sitemap.URL) error {
	sw := sitemap.NewWriter(w, opts)
	for _, u := range urls {
		if err := sw.Add(u); err != nil {
			return err
		}
	}
	return sw.Close()
}

func marshalAll(w io.Writer, urls []sitemap.URL) error {
	type element struct {
		XMLName xml.Name `xml:"url"`
		Loc     string   `xml:"loc"`
		LastMod string   `xml:"lastmod"`
	}
	if _, err := io.WriteString(w, xml.Header+`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	for _, u := range urls {
		if err := enc.Encode(element{Loc: u.Loc, LastMod: u.LastMod.Format(time.RFC3339)}); err != nil {
			return err
		}
	}
	if err := enc.Close(); err != nil {
		return err
	}
	_, err := io.WriteString(w, "</urlset>\n")
	return err
}

// counter is a writer that counts bytes.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
