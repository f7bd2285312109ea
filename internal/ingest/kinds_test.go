package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/cmstest"
	"feedstation/internal/testkit/require"
)

// setUp is what the settings of a kind are in tests.
type setUp struct {
	kind     string
	settings Settings
	link     string
	token    string
	lacks    []string // fields that a system does not have
	handler  string   // of cmstest; empty: as the kind
}

var setUps = map[string]setUp{
	"wordpress": {kind: "wordpress"},
	"ghost":     {kind: "ghost", token: cmstest.Token, lacks: []string{"Images.Type"}},
	"drupal":    {kind: "drupal", link: "https://xt.news.example{path.alias}", lacks: []string{"Channels"}},
	"directus":  {kind: "directus", settings: Settings{Collection: "news"}, link: "https://xt.news.example/news/{id}/", token: cmstest.Token},
	"strapi":    {kind: "strapi", settings: Settings{Collection: "articles"}, link: "https://xt.news.example/news/{slug}/", token: cmstest.Token},
	"json": {kind: "json", link: "https://xt.news.example/news/{key}/", settings: Settings{
		URL: system + "/", Fields: map[string]string{
			"id": "key", "title": "headline", "body": "html", "summary": "standfirst", "published": "at", "modified": "changed", "updated": "changed",
			"authors": "writers.#.name", "terms": "sections", "tags": "keywords",
			"images": `pictures.#.{"url":src,"caption":title,"type":type,"width":w,"height":h,"bytes":size}`,
		},
	}},
	"rss":      {kind: "feed", settings: Settings{URL: system + "/rss.xml"}, lacks: []string{"Channels", "Updated"}},
	"atom":     {kind: "feed", settings: Settings{URL: system + "/atom.xml"}, lacks: []string{"Channels"}},
	"jsonfeed": {kind: "feed", settings: Settings{URL: system + "/feed.json"}, lacks: []string{"Channels", "Images.Type"}},
	"site":     {kind: "feed", handler: "site", settings: Settings{URL: system + "/rss.xml", Sitemap: "https://xt.news.example/sitemap.xml"}, lacks: []string{"Channels", "Updated"}},
	"pages":    {kind: "feed", handler: "site", settings: Settings{URL: system + "/empty.xml", Sitemap: "https://xt.news.example/sitemap.xml"}, lacks: []string{"Images.Bytes"}},
}

func (s *setUp) open(t *testing.T, fake *cmstest.System) (*Source, *wire, func() []article.Article) {
	t.Helper()
	store := openStore(t)
	settings, handler := s.settings, s.handler
	if handler == "" {
		handler = s.kind
	}
	settings.Fields = maps.Clone(settings.Fields)
	source, w, lines := open(t, store, s.kind, settings, fake.Handlers()[handler], func(o *Options) {
		o.Link, o.Access.Token = s.link, s.token
	})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(lines)
		}
	})
	return source, w, func() []article.Article { return inventory(t, store) }
}

// polls returns after how many polls a change is there: of pages the sitemaps tell, which
// are compared now and then.
func (s *setUp) polls() int {
	if s.settings.Sitemap != "" {
		return 6
	}
	return 1
}

// TestKinds holds that every kind has the same of the same posts, and follows new,
// changed and deleted ones.
func TestKinds(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(setUps)) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				s := setUps[name]
				fake := &cmstest.System{Posts: posts(15)}
				source, w, has := s.open(t, fake)
				mustRun(t, source)
				shown := func() (titles []string) {
					for _, a := range has() {
						if a.Status == article.Published {
							titles = append(titles, a.Title)
						}
					}
					slices.Sort(titles)
					return titles
				}
				want := func(what string, titles ...string) {
					t.Helper()
					titles = slices.Sorted(slices.Values(titles))
					if got := shown(); !slices.Equal(got, titles) {
						t.Errorf("%s: %q; want %q", what, got, titles)
					}
				}
				var all []string
				for i := range 15 {
					all = append(all, fmt.Sprintf("Post %d", i+1))
				}
				want("first pass", all...)

				for range 2 { // the second with what the first was told
					time.Sleep(time.Minute)
					w.take()
					if mustRun(t, source) {
						t.Error("an idle poll has changed the store")
					}
				}
				if n := len(w.take()); n != 1 {
					t.Errorf("%d requests of an idle poll", n)
				}

				poll := func() {
					t.Helper()
					for range s.polls() {
						time.Sleep(time.Minute)
						mustRun(t, source)
					}
				}
				at := time.Now().Truncate(time.Second)
				fake.Set(func(f *cmstest.System) {
					f.Posts = append(f.Posts, cmstest.Post{ID: 16, Title: "Post 16", Body: "<p>16</p>", Published: at, Modified: at})
				})
				poll()
				all = append(all, "Post 16")
				want("new", all...)

				at = time.Now().Truncate(time.Second)
				fake.Set(func(f *cmstest.System) { f.At(9).Title, f.At(9).Modified = "Edited", at })
				poll()
				all[8] = "Edited"
				want("edited", all...)

				fake.Set(func(f *cmstest.System) { f.Delete(12) })
				for range 6 {
					time.Sleep(time.Minute)
					mustRun(t, source)
				}
				want("deleted", slices.DeleteFunc(slices.Clone(all), func(title string) bool { return title == "Post 12" })...)

				fake.Set(func(f *cmstest.System) { f.Posts = nil })
				for range 6 {
					time.Sleep(time.Minute)
					mustRun(t, source)
				}
				if len(shown()) != 15 {
					t.Errorf("empty: %q", shown())
				}
			})
		})
	}
}

// TestKindsManyPages holds that first passes of many pages have everything, also what
// is in the archives of a feed.
func TestKindsManyPages(t *testing.T) {
	require.Time(t)
	for _, name := range []string{"ghost", "drupal", "directus", "strapi", "json", "atom", "site"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				s, fake := setUps[name], &cmstest.System{Posts: posts(230)}
				source, _, has := s.open(t, fake)
				mustRun(t, source)
				if n := len(has()); n != 230 {
					t.Errorf("%d articles", n)
				}
			})
		})
	}
}

// TestKindsAlike holds that a post is the same article, whichever system it lies in.
func TestKindsAlike(t *testing.T) {
	full := cmstest.Post{
		ID: 7, Title: "Flood &amp; the lake&#8217;s people", Body: `<p>Text <b>with</b> a <a href="/more">link</a> &amp; more.</p>`, Summary: "<p>A summary.</p>",
		Published: noon, Modified: noon.Add(time.Hour), Author: "林知夏", Categories: []string{"moment"}, Tags: []string{"湘江", "Lakes"},
		Picture: "https://xt.news.example/a/1.jpg", Caption: "At the lake",
	}
	want := article.Article{
		ID: "cms:", Station: "xt", URL: "https://xt.news.example/news/7/", Title: "Flood & the lake’s people", Body: full.Body,
		Summary: full.Summary, Authors: []string{"林知夏"}, Published: noon, Updated: noon.Add(time.Hour), Tags: []string{"湘江", "Lakes"},
		Images: []article.Image{{URL: full.Picture, Caption: "At the lake", Width: 1200, Height: 800, Type: "image/jpeg", Bytes: 54000}},
		Status: article.Published, Channels: []string{"moment"},
	}
	for _, name := range slices.Sorted(maps.Keys(setUps)) {
		t.Run(name, func(t *testing.T) {
			s := setUps[name]
			source, _, _ := s.open(t, &cmstest.System{Posts: []cmstest.Post{full}})
			trial, err := source.Try(t.Context())
			if err != nil || len(trial.Articles) != 1 {
				t.Fatalf("%+v, %v", trial, err)
			}
			got, wanted := trial.Articles[0], want
			if !strings.HasPrefix(got.ID, "cms:") {
				t.Errorf("id: %q", got.ID)
			}
			got.ID, got.GUID = wanted.ID, ""
			if slices.Contains(s.lacks, "Channels") { // they have tags alone
				wanted.Channels = nil
			}
			if slices.Contains(s.lacks, "Updated") {
				wanted.Updated = wanted.Published
			}
			if slices.Contains(s.lacks, "Images.Bytes") {
				wanted.Images = slices.Clone(want.Images)
				wanted.Images[0].Type, wanted.Images[0].Bytes, wanted.Summary = "", 0, "A summary."
			}
			if slices.Contains(s.lacks, "Images.Type") {
				image := want.Images[0]
				wanted.Images = []article.Image{{URL: image.URL, Caption: image.Caption}}
				if name == "jsonfeed" {
					wanted.Images[0].Caption = ""
				}
			}
			if diff := cmp.Diff(wanted, got, cmpopts.EquateEmpty(), cmpopts.EquateApproxTime(0)); diff != "" {
				t.Errorf("article (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDrupalMoves holds that another alias, which moves no date of the node, is found by
// the next comparison, and that nobody is not named as the author of a node.
func TestDrupalMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		s, fake := setUps["drupal"], &cmstest.System{Posts: posts(3)}
		fake.At(1).Author = ""
		source, _, has := s.open(t, fake)
		mustRun(t, source)
		fake.Set(func(f *cmstest.System) { f.At(2).Alias = "/moved" })
		for range 6 {
			time.Sleep(time.Minute)
			mustRun(t, source)
		}
		for i, a := range has() {
			url := fmt.Sprintf("https://xt.news.example/news/%d/", i+1)
			if i == 1 {
				url = "https://xt.news.example/moved"
			}
			if a.URL != url {
				t.Errorf("article %d: %s, want %s", i+1, a.URL, url)
			}
			if got := strings.Join(stored(t, source.store.(*content.Store), strings.TrimPrefix(a.ID, "cms:")).Authors, ","); got != fake.At(i+1).Author {
				t.Errorf("article %d: authors %q", i+1, got)
			}
		}
	})
}

// TestStrapiPublishesAgain holds that what is published some time after it was saved is
// found, and is as old as before.
func TestStrapiPublishesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		s, fake := setUps["strapi"], &cmstest.System{Posts: posts(3)}
		source, _, has := s.open(t, fake)
		mustRun(t, source)
		saved := time.Now()
		time.Sleep(10 * time.Minute)
		mustRun(t, source)
		fake.Set(func(f *cmstest.System) {
			p := f.At(1)
			p.Title, p.Saved, p.Modified = "Edited", saved, time.Now().Truncate(time.Second)
		})
		time.Sleep(time.Minute)
		mustRun(t, source)
		mustRun(t, source)
		all := has()
		i := slices.IndexFunc(all, func(a article.Article) bool { return a.Title == "Edited" })
		if i < 0 || !all[i].Published.Equal(noon.Add(-2*time.Hour)) {
			t.Errorf("%+v", all)
		}
	})
}

// TestDirectusPublishes holds that an article is as old as what made a draft public, as
// Directus keeps no such time, and stays so.
func TestDirectusPublishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		s, fake := setUps["directus"], &cmstest.System{Posts: posts(3)}
		fake.At(2).Status = "draft"
		source, _, has := s.open(t, fake)
		mustRun(t, source)
		began := time.Now()
		for i, step := range []struct {
			status string
			want   map[string]time.Time // publication of what is shown, since noon
		}{
			{"draft", map[string]time.Time{}},
			{"", map[string]time.Time{"cms:2": began.Add(2 * time.Minute)}},
			{"", map[string]time.Time{"cms:2": began.Add(2 * time.Minute)}},
			{"archived", map[string]time.Time{}},
			{"", map[string]time.Time{"cms:2": began.Add(2 * time.Minute)}},
		} {
			time.Sleep(time.Minute)
			fake.Set(func(f *cmstest.System) {
				f.At(2).Status, f.At(2).Modified, f.At(2).Title = step.status, time.Now(), fmt.Sprint("Draft ", i)
				if i == 2 { // made and published between two polls
					f.Posts = append(f.Posts, cmstest.Post{ID: 4, Title: "New", Published: time.Now().Add(-30 * time.Second), Modified: time.Now()})
				}
			})
			if i >= 2 {
				step.want["cms:4"] = began.Add(3 * time.Minute)
			}
			mustRun(t, source)
			step.want["cms:1"], step.want["cms:3"] = noon.Add(-2*time.Hour), noon
			got := map[string]time.Time{}
			for _, a := range has() {
				if a.Status == article.Published {
					got[a.ID] = a.Published
				}
			}
			if diff := cmp.Diff(step.want, got); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i, diff)
			}
		}
	})
}
