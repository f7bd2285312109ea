package sitemap_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"testing"
	"time"

	"feedstation/sitemap"
)

// articles returns n addresses and times as a station of a portal has them.
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

// BenchmarkWrite writes the same URLs with this package and with encoding/xml.
func BenchmarkWrite(b *testing.B) {
	urls := articles(sitemap.MaxURLs)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		b.Fatal(err)
	}
	local := make([]sitemap.URL, len(urls))
	for i, u := range urls {
		local[i] = sitemap.URL{Loc: u.Loc, LastMod: u.LastMod.In(shanghai)}
	}
	benchmarks := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"sitemap/fixed zone", func(w io.Writer) error { return writeAll(w, urls) }},
		{"sitemap/loaded zone", func(w io.Writer) error { return writeAll(w, local) }},
		{"encoding-xml", func(w io.Writer) error { return marshalAll(w, urls) }},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			var size counter
			for b.Loop() {
				size = 0
				if err := bm.write(&size); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(size))
			b.ReportMetric(float64(len(urls))*float64(b.N)/b.Elapsed().Seconds(), "URL/s")
		})
	}
}

func writeAll(w io.Writer, urls []sitemap.URL) error {
	sw := sitemap.NewWriter(w, sitemap.Options{})
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
