package cmstest

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

var (
	ghostSince = regexp.MustCompile(`^updated_at:>'([^']+)'$`)
	ghostIDs   = regexp.MustCompile(`^id:\[([^\]]*)\]$`)
)

// ghost answers as Ghost's Content API does.
func (s *System) ghost(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	const kind = "application/json; charset=utf-8"
	if r.URL.Path != "/ghost/api/content/posts/" || q.Get("key") != Token {
		refuse(w, http.StatusUnauthorized, kind, map[string]any{"errors": []any{map[string]any{"message": "Unknown Content API Key", "type": "UnauthorizedError"}}})
		return
	}
	ask := request{
		byModified: q.Get("order") == "updated_at asc", byID: q.Get("order") == "id asc", page: number(q.Get("page"), 1) - 1, size: min(number(q.Get("limit"), 15), 100),
		key: ghostID,
	}
	if match := ghostSince.FindStringSubmatch(q.Get("filter")); match != nil {
		ask.since = instant(match[1])
	}
	if match := ghostIDs.FindStringSubmatch(q.Get("filter")); match != nil {
		ask.ids = strings.Split(match[1], ",")
	}
	posts, total := s.list(ask)
	list := []map[string]any{}
	for _, p := range posts {
		list = append(list, some(p.ghost(), q.Get("fields")))
	}
	answer(w, kind, map[string]any{"posts": list, "meta": map[string]any{"pagination": map[string]any{"page": ask.page + 1, "limit": ask.size, "total": total, "pages": pages(total, ask.size)}}})
}

func ghostID(p *Post) string { return strings.ReplaceAll(uuid(p)[12:], "-", "") }

func (p *Post) ghost() map[string]any {
	at := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000+00:00") }
	tags := []map[string]any{}
	for _, name := range p.Tags {
		tags = append(tags, map[string]any{"id": fmt.Sprintf("%024x", termID(name)), "name": name, "slug": strings.ToLower(name), "visibility": "public"})
	}
	for _, name := range p.Categories {
		tags = append(tags, map[string]any{"id": fmt.Sprintf("%024x", termID(name)), "name": "#" + name, "slug": name, "visibility": "internal"})
	}
	whole := map[string]any{
		"id": ghostID(p), "uuid": uuid(p), "slug": "post", "url": page(p), "title": plain.Replace(p.Title), "html": p.Body, "custom_excerpt": nil, "excerpt": p.Summary,
		"published_at": at(p.Published), "updated_at": at(p.Modified), "visibility": "public", "featured": false,
		"authors": []any{map[string]any{"id": "1", "name": p.Author, "slug": "author"}}, "tags": tags,
		"feature_image": nil, "feature_image_alt": nil, "feature_image_caption": nil,
	}
	if p.Summary != "" {
		whole["custom_excerpt"] = p.Summary
	}
	if p.Picture != "" {
		whole["feature_image"], whole["feature_image_caption"] = p.Picture, "<span>"+p.Caption+"</span>"
	}
	return whole
}

// plain makes plain text of a title, as systems have it that do not escape.
var plain = strings.NewReplacer("&amp;", "&", "&#8217;", "’")
