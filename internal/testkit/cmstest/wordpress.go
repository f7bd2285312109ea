package cmstest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const gmt = "2006-01-02T15:04:05"

// wordPress answers as wp/v2 does.
func (s *System) wordPress(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	no := func(status int, code string) {
		refuse(w, status, "application/json; charset=UTF-8", map[string]any{"code": code, "message": "Sorry: " + code, "data": map[string]int{"status": status}})
	}
	if r.URL.Path != "/wp-json/wp/v2/posts" {
		no(http.StatusNotFound, "rest_no_route")
		return
	}
	statuses := []string{"publish"}
	if text := q.Get("status"); text != "" {
		if name, password, ok := r.BasicAuth(); !ok || name != User || password != Password {
			no(http.StatusBadRequest, "rest_invalid_param")
			return
		}
		statuses = strings.Split(text, ",")
	}
	if q.Has("modified_after") && instant(q.Get("modified_after")).Unix() <= 0 { // the moment 0 is none for rest_parse_date
		no(http.StatusBadRequest, "rest_invalid_param")
		return
	}
	ask := request{
		since: instant(q.Get("modified_after")), byModified: q.Get("orderby") == "modified", byID: q.Get("orderby") == "id",
		page: number(q.Get("page"), 1) - 1, size: number(q.Get("per_page"), 10), hidden: true,
		key: func(p *Post) string {
			if !slices.Contains(statuses, cmp.Or(p.Status, "publish")) {
				return "-"
			}
			return strconv.Itoa(p.ID)
		},
	}
	if ids := q.Get("include"); ids != "" {
		ask.ids = strings.Split(ids, ",")
	} else {
		ask.ids = s.keys(ask.key)
	}
	posts, total := s.list(ask)
	last := pages(total, ask.size)
	if ask.page > 0 && ask.page >= last {
		no(http.StatusBadRequest, "rest_post_invalid_page_number")
		return
	}
	w.Header().Set("X-WP-Total", strconv.Itoa(total))
	w.Header().Set("X-WP-TotalPages", strconv.Itoa(last))
	list := []map[string]any{}
	for _, p := range posts {
		list = append(list, p.wordPress(q.Get("_fields"), q.Has("_embed")))
	}
	answer(w, "application/json; charset=UTF-8", list)
}

// keys returns all keys but "-".
func (s *System) keys(key func(*Post) string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := []string{}
	for i := range s.Posts {
		if k := key(&s.Posts[i]); k != "-" {
			keys = append(keys, k)
		}
	}
	return keys
}

func (p *Post) wordPress(fields string, embed bool) map[string]any {
	ids := func(names []string) []int {
		all := []int{}
		for _, name := range names {
			all = append(all, termID(name))
		}
		return all
	}
	body := p.Body
	if p.Protected {
		body = ""
	}
	rendered := func(text string) map[string]any { return map[string]any{"rendered": text} }
	whole := map[string]any{
		"id": p.ID, "date_gmt": stamp(p.Published), "modified_gmt": stamp(p.Modified), "status": cmp.Or(p.Status, "publish"),
		"type": "post", "link": page(p), "guid": rendered(fmt.Sprintf("https://xt.news.example/?p=%d", p.ID)), "title": rendered(p.Title),
		"content": map[string]any{"rendered": body, "protected": p.Protected},
		"excerpt": map[string]any{"rendered": cmp.Or(p.Summary, "<p>Made of the text [&hellip;]</p>\n"), "protected": p.Protected},
		"author":  1, "featured_media": len(p.Picture), "categories": ids(p.Categories), "tags": ids(p.Tags), "sticky": false,
	}
	if embed {
		whole["_embedded"] = p.embedded()
	}
	return some(whole, fields)
}

func stamp(t time.Time) string { return t.UTC().Format(gmt) }

func (p *Post) embedded() map[string]any {
	categories, tags := []map[string]any{}, []map[string]any{}
	for _, slug := range p.Categories {
		categories = append(categories, map[string]any{"id": termID(slug), "name": "C " + slug, "slug": slug, "taxonomy": "category"})
	}
	for _, name := range p.Tags {
		tags = append(tags, map[string]any{"id": termID(name), "name": name, "slug": strings.ToLower(name), "taxonomy": "post_tag"})
	}
	embedded := map[string]any{"wp:term": []any{categories, tags}, "author": []any{map[string]any{"id": 1, "name": p.Author}}}
	if p.Author == "" {
		embedded["author"] = []any{map[string]any{"code": "rest_user_invalid_id", "message": "Invalid user ID."}}
	}
	if p.Picture != "" {
		embedded["wp:featuredmedia"] = []any{map[string]any{
			"id": len(p.Picture), "source_url": p.Picture, "caption": map[string]any{"rendered": "<p>" + p.Caption + "</p>\n"}, "media_type": "image",
			"mime_type": "image/jpeg", "media_details": map[string]any{"width": 1200, "height": 800, "filesize": 54000},
		}}
	}
	return embedded
}
