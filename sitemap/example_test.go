package sitemap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"feedstation/sitemap"
)

func ExampleWriter() {
	w := sitemap.NewWriter(os.Stdout, sitemap.Options{})
	for _, loc := range []string{"https://xt.news.example/专题?页=1&栏目=文化", "/relative"} {
		if err := w.Add(sitemap.URL{Loc: loc, LastMod: time.Date(2019, 3, 11, 18, 38, 14, 0, time.FixedZone("", 8*60*60))}); err != nil {
			fmt.Println("left out:", err)
		}
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// left out: url "/relative": not an absolute http(s) URL
	// <?xml version="1.0" encoding="UTF-8"?>
	// <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
	// <url><loc>https://xt.news.example/%E4%B8%93%E9%A2%98?%E9%A1%B5=1&amp;%E6%A0%8F%E7%9B%AE=%E6%96%87%E5%8C%96</loc><lastmod>2019-03-11T18:38:14+08:00</lastmod></url>
	// </urlset>
}

func ExampleWriter_Add() {
	w := sitemap.NewWriter(io.Discard, sitemap.Options{MaxURLs: 1})
	for _, loc := range []string{"https://xt.news.example/1.html", "https:///2.html", "https://xt.news.example/3.html"} {
		err := w.Add(sitemap.URL{Loc: loc})
		if bad, ok := errors.AsType[*sitemap.URLError](err); ok {
			fmt.Println("leave it out:", bad.Err)
		} else if errors.Is(err, sitemap.ErrFull) {
			fmt.Println("into the next file:", loc)
		}
	}
	fmt.Println(w.Len(), "URL")
	// Output:
	// leave it out: no host
	// into the next file: https://xt.news.example/3.html
	// 1 URL
}

func ExampleNews() {
	published := time.Date(2019, 3, 11, 18, 38, 14, 0, time.FixedZone("", 8*60*60))
	w := sitemap.NewWriter(os.Stdout, sitemap.Options{News: true})
	err := w.Add(sitemap.URL{
		Loc: "https://xt.news.example/1.html",
		News: &sitemap.News{
			Name:      "湘江新闻网",
			Language:  sitemap.NewsLanguage("zh-CN"),
			Title:     "湘江两岸春意浓",
			Published: published,
		},
	})
	if err := errors.Join(err, w.Close()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
	// <url><loc>https://xt.news.example/1.html</loc><news:news><news:publication><news:name>湘江新闻网</news:name><news:language>zh-cn</news:language></news:publication><news:publication_date>2019-03-11T18:38:14+08:00</news:publication_date><news:title>湘江两岸春意浓</news:title></news:news></url>
	// </urlset>
}

func ExampleVideo() {
	w := sitemap.NewWriter(os.Stdout, sitemap.Options{Videos: true})
	err := w.Add(sitemap.URL{
		Loc: "https://xt.news.example/1.html",
		Videos: []sitemap.Video{{
			Thumbnail:   "https://img.news.example/1.jpg",
			Title:       "湘江两岸春意浓",
			Description: "记者带您到现场看看。",
			Content:     "https://video.news.example/1.mp4",
			Seconds:     95,
		}},
	})
	if err := errors.Join(err, w.Close()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">
	// <url><loc>https://xt.news.example/1.html</loc><video:video><video:thumbnail_loc>https://img.news.example/1.jpg</video:thumbnail_loc><video:title>湘江两岸春意浓</video:title><video:description>记者带您到现场看看。</video:description><video:content_loc>https://video.news.example/1.mp4</video:content_loc><video:duration>95</video:duration></video:video></url>
	// </urlset>
}

func ExampleAlternate() {
	languages := []sitemap.Alternate{
		{Lang: "zh-Hans", Loc: "https://xt.news.example/1.html"},
		{Lang: "en", Loc: "https://en.news.example/1.html"},
		{Lang: "x-default", Loc: "https://xt.news.example/1.html"},
	}
	w := sitemap.NewWriter(os.Stdout, sitemap.Options{Alternates: true})
	err := w.Add(sitemap.URL{Loc: "https://xt.news.example/1.html", Alternates: languages})
	if err := errors.Join(err, w.Close()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
	// <url><loc>https://xt.news.example/1.html</loc><xhtml:link rel="alternate" hreflang="zh-Hans" href="https://xt.news.example/1.html"/><xhtml:link rel="alternate" hreflang="en" href="https://en.news.example/1.html"/><xhtml:link rel="alternate" hreflang="x-default" href="https://xt.news.example/1.html"/></url>
	// </urlset>
}

func ExampleWriter_Close() {
	w := sitemap.NewWriter(os.Stdout, sitemap.Options{})
	if err := w.Close(); errors.Is(err, sitemap.ErrEmpty) {
		fmt.Println("publish nothing:", err)
	}
	// Output:
	// publish nothing: sitemap has no URL
}

func ExampleSplit() {
	archive := func(yield func(sitemap.URL, error) bool) {
		for i := range 5 {
			if !yield(sitemap.URL{Loc: fmt.Sprintf("https://xt.news.example/%d.html", i)}, nil) {
				return
			}
		}
	}
	files, err := sitemap.Split(archive, sitemap.Options{MaxURLs: 2}, func(n int) (io.WriteCloser, error) {
		return &memory{name: fmt.Sprintf("2019-03-%d.xml", n)}, nil
	})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(files), "files")
	// Output:
	// 2019-03-1.xml: 2 URLs
	// 2019-03-2.xml: 2 URLs
	// 2019-03-3.xml: 1 URLs
	// 3 files
}

// memory is a file that says what it holds once it is complete.
type memory struct {
	bytes.Buffer
	name string
}

func (m *memory) Close() error {
	fmt.Printf("%s: %d URLs\n", m.name, bytes.Count(m.Bytes(), []byte("<url>")))
	return nil
}

func ExampleWriter_Flush() {
	// A sitemap that grows while the pages are being made.
	w := sitemap.NewWriter(os.Stdout, sitemap.Options{})
	for _, path := range []string{"1.html", "2.html"} {
		if err := errors.Join(w.Add(sitemap.URL{Loc: "https://xt.news.example/" + path}), w.Flush()); err != nil {
			fmt.Println(err)
		}
		fmt.Println("…")
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
	// <url><loc>https://xt.news.example/1.html</loc></url>
	// …
	// <url><loc>https://xt.news.example/2.html</loc></url>
	// …
	// </urlset>
}

func ExampleIndex() {
	err := sitemap.Index(os.Stdout, slices.Values([]sitemap.Entry{
		{Loc: "https://xt.news.example/sitemaps/2019-03.xml", LastMod: time.Date(2019, 3, 31, 23, 0, 0, 0, time.UTC)},
		{Loc: "https://xt.news.example/sitemaps/2019-04.xml"},
	}))
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
	// <sitemap><loc>https://xt.news.example/sitemaps/2019-03.xml</loc><lastmod>2019-03-31T23:00:00Z</lastmod></sitemap>
	// <sitemap><loc>https://xt.news.example/sitemaps/2019-04.xml</loc></sitemap>
	// </sitemapindex>
}

func ExampleNewsLanguage() {
	for _, tag := range []string{"zh-CN", "zh-Hant-HK", "en-GB"} {
		fmt.Println(sitemap.NewsLanguage(tag))
	}
	// Output:
	// zh-cn
	// zh-tw
	// en
}
