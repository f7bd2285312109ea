package cmstest

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// siteFeedSize is how many posts the feed of a website has, and siteMapSize each of its
// sitemaps.
const (
	siteFeedSize = 3
	siteMapSize  = 50
)

// site answers as the website of a newsroom that has no API: a feed of the newest posts
// (/rss.xml) or of none (/empty.xml), an index (/sitemap.xml) of sitemaps in gzip, and the
// pages, which say of themselves in JSON-LD what they are.
func (s *System) site(w http.ResponseWriter, r *http.Request) {
	var part, id int
	switch path := r.URL.Path; {
	case path == "/rss.xml" || path == "/empty.xml":
		posts, _ := s.list(request{size: siteFeedSize, key: uuid})
		if path == "/empty.xml" {
			posts = nil
		}
		w.Header().Set("Content-Type", "application/rss+xml")
		writeRSS(w, posts)
	case path == "/sitemap.xml":
		_, total := s.list(request{size: siteMapSize, key: uuid})
		fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
		for i := range pages(total, siteMapSize) {
			fmt.Fprintf(w, "<sitemap><loc>https://xt.news.example/sitemap-%d.xml.gz</loc></sitemap>", i)
		}
		fmt.Fprint(w, "</sitemapindex>")
	case scan(path, "/sitemap-%d.xml.gz", &part):
		posts, _ := s.list(request{page: part, size: siteMapSize, key: uuid})
		w.Header().Set("Content-Type", "application/gzip")
		writeSitemap(w, posts)
	case scan(path, "/news/%d/", &id):
		posts, _ := s.list(request{size: 1, ids: []string{fmt.Sprint(id)}, key: func(p *Post) string { return fmt.Sprint(p.ID) }})
		if len(posts) == 0 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		writePage(w, &posts[0])
	default:
		http.NotFound(w, r)
	}
}

func scan(path, format string, n *int) bool {
	_, err := fmt.Sscanf(path, format, n)
	return err == nil && fmt.Sprintf(format, *n) == path
}

func writeSitemap(w http.ResponseWriter, posts []Post) {
	z := gzip.NewWriter(w)
	defer z.Close()
	fmt.Fprint(z, `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for _, p := range posts {
		fmt.Fprintf(z, "<url><loc>%s</loc><lastmod>%s</lastmod></url>", page(&p), p.Modified.UTC().Format(time.RFC3339))
	}
	fmt.Fprint(z, "</urlset>")
}

// writePage writes a page as plugins for search engines do.
func writePage(w http.ResponseWriter, p *Post) {
	article := map[string]any{
		"@type": "NewsArticle", "@id": page(p) + "#article", "mainEntityOfPage": map[string]any{"@id": page(p)},
		"headline": p.Title, "articleBody": p.Body, "datePublished": p.Published.UTC().Format(time.RFC3339), "dateModified": p.Modified.UTC().Format(time.RFC3339),
		"author": map[string]any{"@id": "#author"}, "keywords": p.Tags, "articleSection": p.Categories,
	}
	graph := []any{map[string]any{"@type": "WebSite", "name": "News"}, article, map[string]any{"@type": "Person", "@id": "#author", "name": p.Author}}
	if p.Summary != "" {
		article["description"] = p.Summary
	}
	if p.Picture != "" {
		article["image"] = map[string]any{"@id": "#picture"}
		graph = append(graph, map[string]any{"@type": "ImageObject", "@id": "#picture", "url": p.Picture, "caption": p.Caption, "width": 1200, "height": 800})
	}
	text, err := json.Marshal(map[string]any{"@context": "https://schema.org", "@graph": graph})
	if err != nil {
		panic(err) // texts always marshal
	}
	fmt.Fprintf(w, `<!doctype html><title>%s | News</title><link rel="canonical" href="%s"><meta property="og:type" content="article">
<script type="application/ld+json">%s</script><body><article>…</article></body>`, p.Title, page(p), strings.ReplaceAll(string(text), "</", `<\/`))
}
