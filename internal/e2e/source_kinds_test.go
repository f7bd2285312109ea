package e2e

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/testkit/cmstest"
	"feedstation/internal/testkit/require"
)

// systems are the systems of cmstest as sources. Those that are whole have all that an
// article of the posts has; the others lack channels, pictures' sizes or the last change.
var systems = map[string]struct {
	handler, source string
	whole           bool
}{
	"wordpress": {handler: "wordpress", whole: true, source: "kind: wordpress, url: %s, fields: {guid: link}"},
	"ghost":     {handler: "ghost", source: "kind: ghost, url: %s, token: " + cmstest.Token},
	"drupal":    {handler: "drupal", source: "kind: drupal, url: %s, link: 'https://xt.news.example{path.alias}'"},
	"directus":  {handler: "directus", whole: true, source: "kind: directus, url: %s, collection: news, link: 'https://xt.news.example/news/{id}/', token: " + cmstest.Token},
	"strapi":    {handler: "strapi", whole: true, source: "kind: strapi, url: %s, collection: articles, link: 'https://xt.news.example/news/{slug}/', token: " + cmstest.Token},
	"json": {handler: "json", whole: true, source: `kind: json, url: %s/, link: 'https://xt.news.example/news/{key}/', fields: {id: key, title: headline, body: html, summary: standfirst, published: at, modified: changed, updated: changed, ` +
		`authors: writers.#.name, terms: sections, tags: keywords, ` +
		`images: 'pictures.#.{"url":src,"caption":title,"type":type,"width":w,"height":h,"bytes":size}'}`},
	"rss":      {handler: "feed", source: "kind: feed, url: %s/rss.xml"},
	"atom":     {handler: "feed", source: "kind: feed, url: %s/atom.xml"},
	"jsonfeed": {handler: "feed", source: "kind: feed, url: %s/feed.json"},
	"pages":    {handler: "site", source: "kind: feed, url: 'https://xt.news.example/empty.xml', sitemap: 'https://xt.news.example/sitemap.xml', rate: 1000, tls: {ca: %s}"},
}

// TestSourceKinds holds that the same articles make the same documents, whichever system
// they lie in, and the same as when they are imported.
func TestSourceKinds(t *testing.T) {
	t.Parallel()
	require.Time(t)
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	var posts, wholes []cmstest.Post
	for i := range 12 {
		p := cmstest.Post{
			ID: i + 1, Title: fmt.Sprintf("湘江边的第%d个读书节 &amp; more", i+1), Body: fmt.Sprintf(`<p>Text <b>%d</b> with a <a href="/more">link</a> &amp; more.</p>`, i+1),
			Summary: "<p>A summary.</p>", Published: at.Add(time.Duration(i) * time.Hour), Author: "林知夏", Tags: []string{"湘江", "Lakes"},
		}
		p.Modified = p.Published
		posts = append(posts, p)
		p.Modified, p.Categories = p.Published.Add(time.Minute), []string{"moment"}
		p.Picture, p.Caption = fmt.Sprintf("https://xt.news.example/a/%d.jpg", i), "At the lake"
		wholes = append(wholes, p)
	}
	want := map[bool]map[string]string{}
	for whole, posts := range map[bool][]cmstest.Post{false: posts, true: wholes} {
		p := newProcess(t, "xt.news.example")
		file := filepath.Join(p.dir, "articles.jsonl")
		if err := os.WriteFile(file, lines(posts), 0o600); err != nil {
			t.Fatal(err)
		}
		p.run("import", file)
		want[whole] = p.documents()
	}
	for _, name := range slices.Sorted(maps.Keys(systems)) {
		t.Run(name, func(t *testing.T) {
			s := systems[name]
			fake := &cmstest.System{Posts: posts}
			if s.whole {
				fake.Posts = wholes
			}
			server := httptest.NewServer(fake.Handlers()[s.handler])
			t.Cleanup(server.Close)
			at, env := server.URL, []string(nil)
			if s.handler == "site" { // whose pages are at their own addresses
				env, at = hosted(t, "xt.news.example", fake.Handlers()[s.handler])
			}
			p := newProcess(t, "xt.news.example", env...)
			file := filepath.Join(p.dir, "config.yaml")
			text, err := os.ReadFile(file)
			if err == nil {
				source := fmt.Sprintf("\ncontent:\n  sources:\n    - {id: cms, station: xt, "+s.source+"}\n", at)
				err = os.WriteFile(file, append(text, source...), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[s.whole], p.documents()); diff != "" {
				t.Errorf("documents (-imported +%s):\n%s", name, diff)
			}
		})
	}
}

// lines are posts in the import format.
func lines(posts []cmstest.Post) (text []byte) {
	plain := strings.NewReplacer("&amp;", "&")
	for _, p := range posts {
		a := map[string]any{
			"id": fmt.Sprint(p.ID), "station": "xt", "url": fmt.Sprintf("https://xt.news.example/news/%d/", p.ID), "title": plain.Replace(p.Title),
			"body": p.Body, "summary": p.Summary, "published": p.Published, "updated": p.Modified, "authors": []string{p.Author}, "tags": p.Tags,
			"channels": p.Categories,
		}
		if p.Picture != "" {
			a["images"] = []any{map[string]any{"url": p.Picture, "caption": p.Caption, "type": "image/jpeg", "width": 1200, "height": 800, "bytes": 54000}}
		}
		line, err := json.Marshal(a)
		if err != nil {
			panic(err) // texts always marshal
		}
		text = append(append(text, line...), '\n')
	}
	return text
}

// documents returns the documents of a build by their paths.
func (p *process) documents() map[string]string {
	p.t.Helper()
	p.run("build", "--out", "site")
	all := map[string]string{}
	root := os.DirFS(filepath.Join(p.dir, "site"))
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".gz") {
			return err
		}
		text, err := fs.ReadFile(root, path)
		all[path] = string(text)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}
