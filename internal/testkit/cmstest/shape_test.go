package cmstest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestShapes holds that the systems answer with nothing that the real ones do not: what
// those have answered is in testdata (go test ./internal/e2e -run TestReal -update).
func TestShapes(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	system := &System{Posts: []Post{{
		ID: 1, Title: "T", Body: "<p>x</p>", Summary: "s", Published: at, Modified: at.Add(time.Hour), Author: "林知夏",
		Tags: []string{"a"}, Categories: []string{"b"}, Picture: "https://xt.news.example/1.jpg", Caption: "c",
	}}}
	for kind, path := range map[string]string{
		"strapi": "/api/articles?populate=*", "directus": "/items/news?fields=*.*", "drupal": "/jsonapi/node/article?include=uid,field_image,field_tags", "ghost": "/ghost/api/content/posts/?include=authors,tags&key=" + url.QueryEscape(Token),
	} {
		t.Run(kind, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", kind+".json"))
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Authorization", "Bearer "+Token)
			w := httptest.NewRecorder()
			system.Handlers()[kind].ServeHTTP(w, r)
			var real, fake any
			if err := json.Unmarshal(text, &real); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(w.Body.Bytes(), &fake); err != nil {
				t.Fatal(err)
			}
			for _, odd := range beyond("", fake, []any{real}) {
				t.Error(odd)
			}
		})
	}
}

// beyond returns where a value has what none of others has there.
func beyond(path string, value any, others []any) (odd []string) {
	var inside []any
	switch v := value.(type) {
	case nil:
		return nil
	case map[string]any:
		for name, member := range v {
			inside = nil
			for _, other := range others {
				if object, ok := other.(map[string]any); ok {
					if m, ok := object[name]; ok {
						inside = append(inside, m)
					}
				}
			}
			if inside == nil {
				odd = append(odd, path+"."+name+": not there")
				continue
			}
			odd = append(odd, beyond(path+"."+name, member, inside)...)
		}
		return odd
	case []any:
		for _, other := range others {
			if list, ok := other.([]any); ok {
				inside = append(inside, list...)
			}
		}
		for _, member := range v {
			odd = append(odd, beyond(path+"[]", member, inside)...)
		}
		return odd
	}
	for _, other := range others {
		if fmt.Sprintf("%T", other) == fmt.Sprintf("%T", value) {
			return nil
		}
	}
	if !slices.ContainsFunc(others, func(other any) bool { return other != nil }) {
		return nil // it is null there, which tells nothing
	}
	return []string{fmt.Sprintf("%s: %T, want %v", path, value, others)}
}
