package ingest

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"
)

// directus is the items of a collection of Directus. Its fields are the newsroom's own;
// those here are what they are usually called. The date of the last change is absent
// until the first one, so what was created since is asked for as well; in the order of
// their keys no item is skipped while pages are read.
func directus(s Settings) Kind {
	base := strings.TrimSuffix(s.URL, "/")
	id, changed, created := cmp.Or(s.Fields["id"], "id"), cmp.Or(s.Fields["modified"], "date_updated"), "date_created"
	root := base + "/items/" + url.PathEscape(s.Collection) + "?limit={size}"
	include := cmp.Or(s.Include, "*.*")
	filter := func(text string, args ...any) string {
		parts := strings.Split(fmt.Sprintf(text, args...), "{}")
		for i := range parts {
			parts[i] = url.QueryEscape(parts[i])
		}
		return "&filter=" + strings.Join(parts, "{value}")
	}
	since := filter(`{"_or":[{%[1]q:{"_gt":"{}"}},{"_and":[{%[1]q:{"_null":true}},{%[2]q:{"_gt":"{}"}}]}]}`, changed, created)
	return Kind{
		Changes: root + "&fields=" + include + "&sort=" + id + "&page={page}" + strings.ReplaceAll(since, "{value}", "{since}"),
		List:    root + fmt.Sprintf("&fields=%s,%s,%s&sort=-%[3]s&page={page}", id, changed, created),
		Item:    root + "&fields=" + include + strings.ReplaceAll(filter(`{%q:{"_in":[{}]}}`, id), "{value}", "{ids}"), IDs: `"{id}"`,
		Ranked: strings.Replace(root, "{size}", "1", 1) + "&fields=" + id + "&sort=" + id + "&page={page}",
		Items:  "data", Size: 100, Complete: true,
		Stamp: fmt.Sprintf("{%s,%s}", id, changed),
		Fields: map[string]string{
			"id": id, "url": "url", "title": "title", "summary": "summary || excerpt || description", "body": "content || body || text",
			"published": "date_published || published_at || " + created, "modified": "[" + changed + "," + created + "]", "updated": changed, "status": "status",
			"authors": "authors.#.name || author.name", "tags": "tags", "terms": "[channel,category,categories,section,tags]",
			"images": "image || cover || featured_image",
		},
		Made: created,
		Mend: func(item gjson.Result, r values) {
			if name := strings.Join(strings.Fields(item.Get("user_created.first_name").String()+" "+item.Get("user_created.last_name").String()), " "); r["authors"] == nil && name != "" {
				r["authors"] = name
			}
			r["body"] = markdownOrHTML(r.text("body"))
			r.assets(base+"/assets/", func(m gjson.Result) picture {
				return picture{
					URL: m.Get("id").String(), Caption: m.Get("description").String(), // title is made of the file's name
					Width: m.Get("width").Int(), Height: m.Get("height").Int(), Type: m.Get("type").String(), Bytes: m.Get("filesize").Int(),
				}
			})
		},
	}
}

// assets makes images of files that the source serves below an address, by what of
// them tells the rest of it.
func (r values) assets(below string, of func(gjson.Result) picture) {
	address := func(ref string) string {
		if ref == "" || strings.Contains(ref, "://") {
			return ref
		}
		return below + strings.TrimPrefix(ref, "/")
	}
	if id, ok := r["images"].(string); ok { // a file that is not for this client
		r["images"] = address(id)
	}
	r.pictures(func(m gjson.Result) picture {
		p := of(m)
		p.URL = address(p.URL)
		return p
	})
}
