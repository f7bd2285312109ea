package ingest

import (
	"strings"

	"github.com/tidwall/gjson"
)

// ghost is Ghost's Content API, of version 5 or later. It has what is published, and of
// posts for members what everybody may read.
func ghost(s Settings) Kind {
	root := strings.TrimSuffix(s.URL, "/") + "/ghost/api/content/posts/?key={token}&limit={size}"
	const whole = "&include=authors,tags&formats=html"
	return Kind{
		Changes:   root + whole + "&page={page}&order=updated_at%20asc&filter=updated_at:%3E'{since_sql}'",
		Ascending: true,
		List:      root + "&page={page}&order=published_at%20desc&fields=id,updated_at,published_at",
		Item:      root + whole + "&filter=id:[{ids}]",
		Ranked:    strings.Replace(root, "{size}", "1", 1) + "&page={page}&order=id%20asc&fields=id",
		Items:     "posts", Size: 100, Pages: "meta.pagination.pages", Complete: true,
		Stamp:  "{id,updated_at}",
		Header: map[string]string{"Accept-Version": "v5.0"},
		Fields: map[string]string{
			"id": "id", "url": "url", "title": "title", "summary": "custom_excerpt", "body": "html",
			"published": "published_at", "updated": "updated_at", "modified": "updated_at",
			"authors": "authors.#.name", "terms": "tags", "tags": `tags.#(visibility!="internal")#.name`,
			"images": "[{feature_image,feature_image_caption,feature_image_alt}]",
		},
		Mend: func(_ gjson.Result, r values) {
			r.pictures(func(m gjson.Result) picture {
				caption := plain(m.Get("feature_image_caption").String())
				if caption == "" {
					caption = m.Get("feature_image_alt").String()
				}
				return picture{URL: m.Get("feature_image").String(), Caption: caption}
			})
		},
	}
}
