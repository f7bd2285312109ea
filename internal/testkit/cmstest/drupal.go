package cmstest

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// drupal answers as Drupal's JSON:API does.
func (s *System) drupal(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	const kind = "application/vnd.api+json"
	if r.URL.Path != "/jsonapi/node/article" {
		refuse(w, http.StatusNotFound, kind, map[string]any{"errors": []any{map[string]any{"title": "Not Found", "status": "404", "detail": "No route."}}})
		return
	}
	ask := request{byModified: q.Get("sort") == "changed", byID: q.Get("sort") == "id", size: min(number(q.Get("page[limit]"), 50), 50), key: uuid}
	offset := number(q.Get("page[offset]"), 0)
	ask.page = offset / ask.size
	switch q.Get("filter[c][condition][path]") {
	case "changed":
		ask.since = instant(q.Get("filter[c][condition][value]"))
	case "id":
		ask.ids = q["filter[c][condition][value][]"]
	}
	posts, total := s.list(ask)
	data, included := []map[string]any{}, []map[string]any{}
	for _, p := range posts {
		node, along := p.drupal()
		if fields := q.Get("fields[node--article]"); fields != "" {
			node["attributes"] = some(node["attributes"].(map[string]any), fields)
			node["relationships"] = map[string]any{}
		}
		data = append(data, node)
		if q.Has("include") {
			included = append(included, along...)
		}
	}
	document := map[string]any{"jsonapi": map[string]string{"version": "1.0"}, "data": data, "links": map[string]any{"self": map[string]string{"href": r.URL.String()}}}
	if len(included) > 0 {
		document["included"] = included
	}
	if offset+ask.size < total {
		next := url.URL{Scheme: "https", Host: r.Host, Path: r.URL.Path}
		if r.TLS == nil && r.URL.Scheme != "https" {
			next.Scheme = "http"
		}
		q.Set("page[offset]", fmt.Sprint(offset+ask.size))
		next.RawQuery = q.Encode()
		document["links"] = map[string]any{"next": map[string]string{"href": next.String()}}
	}
	answer(w, kind, document)
}

func (p *Post) drupal() (node map[string]any, included []map[string]any) {
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }
	ref := func(kind, id string) map[string]any { return map[string]any{"type": kind, "id": id} }
	author := fmt.Sprintf("u%d", termID(p.Author))
	user := ref("user--user", author)
	user["meta"] = map[string]any{"drupal_internal__target_id": min(len(p.Author), 1)}
	relationships := map[string]any{"uid": map[string]any{"data": user}}
	included = append(included, map[string]any{"type": "user--user", "id": author, "attributes": map[string]any{"display_name": cmp.Or(p.Author, "Anonymous")}})
	refs := []any{}
	for _, name := range p.Tags {
		id := fmt.Sprintf("t%d", termID(name))
		refs = append(refs, ref("taxonomy_term--tags", id))
		included = append(included, map[string]any{"type": "taxonomy_term--tags", "id": id, "attributes": map[string]any{"name": name}})
	}
	relationships["field_tags"] = map[string]any{"data": refs}
	if p.Picture != "" {
		image := ref("file--file", "f"+uuid(p))
		image["meta"] = map[string]any{"alt": "", "title": plain.Replace(p.Caption), "width": 1200, "height": 800}
		relationships["field_image"] = map[string]any{"data": image}
		included = append(included, map[string]any{"type": "file--file", "id": "f" + uuid(p), "attributes": map[string]any{
			"uri": map[string]any{"value": "public://x.jpg", "url": p.Picture}, "filemime": "image/jpeg", "filesize": 54000,
		}})
	} else {
		relationships["field_image"] = map[string]any{"data": nil}
	}
	attributes := map[string]any{
		"drupal_internal__nid": p.ID, "title": plain.Replace(p.Title), "status": true, "created": at(p.Published), "changed": at(p.Modified),
		"path": map[string]any{"alias": cmp.Or(p.Alias, fmt.Sprintf("/news/%d/", p.ID)), "langcode": "zh-CN"}, "langcode": "",
		"body": map[string]any{"value": p.Body, "format": "basic_html", "processed": p.Body, "summary": p.Summary},
	}
	return map[string]any{"type": "node--article", "id": uuid(p), "attributes": attributes, "relationships": relationships}, included
}
