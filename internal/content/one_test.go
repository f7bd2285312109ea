package content_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

// On all engines a single article is there as it is, whatever readers see of it, and a row
// that is none is told with its column.
func TestEngineRow(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		e.write(
			t, e.db, at,
			story("1", at.Add(-time.Hour)), story("2", at.Add(time.Hour)), story("3", at.Add(-time.Hour), status(article.Draft), in("cs")),
			story("4", at.Add(-time.Hour), status(article.Withdrawn)), story("5", at.Add(-time.Hour), expires(at.Add(-time.Minute))), story("6", at.Add(-time.Hour)),
			story("7 湘江", at.Add(-time.Hour)),
		)
		e.exec(t, "UPDATE articles SET url = 'none' WHERE id = '6'")
		present := snapshot(t, e.store(t))
		defer present.Close()
		for id, want := range map[string]string{
			"1": "xt published visible", "2": "xt published", "3": "cs draft", "4": "xt withdrawn", "5": "xt published", "7 湘江": "xt published visible",
			"6": "url", "8": "none", "": "none", "\x00": "none", "\xff": "none",
		} {
			row, err := present.Row(t.Context(), id)
			fault, broken := row.Fault()
			got := ""
			switch a := row.Article; {
			case errors.Is(err, article.ErrNoRow):
				got = "none"
			case err != nil:
				t.Fatal(err)
			case broken:
				got = fault.Column
				if a.ID != "" || fault.ID != id || !row.State.Broken {
					t.Errorf("%s: %+v", id, row)
				}
			default:
				got = a.Station + " " + string(a.Status)
				if row.State.Visible {
					got += " visible"
				}
				if a.ID != id || a.Title == "" || !a.Modified.Equal(row.State.At) || row.State.Visible != a.VisibleAt(present.Time()) {
					t.Errorf("%s: %+v", id, row)
				}
			}
			if got != want {
				t.Errorf("%q is %s; want %s", id, got, want)
			}
		}
	})
}

// On all engines articles are found by their address, however that is spelled.
func TestEngineNamed(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		page := func(url string) func(*article.Article) { return func(a *article.Article) { a.URL = url } }
		e.write(
			t, e.db, at,
			story("1", at.Add(-time.Hour), page("https://xt.news.example/a.html")), story("2", at.Add(-time.Hour), page("https://xt.news.example/a.html"), in("cs"), status(article.Draft)),
			story("3", at.Add(-time.Hour), page("http://xt.news.example/新闻.html")), story("4", at.Add(-time.Hour), page("https://xt.news.example/b.html")),
		)
		present := snapshot(t, e.store(t))
		defer present.Close()
		for address, want := range map[string][]string{
			"https://xt.news.example/a.html":                       {"1", "2"},
			"http://XT.news.example/a.html":                        {"1", "2"},
			"https://xt.news.example/%e6%96%b0%E9%97%BB.html#more": {"3"},
			"https://xt.news.example/none.html":                    nil,
		} {
			states, err := present.Named(t.Context(), address)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range states {
				got = append(got, s.ID)
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s: %q; want %q", address, got, want)
			}
		}
	})
}
