package ingest

import (
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/content"
)

// website answers with what lies at its paths. A text that begins with > leads to another
// address, one of digits is a status; paths that end in .gz are compressed.
type website struct {
	mu     sync.Mutex
	paths  map[string]string
	header http.Header
	asked  []string // paths, since they were taken; those that were answered with 304 behind a =
}

func (s *website) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.paths[r.URL.Path]
	tag := strconv.Quote(strconv.FormatInt(sum(text), 16))
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		s.asked = append(s.asked, "="+r.URL.Path)
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.asked = append(s.asked, r.URL.Path)
	w.Header().Set("Content-Type", "text/html")
	maps.Copy(w.Header(), s.header)
	to, leads := strings.CutPrefix(text, ">")
	status, err := strconv.Atoi(text)
	switch {
	case !ok:
		http.NotFound(w, r)
	case leads:
		http.Redirect(w, r, to, http.StatusMovedPermanently)
	case err == nil:
		w.WriteHeader(status)
	case strings.HasSuffix(r.URL.Path, ".gz"):
		z := gzip.NewWriter(w)
		defer z.Close()
		_, _ = io.WriteString(z, text)
	default:
		_, _ = io.WriteString(w, text)
	}
}

// set changes what lies at paths, which come before their texts.
func (s *website) set(pairs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.paths == nil {
		s.paths = map[string]string{}
	}
	for i := 0; i < len(pairs); i += 2 {
		s.paths[pairs[i]] = pairs[i+1]
	}
}

// take returns the paths that were asked for since it was last called.
func (s *website) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.asked
	s.asked = nil
	return taken
}

// open returns a source of the website's feed and sitemap.
func (s *website) open(t *testing.T, store *content.Store, change func(*Options)) (*Source, *logLines) {
	t.Helper()
	source, _, lines := open(t, store, "feed", Settings{URL: "https://xt.news.example/rss.xml", Sitemap: "https://xt.news.example/sitemap.xml"}, s, change)
	return source, lines
}

// feedOf is an RSS feed of pages, by their paths, with guids of their own.
func feedOf(paths ...string) string {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>新闻</title>`)
	for i, path := range paths {
		at := noon.Add(-time.Duration(i) * time.Minute).Format(time.RFC1123Z)
		fmt.Fprintf(&b, `<item><title>%s in the feed</title><link>https://xt.news.example%[1]s?utm_source=rss</link><guid isPermaLink="false">guid of %[1]s</guid><pubDate>%s</pubDate></item>`, path, at)
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// urlset is a sitemap of pages, by their paths, with a space and lastmod behind some.
func urlset(paths ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for _, path := range paths {
		path, lastmod, _ := strings.Cut(path, " ")
		fmt.Fprintf(&b, "<url><loc>https://xt.news.example%s</loc>", path)
		if lastmod != "" {
			b.WriteString("<lastmod>" + lastmod + "</lastmod>")
		}
		b.WriteString("</url>")
	}
	b.WriteString("</urlset>")
	return b.String()
}

// index is an index of sitemaps, by their paths.
func index(paths ...string) string {
	return strings.NewReplacer("<url>", "<sitemap>", "</url>", "</sitemap>", "urlset", "sitemapindex").Replace(urlset(paths...))
}

// pageOf is a page with a title, published at noon.
func pageOf(title string) string {
	return `<title>` + title + `</title><meta property="og:type" content="article"><meta property="article:published_time" content="2026-11-20T12:00:00Z">`
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
