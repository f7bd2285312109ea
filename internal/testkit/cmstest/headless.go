package cmstest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const milli = "2006-01-02T15:04:05.000Z"

// directus answers as Directus does for items/news.
func (s *System) directus(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	const kind = "application/json; charset=utf-8"
	if r.URL.Path != "/items/news" || r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(w, http.StatusForbidden, kind, map[string]any{"errors": []any{map[string]any{"message": "You don't have permission to access this."}}})
		return
	}
	var filter struct {
		ID struct {
			In []string `json:"_in"`
		} `json:"id"`
		Or []struct {
			Updated struct {
				After string `json:"_gt"`
			} `json:"date_updated"`
		} `json:"_or"`
	}
	if text := q.Get("filter"); text != "" {
		if err := json.Unmarshal([]byte(text), &filter); err != nil {
			refuse(w, http.StatusBadRequest, kind, map[string]any{"errors": []any{map[string]any{"message": "Invalid query."}}})
			return
		}
	}
	ask := request{
		ids: filter.ID.In, byID: q.Get("sort") == "id", page: number(q.Get("page"), 1) - 1, size: number(q.Get("limit"), 100), hidden: true,
		key: func(p *Post) string { return strconv.Itoa(p.ID) },
	}
	if len(filter.Or) > 0 {
		ask.since = instant(filter.Or[0].Updated.After)
	}
	posts, _ := s.list(ask)
	list := []map[string]any{}
	for _, p := range posts {
		item := p.directus()
		if fields := q.Get("fields"); !strings.Contains(fields, "*") {
			item = some(item, fields)
		}
		list = append(list, item)
	}
	answer(w, kind, map[string]any{"data": list})
}

func (p *Post) directus() map[string]any {
	status := "published"
	if !p.Public() {
		status = "archived"
	}
	item := map[string]any{
		"id": p.ID, "status": status, "title": plain.Replace(p.Title), "content": p.Body, "summary": p.Summary,
		"date_created": p.Published.UTC().Format(milli), "date_updated": nil,
		"user_created": map[string]any{"id": "a", "first_name": p.Author, "last_name": nil}, "categories": p.Categories, "tags": p.Tags, "image": nil,
	}
	if !p.Modified.Equal(p.Published) {
		item["date_updated"] = p.Modified.UTC().Format(milli)
	}
	if p.Picture != "" {
		item["image"] = map[string]any{
			"id": p.Picture, "type": "image/jpeg", "description": plain.Replace(p.Caption), "title": "x", "width": 1200, "height": 800, "filesize": "54000",
		}
	}
	return item
}

// strapi answers as Strapi 5 does for api/articles.
func (s *System) strapi(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	const kind = "application/json; charset=utf-8"
	if r.URL.Path != "/api/articles" || r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(w, http.StatusForbidden, kind, map[string]any{"data": nil, "error": map[string]any{"status": 403, "name": "ForbiddenError", "message": "Forbidden"}})
		return
	}
	ask := request{
		since: instant(cmp.Or(q.Get("filters[$or][0][updatedAt][$gt]"), q.Get("filters[$or][1][publishedAt][$gt]"))), byModified: q.Get("sort") == "id:asc", byID: q.Get("sort") == "documentId:asc",
		page: number(q.Get("pagination[page]"), 1) - 1, size: min(number(q.Get("pagination[pageSize]"), 25), 100), key: ghostID,
	}
	if ids, ok := q["filters[documentId][$in][]"]; ok {
		ask.ids = ids
	}
	posts, total := s.list(ask)
	list := []map[string]any{}
	for _, p := range posts {
		item := p.strapi(q.Has("populate"))
		if q.Has("fields[0]") {
			item = some(item, "documentId,id,"+strings.Join([]string{q.Get("fields[0]"), q.Get("fields[1]")}, ","))
		}
		list = append(list, item)
	}
	answer(w, kind, map[string]any{"data": list, "meta": map[string]any{"pagination": map[string]any{"page": ask.page + 1, "pageCount": pages(total, ask.size), "total": total}}})
}

func (p *Post) strapi(populated bool) map[string]any {
	item := map[string]any{
		"id": 1000 + p.ID, "documentId": ghostID(p), "title": plain.Replace(p.Title), "content": p.Body, "description": p.Summary, "slug": strconv.Itoa(p.ID), "locale": nil,
		"createdAt": p.Published.Add(-time.Hour).UTC().Format(milli), "publishedAt": p.Published.UTC().Format(milli), "updatedAt": p.Modified.UTC().Format(milli),
	}
	if !p.Saved.IsZero() {
		item["updatedAt"], item["publishedAt"] = p.Saved.UTC().Format(milli), p.Modified.UTC().Format(milli)
	}
	if !populated {
		return item
	}
	named := func(names []string) []map[string]any {
		all := []map[string]any{}
		for _, name := range names {
			all = append(all, map[string]any{"id": termID(name), "name": name, "slug": strings.ToLower(name)})
		}
		return all
	}
	item["author"], item["tags"], item["categories"], item["cover"] = map[string]any{"name": p.Author}, named(p.Tags), named(p.Categories), nil
	if p.Picture != "" {
		item["cover"] = map[string]any{
			"url": p.Picture, "caption": plain.Replace(p.Caption), "alternativeText": "", "width": 1200, "height": 800, "mime": "image/jpeg", "size": 54.0,
		}
	}
	return item
}

// plain answers as an API of a newsroom's own does: everything whole, the newest first,
// a page after the other by Link.
func (s *System) plain(w http.ResponseWriter, r *http.Request) {
	ask := request{page: number(r.URL.Query().Get("page"), 1) - 1, size: 100, key: uuid}
	posts, total := s.list(ask)
	list := []map[string]any{}
	for _, p := range posts {
		item := map[string]any{
			"key": p.ID, "headline": plain.Replace(p.Title), "html": p.Body, "standfirst": p.Summary, "at": p.Published.Unix(), "changed": p.Modified.Unix(),
			"writers": []any{map[string]any{"name": p.Author}}, "sections": p.Categories, "keywords": p.Tags,
		}
		if p.Picture != "" {
			item["pictures"] = []any{map[string]any{"src": p.Picture, "title": plain.Replace(p.Caption), "type": "image/jpeg", "w": 1200, "h": 800, "size": 54000}}
		}
		list = append(list, item)
	}
	if (ask.page+1)*ask.size < total {
		w.Header().Set("Link", `</?page=`+strconv.Itoa(ask.page+2)+`>; rel="next", </?page=1>; rel="first"`)
	}
	answer(w, "application/json", list)
}
