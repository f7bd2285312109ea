package ingest

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"strings"

	"github.com/tidwall/gjson"

	"feedstation/internal/article"
)

// drupal is the JSON:API of Drupal 9 or later, of nodes of one type. Records that come
// along take the place of what refers to them, so that paths lead into them.
func drupal(s Settings) Kind {
	root := strings.TrimSuffix(s.URL, "/") + "/jsonapi/node/" + url.PathEscape(cmp.Or(s.Collection, "article")) + "?page[limit]={size}&filter[status]=1"
	include := "&include=" + cmp.Or(s.Include, "uid,field_image,field_tags")
	const condition = "&filter[c][condition]"
	return Kind{
		Changes: root + include + "&sort=changed" + condition + "[path]=changed" + condition + "[operator]=%3E" + condition + "[value]={since_unix}", Ascending: true,
		List:   root + "&sort=-created&fields[node--" + url.PathEscape(cmp.Or(s.Collection, "article")) + "]=created,changed,path",
		Item:   root + include + condition + "[path]=id" + condition + "[operator]=IN{ids}",
		Ranked: strings.Replace(root, "{size}", "1", 1) + "&sort=id&page[offset]={offset}&fields[node--" + url.PathEscape(cmp.Or(s.Collection, "article")) + "]=created",
		IDs:    condition + "[value][]={id}",
		Items:  "data", Next: "links.next.href", Size: 50, Complete: true,
		Stamp:  "{id,changed,path.alias}", // another alias alone leaves changed as it was
		Header: map[string]string{"Accept": "application/vnd.api+json"},
		Fields: map[string]string{
			"id": "id", "url": "url", "title": "title", "summary": "body.summary", "body": "body.processed || body.value",
			"published": "created", "modified": "changed", "updated": "changed", "language": "langcode",
			"authors": "uid.display_name || uid.name", "terms": "[field_tags,field_category,field_section,field_channel]", "tags": "field_tags.#.name",
			"images": "field_image || field_media_image || field_media",
		},
		Convert: resolved,
		Mend: func(item gjson.Result, r values) {
			if uid := item.Get("uid._meta.drupal_internal__target_id"); uid.Exists() && uid.Int() == 0 {
				delete(r, "authors") // nobody: the author's account is gone
			}
			r.assets(origin(s.URL), func(m gjson.Result) picture {
				file := m
				if media := m.Get("field_media_image"); media.Exists() { // a record of the media library
					file = media
				}
				return picture{
					URL: file.Get("uri.url").String(), Caption: cmp.Or(file.Get("_meta.title").String(), file.Get("_meta.alt").String()),
					Width: file.Get("_meta.width").Int(), Height: file.Get("_meta.height").Int(), Type: file.Get("filemime").String(), Bytes: file.Get("filesize").Int(),
				}
			})
		},
	}
}

// origin returns the scheme and the host of an address, with a slash.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + "/"
}

// resource is a record of JSON:API.
type resource struct {
	Type          string         `json:"type"`
	ID            string         `json:"id"`
	Attributes    map[string]any `json:"attributes"`
	Relationships map[string]struct {
		Data any `json:"data"`
	} `json:"relationships"`
}

// depth is how far records are put into one another.
const depth = 3

// resolved returns a body of JSON:API with each record as one object: its attributes,
// the records that it refers to, and its address.
func resolved(base *url.URL, _ article.Reader, a *answer) ([]byte, error) {
	var document struct {
		Data     []resource      `json:"data"`
		Included []resource      `json:"included"`
		Links    json.RawMessage `json:"links"`
	}
	d := json.NewDecoder(strings.NewReader(string(a.body)))
	d.UseNumber()
	if err := d.Decode(&document); err != nil {
		return nil, notJSON(a)
	}
	included := map[string]*resource{}
	for i, r := range document.Included {
		included[r.Type+" "+r.ID] = &document.Included[i]
	}
	items := make([]map[string]any, len(document.Data))
	for i, r := range document.Data {
		items[i] = r.object(included, depth)
		if path := nodePath(r.Attributes); path != "" {
			items[i]["url"] = strings.TrimSuffix(base.String(), "/") + path
			items[i]["path"] = map[string]any{"alias": path} // for a link
		}
	}
	return json.Marshal(map[string]any{"data": items, "links": document.Links})
}

// nodePath returns the path of a node: its alias, or what it has without one; empty:
// neither is there.
func nodePath(attributes map[string]any) string {
	if path, ok := attributes["path"].(map[string]any); ok {
		if alias, _ := path["alias"].(string); alias != "" {
			return alias
		}
	}
	if id, ok := attributes["drupal_internal__nid"].(json.Number); ok {
		return "/node/" + id.String()
	}
	return ""
}

func (r *resource) object(included map[string]*resource, depth int) map[string]any {
	object := map[string]any{"id": r.ID}
	maps.Copy(object, r.Attributes)
	if depth == 0 {
		return object
	}
	one := func(data any) map[string]any {
		ref, _ := data.(map[string]any)
		kind, _ := ref["type"].(string)
		id, _ := ref["id"].(string)
		other, ok := included[kind+" "+id]
		if !ok {
			return nil // it did not come along, or is not for everybody
		}
		whole := other.object(included, depth-1)
		if meta, ok := ref["meta"]; ok {
			whole["_meta"] = meta
		}
		return whole
	}
	for name, relation := range r.Relationships {
		switch data := relation.Data.(type) {
		case map[string]any:
			if whole := one(data); whole != nil {
				object[name] = whole
			}
		case []any:
			var all []map[string]any
			for _, d := range data {
				if whole := one(d); whole != nil {
					all = append(all, whole)
				}
			}
			if all != nil {
				object[name] = all
			}
		}
	}
	return object
}
