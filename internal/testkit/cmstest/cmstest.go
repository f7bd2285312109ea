// Package cmstest is content management systems as their APIs show them, for tests:
// the same posts in the shape of each, as far as a source asks for them. Shapes are
// those of the systems' public documentation.
package cmstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Post is an article of a system.
type Post struct {
	ID                  int
	Title, Body         string // HTML
	Summary             string
	Published, Modified time.Time
	Saved               time.Time // before it was published as it is, at Modified; zero: it was not published again
	Status              string    // as WordPress has it; empty: publish
	Protected           bool      // with a password
	Categories          []string
	Tags                []string
	Author              string // empty: the account is gone
	Alias               string // of Drupal; empty: /news/ID/
	Picture             string // an address
	Caption             string
}

// Public reports whether readers may see the post.
func (p *Post) Public() bool { return cmp.Or(p.Status, "publish") == "publish" && !p.Protected }

// System is the posts of a system. It is safe for concurrent use.
type System struct {
	mu    sync.Mutex
	Posts []Post
}

// Set changes the posts.
func (s *System) Set(change func(*System)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

// At returns a post, within Set.
func (s *System) At(id int) *Post {
	return &s.Posts[slices.IndexFunc(s.Posts, func(p Post) bool { return p.ID == id })]
}

// Delete deletes a post, within Set.
func (s *System) Delete(id int) {
	s.Posts = slices.DeleteFunc(s.Posts, func(p Post) bool { return p.ID == id })
}

// Secrets that the systems want.
const (
	User     = "feeds"
	Password = "abcd efgh"
	Token    = "0a1b2c3d4e5f"
)

// Handlers are the systems by the kind of their source, and where below the address of
// a handler a source finds each.
func (s *System) Handlers() map[string]http.Handler {
	return map[string]http.Handler{
		"wordpress": http.HandlerFunc(s.wordPress), "ghost": http.HandlerFunc(s.ghost), "drupal": http.HandlerFunc(s.drupal),
		"directus": http.HandlerFunc(s.directus), "strapi": http.HandlerFunc(s.strapi), "json": http.HandlerFunc(s.plain),
		"feed": http.HandlerFunc(s.feed), "site": http.HandlerFunc(s.site),
	}
}

// request is what is asked for.
type request struct {
	url.Values
	since      time.Time // posts that were changed after it; zero: all
	ids        []string  // only these; nil: all
	byModified bool      // in the order of change
	byID       bool      // in the order of ids; without either the newest first
	page, size int       // from 0
	hidden     bool      // also those that readers must not see
	key        func(*Post) string
}

// list returns the posts of a page, and how many there are.
func (s *System) list(r request) (page []Post, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := slices.DeleteFunc(slices.Clone(s.Posts), func(p Post) bool {
		return !r.hidden && !p.Public() || !r.since.IsZero() && !p.Modified.After(r.since) || r.ids != nil && !slices.Contains(r.ids, r.key(&p))
	})
	slices.SortStableFunc(found, func(a, b Post) int {
		switch {
		case r.byModified:
			return a.Modified.Compare(b.Modified)
		case r.byID:
			return a.ID - b.ID
		}
		return b.Published.Compare(a.Published)
	})
	return found[min(len(found), r.page*r.size):min(len(found), (r.page+1)*r.size)], len(found)
}

// pages returns how many pages a list has.
func pages(total, size int) int { return (total + size - 1) / size }

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}

func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339, time.DateTime} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(n, 0)
	}
	return time.Time{}
}

// uuid returns a key as systems make them of random numbers.
func uuid(p *Post) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", p.ID) }

// page returns the address of a post.
func page(p *Post) string { return fmt.Sprintf("https://xt.news.example/news/%d/", p.ID) }

func answer(w http.ResponseWriter, kind string, value any) {
	w.Header().Set("Content-Type", kind)
	_ = json.NewEncoder(w).Encode(value)
}

func refuse(w http.ResponseWriter, status int, kind string, value any) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// termID returns the number of a category or a tag.
func termID(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return int(h.Sum32() & 0xffff)
}

// some returns those members of an object that are named, with commas between.
func some(object map[string]any, names string) map[string]any {
	if names == "" {
		return object
	}
	kept := map[string]any{}
	for name := range strings.SplitSeq(names, ",") {
		if value, ok := object[name]; ok {
			kept[name] = value
		}
	}
	return kept
}
