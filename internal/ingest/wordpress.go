package ingest

import (
	"cmp"
	"strings"

	"github.com/tidwall/gjson"
)

// wordPress is the REST API of WordPress 5.7 or later, wp/v2. Without a user it has what
// is published; with one, of whom WordPress asks edit_posts, also what is scheduled, and
// says at once what is a draft again or in the trash.
func wordPress(s Settings) Kind {
	root, and := strings.TrimSuffix(s.URL, "/"), "?"
	if strings.Contains(root, "rest_route=") { // without permalinks
		root, and = strings.TrimSuffix(root, "/"), "&"
	} else if !strings.Contains(root, "/wp-json") {
		root += "/wp-json"
	}
	root += "/wp/v2/" + cmp.Or(s.Collection, "posts") + and + "per_page={size}"
	if s.Authenticated {
		root += "&status=publish,future,draft,pending,private,trash"
	}
	const embed = "&_embed=author,wp:featuredmedia,wp:term"
	const page = "&page={page}"
	return Kind{
		Changes: root + embed + page + "&orderby=modified&order=asc&modified_after={since}", Ascending: true,
		List: root + page + "&orderby=date&order=desc&_fields=id,date_gmt,modified_gmt,status,link,categories,tags,featured_media",
		Item: root + embed + "&include={ids}", Ranked: strings.Replace(root, "{size}", "1", 1) + page + "&orderby=id&order=asc&_fields=id",
		Size: 100, Pages: "X-WP-TotalPages", Complete: true,
		Stamp: "{id,modified_gmt,status,link,categories,tags,featured_media}",
		Fields: map[string]string{
			"id": "id", "url": "link", "guid": "guid.rendered", "title": "title.rendered", "summary": "excerpt.rendered", "body": "content.rendered",
			"published": "date_gmt", "updated": "modified_gmt", "modified": "modified_gmt", "status": "status",
			"authors": "_embedded.author.#.name",
			"terms":   "_embedded.wp:term",
			"tags":    `_embedded.wp:term|@flatten|#(taxonomy=="post_tag")#.name`,
		},
		Mend: mendWordPress,
	}
}

// mendWordPress makes plain text of what is HTML there, and takes the picture.
func mendWordPress(item gjson.Result, r values) {
	r.plain("title", "guid", "tags", "authors")
	// An excerpt that WordPress has made ends like this; feeds make a better one.
	if summary := r.text("summary"); strings.Contains(summary, "[&hellip;]") || strings.Contains(summary, "[…]") {
		delete(r, "summary")
	}
	switch status := item.Get("status").String(); {
	case item.Get("content.protected").Bool(): // its text is for those who have the password
		r["status"] = "draft"
	case status == "future": // an embargo
		delete(r, "status")
	}
	var images []map[string]any
	for _, m := range item.Get("_embedded.wp:featuredmedia").Array() {
		url := m.Get("source_url").String()
		if url == "" || m.Get("media_type").String() == "file" {
			continue // or one that is not for everybody
		}
		image := map[string]any{"url": url, "type": m.Get("mime_type").String()}
		for name, path := range map[string]string{"width": "media_details.width", "height": "media_details.height", "bytes": "media_details.filesize"} {
			if n := m.Get(path).Int(); n > 0 {
				image[name] = n
			}
		}
		if caption := cmp.Or(plain(m.Get("caption.rendered").String()), m.Get("alt_text").String()); caption != "" {
			image["caption"] = caption
		}
		images = append(images, image)
	}
	if images != nil && r["images"] == nil {
		r["images"] = images
	}
}
