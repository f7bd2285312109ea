package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/testkit/doctest"
	"feedstation/jobs"
)

// An update that was announced for later leaves no document behind.
func TestUpdateToCome(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, time.Hour)
		a.Updated = time.Now().Add(time.Hour)
		w.put(a)
		s := newShelf()
		c := w.conduct(s, options, nil)
		c.Refresh(w.t.Context())
		time.Sleep(2 * time.Hour)
		c.Refresh(w.t.Context())
		if err := differences(s.current["xt"], w.whole(options).current["xt"]); err != nil {
			t.Errorf("%.300v", err)
		}
	})
}

// A month that is gone and comes back has changed when it comes back.
func TestMonthComesBack(t *testing.T) {
	in(t, func(w *world) {
		a, b := newArticle("xt", 1, 60*24*time.Hour), newArticle("xt", 2, 60*24*time.Hour)
		w.put(a, b)
		s := newShelf()
		c := w.conduct(s, options, nil)
		var last time.Time
		show := func() {
			c.Refresh(w.t.Context())
			if d, ok := s.current["xt"].Document("/sitemaps/2026-01.xml"); ok {
				if !d.Modified().After(last) {
					t.Errorf("%s after %s", d.Modified(), last)
				}
				last = d.Modified()
			}
			time.Sleep(24 * time.Hour)
		}
		show()
		a.Status = article.Withdrawn
		w.put(a)
		show()
		b.Status = article.Withdrawn
		w.put(b)
		show()
		a.Status = article.Published
		w.put(a)
		show()
	})
}

// The newest article that a sitemap may name may be older than a feed goes back.
func TestNewsFallbackGoesFarBack(t *testing.T) {
	in(t, func(w *world) {
		o := options
		o.Feed.Items = 3
		w.put(newArticle("xt", 1, 100*time.Hour))
		for i := range 3 {
			a := newArticle("xt", 10+i, 90*time.Hour)
			a.NoIndex = true
			w.put(a)
		}
		if body := document(w.whole(o).current["xt"], "/sitemaps/news.xml"); !strings.Contains(body, "/content/1.html") {
			t.Error(body)
		}
	})
}

// TestListableArticlesAreListed holds that no text, no picture, no film and no
// translation keeps a page out of the sitemaps: only its own address does.
func TestListableArticlesAreListed(t *testing.T) {
	in(t, func(w *world) {
		hostileWorld(w)
		e := w.whole(options).current["xt"]
		listed := map[string]bool{}
		for _, month := range monthsOf(e) {
			for _, loc := range locs(e, month) {
				listed[loc] = true
			}
		}
		wanted := 0
		for _, a := range hostileArticles() {
			if a.URL != address("xt", a.ID) {
				continue
			}
			wanted++
			if !listed[a.URL] {
				t.Errorf("not in a sitemap: %s, images %.100v, enclosures %.100v, alternates %v, language %.20q", a.URL, a.Images, a.Enclosures, a.Alternates, a.Language)
			}
		}
		if wanted < 80 {
			t.Errorf("%d pages", wanted)
		}
	})
}

// TestDocumentsParse holds that whatever articles say, a parser reads every document.
func TestDocumentsParse(t *testing.T) {
	in(t, func(w *world) {
		hostileWorld(w)
		read := 0
		for station, e := range w.whole(options).current {
			for path, d := range e.All() {
				switch body := doctest.Body(t, d); {
				case strings.Contains(d.MediaType(), "xml"):
					decoder := xml.NewDecoder(bytes.NewReader(body))
					err := error(nil)
					for err == nil {
						_, err = decoder.Token()
					}
					if !errors.Is(err, io.EOF) {
						t.Errorf("%s%s: %v", station, path, err)
					}
				case strings.Contains(d.MediaType(), "json"):
					if !json.Valid(body) || !utf8.Valid(body) {
						t.Errorf("%s%s is not JSON", station, path)
					}
				default:
					continue
				}
				read++
			}
		}
		if read < 30 {
			t.Errorf("%d documents", read)
		}
	})
}

// TestOnlyBadAddress holds that a station whose only article can't be in a
// sitemap is published all the same.
func TestOnlyBadAddress(t *testing.T) {
	for name, page := range map[string]string{
		"too long":         "https://xt.news.example/" + strings.Repeat("长", 300),
		"user information": "https://user@xt.news.example/1.html",
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(w *world) {
				a := newArticle("xt", 1, time.Hour)
				a.URL = page
				w.put(a)
				e := w.whole(options).current["xt"]
				d, ok := e.Document(network.NewsPath(1))
				if !ok {
					t.Fatal("no news sitemap")
				}
				w.want("news", locsOf(d), []string{"https://xt.news.example/"})
				w.put(newArticle("xt", 2, 100*time.Hour))
				d, _ = w.whole(options).current["xt"].Document(network.NewsPath(1))
				w.want("news beside an older article", locsOf(d), []string{address("xt", "2")})
			})
		})
	}
}

// An embargo ends between the look for changes and the snapshot of the build; the process ends.
func TestEmbargoBetween(t *testing.T) {
	in(t, func(w *world) {
		w.network, _ = network.New("", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai}}, nil)
		w.put(newArticle("xt", 1, time.Hour), newArticle("xt", 2, -time.Hour))
		s := newShelf()
		opened := 0
		c := jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, func(ctx context.Context) (jobs.Snapshot, error) {
			if opened++; opened == 2 {
				time.Sleep(2 * time.Second) // other stations are built first
			}
			return w.store.Snapshot(ctx)
		}, s, options)
		opened = 10
		c.Refresh(w.t.Context())
		time.Sleep(time.Hour - time.Second) // a second before the embargo ends
		w.put(newArticle("xt", 4, 60*24*time.Hour))
		opened = 0
		c.Refresh(w.t.Context())
		time.Sleep(time.Second)
		next := s.reopened(t) // the process has ended before its next refresh
		c = w.conduct(next, options, nil)
		c.Refresh(w.t.Context())
		if err := differences(next.current["xt"], w.whole(options).current["xt"]); err != nil {
			t.Errorf("%.700v", err)
		}
	})
}

// An article of very many films has some of them in its sitemap, each with the one
// description, and of very many pictures each once.
func TestManyFilms(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, time.Hour)
		a.Summary, a.Images = "一段说明。", nil
		for i := range 300 {
			a.Images = append(a.Images, article.Image{URL: fmt.Sprintf("%d.jpg", i%250)})
			a.Enclosures = append(a.Enclosures, article.Enclosure{URL: fmt.Sprintf("%d.mp4", i), Type: "video/mp4"})
		}
		w.put(a, newArticle("xt", 2, time.Hour))
		w.refresh()
		body := w.body("xt", "/sitemaps/2026-03.xml")
		for part, want := range map[string]int{"<video:video>": 100, "<video:description>一段说明。</video:description>": 100, "<image:image>": 251} {
			if got := strings.Count(body, part); got != want {
				t.Errorf("%d × %s, want %d", got, part, want)
			}
		}
	})
}

// A month of which no page may be named has no file, and the index does not name it: be
// it from the start, or once its only article is withdrawn.
func TestMonthWithoutPages(t *testing.T) {
	in(t, func(w *world) {
		noindex, only := newArticle("xt", 1, 40*24*time.Hour), newArticle("xt", 2, 100*24*time.Hour)
		noindex.NoIndex = true
		w.put(noindex, only, newArticle("xt", 3, time.Hour))
		c := w.conduct(w.editions, options, nil)
		months := func() (paths []string) {
			w.t.Helper()
			if err := refreshAll(w.t.Context(), c); err != nil {
				w.t.Fatal(err)
			}
			e := w.editions.current["xt"]
			for _, month := range monthsOf(e) {
				path := network.ShardPath(month, 1)
				if !strings.Contains(document(e, network.IndexPath), path) {
					w.t.Errorf("the index does not name %s", path)
				}
				paths = append(paths, path)
			}
			if n := strings.Count(document(e, network.IndexPath), "/sitemaps/20"); n != len(paths) {
				w.t.Errorf("the index names %d months, want %d", n, len(paths))
			}
			return paths
		}
		w.want("months", months(), []string{"/sitemaps/2026-03.xml", "/sitemaps/2025-11.xml"})
		time.Sleep(time.Minute)
		only.Status = article.Withdrawn
		w.put(only)
		time.Sleep(time.Minute)
		w.want("months after the withdrawal", months(), []string{"/sitemaps/2026-03.xml"})
	})
}

// Pictures of an article are named wherever they are: on a CDN, without a scheme, relative
// to the page, without TLS; with their characters escaped.
func TestPicturesElsewhere(t *testing.T) {
	in(t, func(w *world) {
		a := newArticle("xt", 1, time.Hour)
		a.Images = []article.Image{
			{URL: "https://cdn.example/1.jpg?w=1200&h=800"}, {URL: "//cdn.example/2.jpg"}, {URL: "/img/3.jpg"}, {URL: "http://old.example/4.jpg"}, {URL: "https://cdn.example/图 5.jpg"},
		}
		w.put(a)
		e := w.whole(options).current["xt"]
		body := document(e, network.ShardPath(monthsOf(e)[0], 1))
		for _, want := range []string{
			"https://cdn.example/1.jpg?w=1200&amp;h=800", "https://cdn.example/2.jpg", "https://xt.news.example/img/3.jpg", "http://old.example/4.jpg",
			"https://cdn.example/%E5%9B%BE%205.jpg",
		} {
			if !strings.Contains(body, "<image:loc>"+want+"</image:loc>") {
				t.Errorf("%s is not there:\n%s", want, body)
			}
		}
	})
}
