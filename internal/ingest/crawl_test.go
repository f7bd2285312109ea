package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// shownAt returns the titles of what is published by its path.
func shownAt(t *testing.T, store *content.Store) map[string]string {
	t.Helper()
	shown := map[string]string{}
	for _, a := range inventory(t, store) {
		path := strings.TrimPrefix(a.URL, "https://xt.news.example")
		switch {
		case a.Status != article.Published:
		case shown[path] != "":
			t.Errorf("%s is two articles", path)
		default:
			shown[path] = a.Title
		}
	}
	return shown
}

func wantShown(t *testing.T, store *content.Store, what string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, shownAt(t, store)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// audits lets a source run until it has been compared so often.
func audits(t *testing.T, s *Source, times int) {
	t.Helper()
	for range 5 * times {
		time.Sleep(time.Minute)
		mustRun(t, s)
	}
}

// TestSitemap holds that a website's feed and sitemaps of every form make each page one
// article, and that pages are followed with as few requests as that takes.
func TestSitemap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		store, site := openStore(t), &website{}
		defer store.Close()
		site.set("/rss.xml", feedOf("/new", "/both"), "/sitemap.xml", index("/more.xml", "/posts.xml.gz", "/list.txt"), "/more.xml", index("/news.xml"),
			"/posts.xml.gz", urlset("/both 2026-11-20", "/old 2026-11-19", "/about 2026-11-19", "/gone 2026-11-19", "/lead 2026-11-19"),
			"/news.xml", urlset("/both 2026-11-20T12:00:00Z", "/missed"), "/list.txt", "\ufeffhttps://xt.news.example/old\r\nhttps://xt.news.example/a%20b?utm_medium=x\r\nhttps://other.example/x\r\n",
			"/both", pageOf("no"), "/old", pageOf("Old"), "/about", "<title>About</title>", "/missed", pageOf("Missed"), "/a b", pageOf("Spaced"), "/lead", ">/old")
		source, _ := site.open(t, store, nil)
		if !mustRun(t, source) {
			t.Error("nothing has changed")
		}
		want := map[string]string{"/new": "/new in the feed", "/both": "/both in the feed", "/old": "Old", "/missed": "Missed", "/a%20b": "Spaced"}
		for path := range want {
			if path == "/new" || path == "/both" { // with what counts readers, as the feed has them
				want[path+"?utm_source=rss"] = want[path]
				delete(want, path)
			}
		}
		wantShown(t, store, "first pass", want)
		if got := site.take(); slices.Contains(got, "/both") || !slices.Contains(got, "/lead") || slices.Contains(got, "/x") {
			t.Errorf("first pass: %q", got)
		}
		if diff := cmp.Diff(map[string]int{
			"the page names no time of publication": 1, "the page is not there": 1, "the page is one of another address": 1, elsewhere: 1,
		}, source.Status().LeftOut); diff != "" {
			t.Errorf("left out (-want +got):\n%s", diff)
		}

		time.Sleep(time.Minute)
		if mustRun(t, source) {
			t.Error("an idle poll has changed the store")
		}
		if got := site.take(); !slices.Equal(got, []string{"=/rss.xml"}) {
			t.Errorf("an idle poll: %q", got)
		}
		audits(t, source, 2)
		if got := slices.Compact(slices.Sorted(slices.Values(site.take()))); !slices.Equal(got, []string{"/list.txt", "/more.xml", "/news.xml", "/posts.xml.gz", "/sitemap.xml", "=/rss.xml"}) {
			t.Errorf("idle comparisons: %q", got)
		}

		site.set("/posts.xml.gz", urlset("/both 2026-11-20T15:00:00Z", "/old 2026-11-20", "/about 2026-11-20", "/gone 2026-11-20"),
			"/old", pageOf("Edited"), "/about", pageOf("About"), "/gone", pageOf("Back"))
		audits(t, source, 1)
		want["/old"], want["/about"], want["/gone"] = "Edited", "About", "Back"
		wantShown(t, store, "edited", want)

		source, lines := site.open(t, store, nil) // another process; /both is in the feed alone
		site.set("/posts.xml.gz", urlset("/old 2026-11-20", "/about 2026-11-21"), "/news.xml", urlset("/missed"), "/about", "404", "/list.txt", "https://xt.news.example/old")
		audits(t, source, 3)
		delete(want, "/about")
		delete(want, "/gone")
		delete(want, "/a%20b")
		wantShown(t, store, "gone", want)
		if got := source.Status(); got.State != "ok" {
			t.Errorf("status: %+v\n%s", got, lines)
		}
	})
}

// TestSitemapGUIDs holds that an article keeps its id and its guid, whether feed or
// sitemap had it first, and that it stays one.
func TestSitemapGUIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		store, site := openStore(t), &website{}
		defer store.Close()
		site.set("/rss.xml", feedOf("/b", "/a"), "/sitemap.xml", urlset("/c"), "/a", pageOf("A"), "/b", pageOf("B"), "/c", pageOf("C"))
		source, _, _ := open(t, store, "feed", Settings{URL: "https://xt.news.example/rss.xml"}, site, nil)
		mustRun(t, source)
		guids := func() map[string]string {
			all := map[string]string{}
			for _, a := range inventory(t, store) {
				if a = stored(t, store, strings.TrimPrefix(a.ID, "cms:")); a.Status == article.Published {
					all[a.ID+" "+a.Title] = a.GUID
				}
			}
			return all
		}
		wantGUIDs := func(what string, want map[string]string) {
			t.Helper()
			if diff := cmp.Diff(want, guids()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		want := map[string]string{"cms:guid of /a /a in the feed": "guid of /a", "cms:guid of /b /b in the feed": "guid of /b"}
		wantGUIDs("without a sitemap", want)

		// /a has left the feed when the sitemap comes, /c has never been in it.
		site.set("/rss.xml", feedOf("/b"), "/sitemap.xml", urlset("/a?utm_source=rss", "/b 2026-11-19", "/c"))
		source, _ = site.open(t, store, nil)
		mustRun(t, source)
		want["cms:https://xt.news.example/c C"] = "https://xt.news.example/c"
		wantGUIDs("with a sitemap", want)
		if got := site.take(); slices.Contains(got, "/b") {
			t.Errorf("the page of an article of the feed is read: %q", got)
		}
		if got := source.Status().Articles; got != 3 {
			t.Errorf("%d articles", got)
		}

		site.set("/rss.xml", feedOf("/c", "/b"))
		audits(t, source, 2)
		delete(want, "cms:https://xt.news.example/c C")
		want["cms:https://xt.news.example/c /c in the feed"] = "https://xt.news.example/c"
		wantGUIDs("in the feed later", want)

		site.set("/rss.xml", feedOf("/c"))
		audits(t, source, 2)
		wantGUIDs("out of the feed", want)

		source, _, _ = open(t, store, "feed", Settings{URL: "https://xt.news.example/rss.xml"}, site, nil)
		site.set("/rss.xml", feedOf("/c", "/b", "/a"))
		audits(t, source, 2)
		wantGUIDs("without a sitemap again", want)
	})
}

// TestSitemapCanonical holds that pages of one article, by their canonical address, are
// that article, in whatever order they are read.
func TestSitemapCanonical(t *testing.T) {
	const canonical = `<link rel="canonical" href="https://xt.news.example/b">`
	for _, listed := range [][]string{{"/a", "/b"}, {"/b", "/a"}, {"/a"}, {"/a", "/c"}} {
		t.Run(strings.Join(listed, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				store, site := openStore(t), &website{}
				defer store.Close()
				site.set("/rss.xml", feedOf(), "/sitemap.xml", urlset(listed...), "/a", canonical+pageOf("B"), "/b", pageOf("B"), "/c", canonical+pageOf("B"))
				source, _ := site.open(t, store, nil)
				mustRun(t, source)
				want := map[string]string{"/b": "B"}
				wantShown(t, store, "first pass", want)
				for range 3 {
					audits(t, source, 1)
					wantShown(t, store, "later", want)
				}
				site.take()
				audits(t, source, 1)
				if got := site.take(); slices.Contains(got, "/a") || slices.Contains(got, "/b") {
					t.Errorf("pages are read again: %q", got)
				}
			})
		})
	}
}

// TestSitemapResume holds that a first pass that is killed goes on with the pages that it
// has not read, and says until then that it is one.
func TestSitemapResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		store, site := openStore(t), &website{}
		defer store.Close()
		var paths []string
		for i := range 500 {
			paths = append(paths, fmt.Sprintf("/%d", i))
			site.set(paths[i], pageOf(fmt.Sprint(i)))
		}
		site.set("/rss.xml", feedOf(), "/sitemap.xml", index("/1.xml", "/2.xml"), "/1.xml", urlset(paths[:250]...), "/2.xml", urlset(paths[250:]...))
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		source, _ := site.open(t, store, func(o *Options) { o.Access.Rate = 4 })
		reports := 0
		_, more, err := source.Run(ctx, func(int) {
			if reports++; reports == 4 {
				kill()
			}
		})
		if !errors.Is(err, context.Canceled) || !more {
			t.Fatalf("more %t, %v", more, err)
		}
		if got := len(shownAt(t, store)); got < 60 || got > 80 {
			t.Errorf("%d articles when it was killed", got)
		}
		source, _ = site.open(t, store, func(o *Options) { o.Access.Rate = 4 }) // another process
		if _, more, err = source.Run(t.Context(), nil); err != nil || !more || !source.FirstPass() || source.Status().State != "first pass" {
			t.Fatalf("more %t, %v, %+v", more, err, source.Status())
		}
		mustRun(t, source)
		if got := len(shownAt(t, store)); got != 500 || source.FirstPass() {
			t.Errorf("%d articles", got)
		}
		asked := map[string]int{}
		for _, path := range site.take() {
			asked[path]++
		}
		again := 0
		for _, path := range paths {
			again += asked[path] - 1
		}
		if again > readAtOnce {
			t.Errorf("%d pages are read again", again)
		}
	})
}

// TestSitemapFaults holds that what can't be read costs itself: neither other pages nor
// articles that are there.
func TestSitemapFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pairs []string // what lies where from now on
		left  string   // a reason
		err   string
		want  map[string]string // of what has changed
	}{
		{name: "a page fails", pairs: []string{"/1.xml", urlset("/a 2026-11-21", "/b 2026-11-21"), "/a", "500", "/b", pageOf("New")}, left: "500 Internal Server Error", want: map[string]string{"/b": "New"}},
		{name: "a page has no date any more", pairs: []string{"/1.xml", urlset("/a 2026-11-21", "/b"), "/a", "<title>Log in</title>"}, left: "the page names no time of publication"},
		{name: "a sitemap is not there", pairs: []string{"/1.xml", "404"}, left: "404 Not Found"},
		{name: "a sitemap fails", pairs: []string{"/1.xml", "500"}, left: "500 Internal Server Error"},
		{name: "a sitemap is a page", pairs: []string{"/1.xml", "<html><title>Log in</title></html>"}, left: "a page of HTML instead of a sitemap"},
		{name: "a sitemap breaks off", pairs: []string{"/1.xml", strings.TrimSuffix(urlset("/a", "/new"), "</urlset>")}, left: "the sitemap is broken: XML syntax error on line 1: unexpected EOF", want: map[string]string{"/new": "New"}},
		{name: "an index of itself", pairs: []string{"/sitemap.xml", index("/sitemap.xml", "/1.xml")}, want: map[string]string{"/c": ""}},
		{name: "the index fails", pairs: []string{"/sitemap.xml", "500"}, err: "https://xt.news.example/sitemap.xml: 500 Internal Server Error"},
		{name: "all is empty", pairs: []string{"/sitemap.xml", urlset()}, err: "3 of 3 articles are gone there"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon.Add(time.Hour)))
				store, site := openStore(t), &website{}
				defer store.Close()
				sound := []string{"/sitemap.xml", index("/1.xml", "/2.xml"), "/1.xml", urlset("/a", "/b")}
				site.set(sound...)
				site.set("/rss.xml", feedOf(), "/2.xml", urlset("/c"), "/a", pageOf("A"), "/b", pageOf("B"), "/c", pageOf("C"), "/new", pageOf("New"))
				source, lines := site.open(t, store, nil)
				mustRun(t, source)
				site.set(tt.pairs...)
				for range 20 {
					time.Sleep(time.Minute)
					_, _ = run(t, source) // its status says so
				}
				want := map[string]string{"/a": "A", "/b": "B", "/c": "C"}
				for path, title := range tt.want {
					if want[path] = title; title == "" {
						delete(want, path)
					}
				}
				wantShown(t, store, "articles", want)
				status := source.Status()
				if got := fmt.Sprint(status.Err); tt.err != "" && !strings.Contains(got, tt.err) || tt.err == "" && status.Err != nil {
					t.Errorf("error: %v", status.Err)
				}
				if tt.left != "" && !slices.ContainsFunc(reasons(source), func(reason string) bool { return strings.HasPrefix(reason, tt.left) }) {
					t.Errorf("left out: %q; want %q\n%s", reasons(source), tt.left, lines)
				}
				if strings.HasPrefix(tt.name, "a sitemap") {
					site.set(sound...)
					for range 60 {
						time.Sleep(time.Minute)
						_, _ = run(t, source)
					}
					if got := reasons(source); got != nil {
						t.Errorf("mended, but left out: %q", got)
					}
				}
			})
		})
	}
}

func reasons(s *Source) (all []string) {
	for reason := range s.Status().LeftOut {
		all = append(all, reason)
	}
	return all
}

// TestSitemapLarge holds that a large site is compared part by part, and the sitemap that
// has changed last each time.
func TestSitemapLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon.Add(time.Hour)))
		store, site := openStore(t), &website{}
		defer store.Close()
		var files []string
		for i := range 50 {
			path := fmt.Sprintf("/%d", i)
			files = append(files, fmt.Sprintf("%s.xml 2026-10-%02d", path, i/2+1))
			site.set(path, pageOf(path), path+".xml", urlset(path))
		}
		site.set("/rss.xml", feedOf(), "/sitemap.xml", index(files...))
		source, _ := site.open(t, store, nil)
		mustRun(t, source)
		audits(t, source, 1)
		site.take()
		site.set("/48.xml", urlset("/48 2026-11-21"), "/48", pageOf("Edited"), "/3.xml", urlset())
		files[48] = "/48.xml 2026-11-21"
		site.set("/sitemap.xml", index(files...))
		audits(t, source, 1)
		if got := shownAt(t, store); got["/48"] != "Edited" {
			t.Errorf("the last change is not found: %q", got["/48"])
		}
		if n := len(site.take()); n > 5+2+auditPages+2 {
			t.Errorf("%d requests of a comparison", n)
		}
		audits(t, source, 8)
		if got := shownAt(t, store); got["/3"] != "" || len(got) != 49 {
			t.Errorf("%d articles, %q", len(got), got["/3"])
		}
	})
}
