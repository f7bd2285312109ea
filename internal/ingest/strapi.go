package ingest

import (
	"cmp"
	"encoding/json"
	"html"
	"math"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
)

// strapi is the REST API of Strapi 5; of Strapi 4 where the id is told to be id. It has
// what is published. Of that, Strapi 5 keeps when it was last saved and last published,
// and makes new rows with each publication: in their order none is skipped while pages
// are read.
func strapi(s Settings) Kind {
	base := strings.TrimSuffix(s.URL, "/")
	id := cmp.Or(s.Fields["id"], "documentId")
	root := base + "/api/" + url.PathEscape(s.Collection) + "?pagination[pageSize]={size}"
	var populate strings.Builder
	for i, name := range strings.Split(cmp.Or(s.Include, "*"), ",") {
		if name == "*" {
			populate.WriteString("&populate=*")
		} else {
			populate.WriteString("&populate[" + string(rune('0'+i)) + "]=" + url.QueryEscape(strings.TrimSpace(name)))
		}
	}
	return Kind{
		Changes: root + populate.String() + "&pagination[page]={page}&sort=id:asc&filters[$or][0][updatedAt][$gt]={since}&filters[$or][1][publishedAt][$gt]={since}",
		List:    root + "&pagination[page]={page}&sort=publishedAt:desc&fields[0]=updatedAt&fields[1]=publishedAt",
		Item:    root + populate.String() + "{ids}",
		IDs:     "&filters[" + id + "][$in][]={id}",
		Ranked:  strings.Replace(root, "{size}", "1", 1) + "&pagination[page]={page}&sort=" + id + ":asc&fields[0]=updatedAt",
		Items:   "data", Size: 100, Pages: "meta.pagination.pageCount", Complete: true,
		Stamp: "{" + id + ",updatedAt,publishedAt}", Again: true,
		Fields: map[string]string{
			"id": id, "url": "url", "title": "title", "summary": "description || excerpt || summary", "body": "content || body || text || blocks",
			"published": "publishedAt || createdAt", "modified": "[updatedAt,publishedAt]", "updated": "updatedAt",
			"authors": "authors.#.name || author.name", "tags": "tags.#.name || tags", "terms": "[category,categories,section,channel,tags]",
			"images": "cover || image || images", "language": "locale",
		},
		Convert: func(_ *url.URL, _ article.Reader, a *answer) ([]byte, error) { return flattened(a.body), nil },
		Mend: func(item gjson.Result, r values) {
			r.assets(base+"/", func(m gjson.Result) picture {
				return picture{
					URL: m.Get("url").String(), Caption: cmp.Or(m.Get("caption").String(), m.Get("alternativeText").String()),
					Width: m.Get("width").Int(), Height: m.Get("height").Int(), Type: m.Get("mime").String(),
					Bytes: int64(math.Round(m.Get("size").Float() * 1000)), // kilobytes there
				}
			})
			if blocks, ok := r["body"].(json.RawMessage); ok {
				r["body"] = blocksHTML(gjson.ParseBytes(blocks))
			} else {
				r["body"] = markdownOrHTML(r.text("body"))
			}
			r["body"] = strings.ReplaceAll(r.text("body"), `="/uploads/`, `="`+html.EscapeString(base)+"/uploads/")
		},
	}
}

// flattened returns a body of Strapi 4 as Strapi 5 has it: without the members data and
// attributes around what they hold. Broken JSON is returned as it is.
func flattened(body []byte) []byte {
	if !strings.Contains(string(body), `"attributes"`) {
		return body
	}
	var whole map[string]any
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	if err := d.Decode(&whole); err != nil {
		return body
	}
	whole["data"] = flat(whole["data"])
	text, err := json.Marshal(whole)
	if err != nil {
		return body
	}
	return text
}

func flat(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = flat(v[i])
		}
	case map[string]any:
		if data, ok := v["data"]; ok && len(v) == 1 {
			return flat(data)
		}
		if attributes, ok := v["attributes"].(map[string]any); ok {
			attributes["id"] = v["id"]
			v = attributes
		}
		for key := range v {
			v[key] = flat(v[key])
		}
		return v
	}
	return value
}
