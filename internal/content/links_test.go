package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// named returns the next article and the translations of an article.
func named(a article.Article) (addresses []string) {
	if a.NextURL != "" {
		addresses = append(addresses, a.NextURL)
	}
	for _, alternate := range a.Alternates {
		addresses = append(addresses, alternate.URL)
	}
	return addresses
}

// On all engines articles name only those that readers may see, and those of
// others; and the totals of a month differ when that is another address.
func TestEngineLinks(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
		const outside, page = "https://other.example/1.html", "https://xt.news.example/topics/"
		names := func(addresses ...string) func(*article.Article) {
			return func(a *article.Article) {
				for i, address := range addresses {
					a.Alternates = append(a.Alternates, article.Alternate{Lang: fmt.Sprint("en-x-", i), URL: address})
				}
			}
		}
		from, to := hour(-50), hour(1)
		link := func(id string) string { return "https://xt.news.example/" + id + ".html" }
		for _, tt := range []struct {
			name  string
			write []article.Article
			named string
			shown bool
		}{
			{"visible", []article.Article{story("2", hour(-30))}, link("2"), true},
			{"of another station", []article.Article{story("2", hour(-30), in("cs"))}, link("2"), true},
			{"withdrawn", []article.Article{story("2", hour(-30), status(article.Withdrawn))}, link("2"), false},
			{"withdrawn, of another station", []article.Article{story("2", hour(-30), in("cs"), status(article.Withdrawn))}, link("2"), false},
			{"a draft", []article.Article{story("2", hour(-30), status(article.Draft))}, link("2"), false},
			{"expired", []article.Article{story("2", hour(-30), expires(hour(-1)))}, link("2"), false},
			{"embargoed", []article.Article{story("2", hour(30))}, link("2"), false},
			{"by http", []article.Article{story("2", hour(-30), status(article.Withdrawn))}, "http://xt.news.example/2.html", false},
			{"with a fragment, in capitals", []article.Article{story("2", hour(-30), status(article.Withdrawn))}, "https://XT.News.example/2.html#a", false},
			{"relative", []article.Article{story("2", hour(-30), status(article.Withdrawn))}, "/2.html", false},
			{"another path's case", []article.Article{story("a", hour(-30), status(article.Withdrawn))}, link("A"), true},
			{"of no article", nil, page, true},
			{"of others", nil, outside, true},
			{"withdrawn, and another shows its address", []article.Article{
				story("2", hour(-30), status(article.Withdrawn)), story("3", hour(-30), func(a *article.Article) { a.URL = link("2") }),
			}, link("2"), true},
			{"with quotes", []article.Article{story(`2'"\`, hour(-30), status(article.Withdrawn))}, link(`2'"\`), false},
			{"in Chinese", []article.Article{story("读书", hour(-30), status(article.Withdrawn))}, link("读书"), false},
			{"in Chinese, escaped", []article.Article{story("读书", hour(-30), status(article.Withdrawn))}, link("%E8%AF%BB%E4%B9%A6"), false},
		} {
			e.exec(t, "DELETE FROM articles")
			s := e.store(t)
			a := story("1", hour(-3), names(tt.named, outside))
			a.NextURL = tt.named
			e.write(t, e.db, at, a, story("0", hour(-2)))
			if len(tt.write) > 0 && tt.write[0].ID == "2" {
				shown := tt.write[0]
				shown.Status, shown.Expires, shown.Published = article.Published, time.Time{}, hour(-30)
				e.write(t, e.db, at, shown)
			}
			totals := func() article.Totals {
				present := snapshot(t, s)
				defer present.Close()
				got, err := present.Totals(t.Context(), "xt", hour(-4), to)
				if err != nil {
					t.Fatal(err)
				}
				return got
			}
			before := totals()
			e.write(t, e.db, at, tt.write...)
			present := snapshot(t, s)
			want := []string{outside}
			if tt.shown {
				want = []string{tt.named, outside}
			}
			listed := listing(t, present, "xt", from, to)
			of := func(articles []article.Article) []string {
				i := slices.IndexFunc(articles, func(a article.Article) bool { return a.ID == "1" })
				return named(articles[i])
			}
			if got := of(listed); !slices.Equal(got, want) {
				t.Errorf("%s: Listing names %q, want %q", tt.name, got, want)
			}
			if tt.shown {
				want = slices.Insert(want, 0, tt.named)
			}
			present.Close()
			if got := of(latest(t, s, []string{"xt"}, "", 9)); !slices.Equal(got, want) {
				t.Errorf("%s: Latest names %q, want %q", tt.name, got, want)
			}
			if after := totals(); (after == before) != tt.shown {
				t.Errorf("%s: Totals %+v, were %+v", tt.name, after, before)
			}
		}
	})
}

// Linked finds the translations of articles, whatever these are.
func TestEngineLinked(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		a, b := story("1", at.Add(-time.Hour), status(article.Withdrawn)), story("2", at.AddDate(-3, 0, 0), in("cs"))
		a.Alternates = []article.Alternate{{Lang: "en", URL: b.URL}, {Lang: "fr", URL: "https://other.example/"}}
		e.write(t, e.db, at, a, b, story("3", at))
		present := snapshot(t, e.store(t))
		defer present.Close()
		got, err := present.Linked(t.Context(), []string{"1", "3", "none"})
		if err != nil || len(got) != 1 || got[0].ID != "2" || got[0].Station != "cs" || !got[0].Visible || !got[0].Published.Equal(b.Published) {
			t.Errorf("Linked = %+v, %v", got, err)
		}
		if got, err := present.Linked(t.Context(), nil); err != nil || got != nil {
			t.Errorf("Linked of nothing = %+v, %v", got, err)
		}
	})
}

// Without an index of addresses an archive is not read for them, Inspect names the
// index, and with it they are asked for: of a table and of a view.
func TestServerLinksWithoutIndex(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		at := now()
		rows := "FROM generate_series(1, 30000) AS s (seq)"
		if e.name == content.MySQL {
			rows = "FROM seq_1_to_30000"
		}
		e.exec(t, "INSERT INTO articles (id, station, noindex, published, modified_at, url, title, status, body, alternates, next_url) SELECT concat('n', seq), 'zz', "+map[string]string{content.Postgres: "false", content.MySQL: "0"}[e.name]+
			", '2020-01-01', '2020-01-01', concat('https://zz.news.example/', seq), 't', 'published', repeat('x', 300), '[]', '' "+rows)
		a, b := story("1", at.Add(-time.Hour)), story("2", at.Add(-2*time.Hour), status(article.Withdrawn))
		a.NextURL = b.URL
		e.write(t, e.db, at, a, b)
		e.exec(t, "CREATE VIEW seen AS SELECT id, station, url, title, status, published, modified_at, next_url FROM articles")
		analyze := map[string]string{content.Postgres: "ANALYZE articles", content.MySQL: "ANALYZE TABLE articles"}[e.name]
		e.exec(t, analyze)
		view := func(o *content.Options) { o.Articles = "seen" }
		next := func(s *content.Store) string { return latest(t, s, []string{"xt"}, "", 9)[0].NextURL }
		shared := func(s *content.Store) int {
			present := snapshot(t, s)
			defer present.Close()
			states, err := present.Sharing(t.Context(), "xt", []string{a.URL, b.URL})
			if err != nil {
				t.Error(err)
			}
			return len(states)
		}
		found := findings(t, e.store(t))
		if len(found) != 1 || !strings.Contains(found[0], "no index on url") || next(e.store(t)) != b.URL {
			t.Fatalf("without an index: %q", found)
		}
		if got := shared(e.store(t)); got != 0 {
			t.Errorf("without an index: %d articles found by their pages", got)
		}
		if got := findings(t, e.store(t, view)); len(got) != 1 || !strings.Contains(got[0], "below the view") || next(e.store(t, view)) != b.URL {
			t.Errorf("a view without one: %q", got)
		}
		_, statement, _ := strings.Cut(found[0], " | ")
		e.exec(t, statement)
		e.exec(t, analyze)
		for name, s := range map[string]*content.Store{"table": e.store(t), "view": e.store(t, view)} {
			if got := findings(t, s); got != nil {
				t.Errorf("%s with an index: %q", name, got)
			}
			if got := next(s); got != "" {
				t.Errorf("%s with an index: next is %q", name, got)
			}
			if got := shared(s); got != 2 {
				t.Errorf("%s with an index: %d articles found by their pages, want 2", name, got)
			}
		}
	})
}
