package explain_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/content"
	"feedstation/internal/explain"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/jobs"
)

// However an address is written, and whether or not its article is still there, the
// article is found by it: by the content store, and without it by what is served.
func TestByAddress(t *testing.T) {
	in(t, func(w *world) {
		a, gone, old := newArticle("1", time.Hour), newArticle("2", 2*time.Hour), newArticle("3", 100*24*time.Hour)
		a.URL = "https://xt.news.example/%E6%96%B0?id=1&b='2'"
		w.put(a, gone, old)
		w.refresh()
		w.exec(`DELETE FROM articles WHERE id = '2'`)
		w.put(newArticle("4", 0))
		w.refresh()
		for _, down := range []error{nil, errors.New("connection refused")} {
			w.down = down
			for page, want := range map[string]string{
				"https://xt.news.example/%E6%96%B0?id=1&b='2'":        "1",
				"http://XT.news.example:80/%e6%96%b0?id=1&b='2'#more": "1",
				"\t" + "https://xt.news.example/新?id=1&b='2'\n":       "1",
				"https://xt.news.example/2.html":                      "2",
				"https://xt.news.example/3.html":                      "3",
				"https://xt.news.example/5.html":                      "",
			} {
				e := w.ask(explain.Query{URL: page})
				if e.ID != want {
					w.t.Errorf("%s, store down: %t: %q; want %q", page, down != nil, e.ID, want)
				}
				if down == nil && e.LeftOut() != slices.Contains([]string{"2", ""}, want) {
					w.t.Errorf("%s: %+v", page, e.Verdicts)
				}
			}
		}
	})
}

// Of articles that share a page, the one that has it is explained, and the others are
// named.
func TestSharedAddress(t *testing.T) {
	in(t, func(w *world) {
		a, b := newArticle("1", time.Hour), newArticle("2", time.Minute)
		b.URL = a.URL
		w.put(a, b)
		w.refresh()
		if e := w.ask(explain.Query{URL: a.URL}); e.ID != "2" || !slices.Equal(e.Others, []string{"1"}) || e.LeftOut() {
			w.t.Errorf("%+v", e)
		}
	})
}

func TestQueryErrors(t *testing.T) {
	in(t, func(w *world) {
		for want, q := range map[string]explain.Query{
			"want the id or the address of an article":             {},
			"want the id or the address of an article ":            {ID: "1", URL: "https://xt.news.example/"},
			"too long to be the id or the address of an article":   {ID: strings.Repeat("a", 300)},
			"too long to be the id or the address of an article ":  {URL: "https://xt.news.example/" + strings.Repeat("a", 5000)},
			`no station "zz" in the configuration`:                 {ID: "1", Station: "zz"},
			`url: not an absolute http(s) URL: "xt.news.example/"`: {URL: "xt.news.example/"},
		} {
			_, err := w.asker().Explain(w.t.Context(), q)
			if _, ok := errors.AsType[*explain.QueryError](err); !ok || err.Error() != strings.TrimSpace(want) {
				w.t.Errorf("%+v: %v; want %s", q, err, want)
			}
		}
	})
}

// One station can be asked about, by a former id as well.
func TestOneStation(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("1", time.Hour))
		w.refresh()
		for station, want := range map[string]string{"xt": "xt", "xiangtan": "xt", "www": "www", "cs": ""} {
			e := w.ask(explain.Query{ID: "1", Station: station})
			for _, v := range e.Verdicts {
				if v.Station != want && station != "cs" || station == "cs" && v.In {
					w.t.Errorf("%s: %+v", station, v)
				}
			}
			for _, d := range e.Documents {
				if d.Station != want {
					w.t.Errorf("%s: %+v", station, d)
				}
			}
			if (len(e.Documents) > 0) != (want != "") || len(e.Verdicts) == 0 {
				w.t.Errorf("%s: %+v", station, e)
			}
		}
	})
}

// What is said of documents is so: place and times are those of the bytes.
func TestDocuments(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("1", time.Hour), newArticle("2", 2*time.Hour), newArticle("3", 3*time.Hour))
		w.refresh()
		e := w.ask(explain.Query{ID: "2"})
		if len(e.Documents) != 7+6+2+3 {
			w.t.Errorf("%d documents: %+v", len(e.Documents), e.Documents)
		}
		for _, d := range e.Documents {
			current, _ := w.editions.Current(d.Station)
			document, ok := current.Document(d.Path)
			if !ok {
				w.t.Fatalf("%s%s is none", d.Station, d.Path)
			}
			body, err := document.Body()
			if err != nil {
				w.t.Fatal(err)
			}
			before, _, found := strings.Cut(string(body), "https://xt.news.example/2.html")
			place := 1 + strings.Count(before, "/1.html</l") + strings.Count(before, "/3.html</l") // of sitemaps and of RSS
			if strings.HasSuffix(d.Path, "rss.xml") || strings.HasPrefix(d.Path, "/sitemaps") && !strings.HasSuffix(d.Path, ".txt") {
				if place != d.Place {
					w.t.Errorf("%s%s: place %d, want %d", d.Station, d.Path, d.Place, place)
				}
			}
			if !found || d.Place != 2 || !d.Since.Equal(document.Modified()) || !d.Edition.Equal(current.Issued()) {
				w.t.Errorf("%+v, found: %t", d, found)
			}
		}
	})
}

// Without the content store, contents tell what is served, and as much of why not as they
// know; what they can't tell is said so. That takes some seconds at most.
func TestStoreDown(t *testing.T) {
	in(t, func(w *world) {
		noindex, foreign, far := newArticle("2", 2*time.Hour), newArticle("3", 3*time.Hour), newArticle("4", 70*24*time.Hour)
		noindex.NoIndex, foreign.URL = true, "https://cs.news.example/3.html"
		w.put(newArticle("1", time.Hour), noindex, foreign, far, newArticle("5", 4*time.Hour), newArticle("6", 5*time.Hour))
		w.refresh()
		w.exec(`UPDATE articles SET status = 'withdrawn' WHERE id = '6'`)
		w.put(newArticle("7", 0))
		w.refresh()
		w.retract("5", false)
		killed := func(context.Context) (jobs.Snapshot, error) { return nil, errors.New("connection refused") }
		hung := func(ctx context.Context) (jobs.Snapshot, error) { <-ctx.Done(); return nil, ctx.Err() }
		for name, open := range map[string]func(context.Context) (jobs.Snapshot, error){"connection refused": killed, "context deadline exceeded": hung} {
			asker := w.asker()
			asker.Jobs = running{jobs.Conductors{jobs.NewConductor(slog.New(slog.DiscardHandler), w.network, open, w.editions, jobs.Options{})}}
			for _, tt := range []struct {
				id      string
				out     not
				leftOut bool
			}{
				{"1", nil, false},
				{"2", with(sitemaps("sitemap: not listed"), not{}), true},
				{"3", sitemaps("host: "), true},
				{"4", not{"xt/rss.xml": "newest: older than ", "xt/sitemaps/news.xml": "48h: "}, false},
				{"5", not{"*": "retraction: "}, true},
				{"6", not{"*": "status: withdrawn"}, true},
			} {
				began := time.Now()
				e, err := asker.Explain(w.t.Context(), explain.Query{ID: tt.id})
				if err != nil {
					w.t.Fatal(err)
				}
				w.t.Log(tt.id)
				want(w.t, e, tt.out, tt.leftOut)
				if e.Row != nil || e.Fault != nil || e.Unknown[0] != "content store: "+name {
					w.t.Errorf("%s: %+v", tt.id, e)
				}
				if took := time.Since(began); took > 5*time.Second {
					w.t.Errorf("%s took %s", tt.id, took)
				}
			}
			if e, err := asker.Explain(w.t.Context(), explain.Query{ID: "1"}); err != nil || !slices.Contains(e.Unknown, "gate of xt: another process builds it, or none has yet") {
				w.t.Errorf("%+v, %v", e, err)
			}
			e, err := asker.Explain(w.t.Context(), explain.Query{ID: "100"})
			if err != nil || len(e.Verdicts) != 0 {
				w.t.Errorf("nothing is known: %+v, %v", e, err)
			}
		}
		// A process that builds nothing says what is served.
		e, err := (&explain.Asker{Network: w.network, Editions: w.editions}).Explain(w.t.Context(), explain.Query{ID: "1"})
		if err != nil || e.LeftOut() || len(e.Documents) == 0 || e.Unknown[0] != "content store: this process builds nothing (jobs.enabled is false)" {
			w.t.Errorf("%+v, %v", e, err)
		}
	})
}

// Articles of several content stores are explained where they are, also by the store's own
// id, and at the station with all articles, which another store builds.
func TestSeveralStores(t *testing.T) {
	in(t, func(w *world) {
		magazine, err := content.Open(w.t.Context(), filepath.Join(w.t.TempDir(), "magazine.db"))
		if err != nil {
			w.t.Fatal(err)
		}
		defer magazine.Close()
		stations := w.network.Stations
		stations[2].Content = "magazine"
		if w.network, err = network.New("湘江新闻网", stations, nil); err != nil {
			w.t.Fatal(err)
		}
		down := map[string]bool{}
		open := func(name string, store *content.Store) jobs.Store {
			return jobs.Store{Name: name, Snapshot: func(ctx context.Context) (jobs.Snapshot, error) {
				if down[name] {
					return nil, errors.New("connection refused")
				}
				return store.Snapshot(ctx)
			}}
		}
		all := jobs.NewConductors(slog.New(slog.DiscardHandler), w.network, []jobs.Store{open("", w.store), open("magazine", magazine)}, w.editions, jobs.Options{
			Options: press.Options{Feed: network.Feed{Items: 3, MaxItems: 3}, Version: "test"}, Overlap: time.Minute, MaxAge: time.Hour,
		})
		w.put(newArticle("1", time.Hour))
		a := newArticle("7", 2*time.Hour)
		a.Station, a.URL = "cs", "https://cs.news.example/7.html"
		w.store, magazine = magazine, w.store
		w.put(a)
		w.store, magazine = magazine, w.store
		for range 3 {
			time.Sleep(time.Second)
			for _, c := range all {
				if err := c.Refresh(w.t.Context()); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		for _, asker := range []*explain.Asker{
			{Network: w.network, Editions: w.editions, Jobs: running{all}},
			// Nobody runs these, so that nothing has been offered.
			{Network: w.network, Editions: w.editions, Alone: true, Jobs: running{jobs.NewConductors(slog.New(slog.DiscardHandler), w.network,
				[]jobs.Store{open("", w.store), open("magazine", magazine)}, w.editions, jobs.Options{Options: press.Options{Feed: network.Feed{Items: 3, MaxItems: 3}}})}},
		} {
			for _, q := range []explain.Query{{ID: "7"}, {ID: "magazine:7"}, {URL: a.URL}, {ID: "1"}} {
				e, err := asker.Explain(w.t.Context(), q)
				if err != nil {
					w.t.Fatal(err)
				}
				want(w.t, e, not{}, false)
				if q.ID != "1" && (e.ID != "magazine:7" || e.Station != "cs") || e.Row == nil || e.Row.ID != e.ID || len(e.Documents) < 9 {
					w.t.Errorf("%+v: %+v", q, e)
				}
			}
		}
		down[""] = true
		e, err := (&explain.Asker{Network: w.network, Editions: w.editions, Jobs: running{all}}).Explain(w.t.Context(), explain.Query{ID: "magazine:7"})
		if err != nil {
			w.t.Fatal(err)
		}
		want(w.t, e, not{}, false)
		if e.Row == nil || !slices.Contains(e.Unknown, "station www: connection refused") {
			w.t.Errorf("%+v", e)
		}
	})
}

// Crawlers are told that have fetched a document which has the article, before it was last
// changed or after.
func TestCrawlers(t *testing.T) {
	in(t, func(w *world) {
		w.put(newArticle("1", time.Hour))
		w.refresh()
		now := time.Now().UTC()
		asker := w.asker()
		visit := func(agent, station, document string, ago time.Duration) explain.Crawler {
			return explain.Crawler{Agent: agent, Verified: "yes", Station: station, Document: document, At: now.Add(-ago)}
		}
		var fault error
		asker.Visits = func(context.Context) ([]explain.Crawler, error) {
			return []explain.Crawler{visit("Bingbot", "xt", "month", 3*time.Hour), visit("Googlebot", "xt", "news", 0), visit("Googlebot", "cs", "news", 0), visit("Googlebot", "xt", "index", 0)}, fault
		}
		e, err := asker.Explain(w.t.Context(), explain.Query{ID: "1"})
		want := []explain.Crawler{visit("Googlebot", "xt", "news", 0), visit("Bingbot", "xt", "month", 3*time.Hour)}
		want[0].After = true
		if err != nil || !slices.Equal(e.Crawlers, want) || len(e.Unknown) != 0 {
			w.t.Errorf("%+v, %q, %v; want %+v", e.Crawlers, e.Unknown, err, want)
		}
		fault = errors.New("redis: refused")
		if e, err = asker.Explain(w.t.Context(), explain.Query{ID: "1"}); err != nil || !slices.Equal(e.Unknown, []string{"crawlers: redis: refused"}) || len(e.Crawlers) != 2 {
			w.t.Errorf("%+v, %v", e, err)
		}
	})
}
