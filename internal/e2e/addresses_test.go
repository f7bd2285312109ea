package e2e

import (
	"net/http"
	"testing"
)

// TestOldAddresses asks for what readers of the system before go on asking for, at the
// station's own host and in its folder on another: each leads to the document, in one
// step, or is there itself.
func TestOldAddresses(t *testing.T) {
	t.Parallel()
	p := newProcess(t, "xt.news.example")
	p.put(1, "早间新闻")
	p.start()
	p.await("早间新闻")
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, document := range map[string]string{
		"/feed/": "/rss.xml", "/feed": "/rss.xml", "/rss": "/rss.xml", "/rss/": "/rss.xml", "/index.xml": "/rss.xml", "/atom.xml/": "/atom.xml",
		"/sitemap_index.xml": "/sitemap.xml", "/news-sitemap.xml": "/sitemaps/news.xml", "/wp-sitemap.xml": "/sitemap.xml",
		"/category/moment/feed/": "/moment/rss.xml", "/moment/feed/": "/moment/rss.xml", "/tag/moment/rss/": "/moment/rss.xml",
		"/categories/moment/index.xml": "/moment/rss.xml", "/feed.json/": "/feed.json", "/robots.txt/": "/robots.txt", "/feed/?paged=2": "/rss.xml",
		"/rss.xml": "", "/sitemap.xml.gz": "", "/sitemaps/news.xml.gz": "", "/moment/feed.json": "",
	} {
		for host, base := range map[string]string{"xt.news.example": "", "localhost": "/xt"} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:"+p.port+base+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = host
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			status, location := http.StatusPermanentRedirect, base+document
			if document == "" {
				status, location = http.StatusOK, ""
			}
			if got := response.Header.Get("Location"); response.StatusCode != status || got != location {
				t.Errorf("%s%s%s: %s to %q, want %d to %q", host, base, path, response.Status, got, status, location)
			}
		}
	}
	if status, _, err := fetch("http://127.0.0.1:"+p.port+"/category/none/feed/", "xt.news.example"); err != nil || status != http.StatusNotFound {
		t.Errorf("a channel that is none: %d, %v", status, err)
	}
}
