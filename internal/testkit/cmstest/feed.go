package cmstest

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// feedSize is how many posts a feed has, and each of its archives.
const feedSize = 20

// feed answers with the newest posts as RSS (/rss.xml), Atom with archives (/atom.xml)
// or JSON Feed (/feed.json).
func (s *System) feed(w http.ResponseWriter, r *http.Request) {
	archive := number(r.URL.Query().Get("archive"), 0)
	posts, total := s.list(request{page: archive, size: feedSize, key: uuid})
	more := ""
	if (archive+1)*feedSize < total {
		more = fmt.Sprintf("https://%s%s?archive=%d", r.Host, r.URL.Path, archive+1)
	}
	switch r.URL.Path {
	case "/rss.xml":
		w.Header().Set("Content-Type", "application/rss+xml")
		writeRSS(w, posts)
	case "/atom.xml":
		w.Header().Set("Content-Type", "application/atom+xml")
		writeAtom(w, posts, more)
	case "/feed.json":
		answer(w, "application/feed+json", jsonFeed(posts))
	default:
		http.NotFound(w, r)
	}
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}

func writeRSS(w http.ResponseWriter, posts []Post) {
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dcterms="http://purl.org/dc/terms/"><channel>
<title>News</title><link>https://xt.news.example/</link><description/>`)
	for _, p := range posts {
		fmt.Fprintf(w, "<item><title>%s</title><link>%s</link><guid>%[2]s</guid><pubDate>%s</pubDate><dc:creator>%s</dc:creator>",
			escape(plain.Replace(p.Title)), page(&p), p.Published.UTC().Format(time.RFC1123Z), escape(p.Author))
		for _, name := range p.Tags {
			fmt.Fprintf(w, "<category>%s</category>", escape(name))
		}
		if p.Summary != "" {
			fmt.Fprintf(w, "<description>%s</description>", escape(p.Summary))
		}
		fmt.Fprintf(w, "<content:encoded>%s</content:encoded>", escape(p.Body))
		if p.Picture != "" {
			fmt.Fprintf(w, `<media:content url="%s" type="image/jpeg" medium="image" width="1200" height="800" fileSize="54000"><media:description>%s</media:description></media:content>`,
				escape(p.Picture), escape(plain.Replace(p.Caption)))
		}
		fmt.Fprint(w, "</item>\n")
	}
	fmt.Fprint(w, "</channel></rss>")
}

func writeAtom(w http.ResponseWriter, posts []Post, more string) {
	fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><title>News</title><id>https://xt.news.example/</id><updated>2026-11-20T12:00:00Z</updated>`)
	if more != "" {
		fmt.Fprintf(w, `<link rel="prev-archive" href="%s"/>`, escape(more))
	}
	for _, p := range posts {
		fmt.Fprintf(w, `<entry><title>%s</title><link href="%s"/><id>%[2]s</id><published>%s</published><updated>%s</updated><author><name>%s</name></author>`,
			escape(plain.Replace(p.Title)), page(&p), p.Published.UTC().Format(time.RFC3339), p.Modified.UTC().Format(time.RFC3339), escape(p.Author))
		for _, name := range p.Tags {
			fmt.Fprintf(w, `<category term="%s"/>`, escape(name))
		}
		if p.Summary != "" {
			fmt.Fprintf(w, `<summary type="html">%s</summary>`, escape(p.Summary))
		}
		fmt.Fprintf(w, `<content type="html">%s</content>`, escape(p.Body))
		if p.Picture != "" {
			fmt.Fprintf(w, `<media:content url="%s" type="image/jpeg" medium="image" width="1200" height="800" fileSize="54000"><media:description>%s</media:description></media:content>`,
				escape(p.Picture), escape(plain.Replace(p.Caption)))
		}
		fmt.Fprint(w, "</entry>\n")
	}
	fmt.Fprint(w, "</feed>")
}

func jsonFeed(posts []Post) json.RawMessage {
	items := []map[string]any{}
	for _, p := range posts {
		item := map[string]any{
			"id": page(&p), "url": page(&p), "title": plain.Replace(p.Title), "content_html": p.Body, "date_published": p.Published.UTC().Format(time.RFC3339),
			"date_modified": p.Modified.UTC().Format(time.RFC3339), "authors": []any{map[string]any{"name": p.Author}}, "tags": p.Tags,
		}
		if p.Summary != "" {
			item["summary"] = p.Summary
		}
		if p.Picture != "" {
			item["image"] = p.Picture
		}
		items = append(items, item)
	}
	text, err := json.Marshal(map[string]any{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": items})
	if err != nil {
		panic(err) // texts always marshal
	}
	return text
}
