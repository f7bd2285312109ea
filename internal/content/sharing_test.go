package content_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

// On all engines the articles of a station are found by their pages, whatever becomes
// of them, and nothing else is.
func TestEngineSharing(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now()
		page := func(url string) func(*article.Article) { return func(a *article.Article) { a.URL = url } }
		const normal, escaped = "https://xt.news.example/a.html", "https://xt.news.example/%E6%96%B0%E9%97%BB.html"
		e.write(
			t, e.db, at,
			story("1", at.AddDate(-3, 0, 0), page(normal)),
			story("2", at.Add(-time.Hour), page(normal)),
			story("3", at.Add(-time.Hour), page(normal), status(article.Withdrawn)),
			story("4", at.Add(time.Hour), page(normal)),
			story("5", at.Add(-time.Hour), page(normal), in("cs")),
			story("6", at.Add(-time.Hour), page(escaped)),
			story("7", at.AddDate(-1, 0, 0), page("https://xt.news.example/新闻.html")),
			story("8", at.Add(-time.Hour), page("https://xt.news.example/A.html")),
			story("9", at.Add(-time.Hour), page("http://xt.news.example/a.html")),
		)
		present := snapshot(t, e.store(t))
		defer present.Close()
		many := make([]string, 1200)
		for i := range many {
			many[i] = fmt.Sprintf("https://xt.news.example/%d.html", 1000+i)
		}
		for _, tt := range []struct {
			name      string
			addresses []string
			want      []string // id, page, whether it is visible
		}{
			{"none", nil, nil},
			{"of no article", []string{"https://xt.news.example/none.html"}, nil},
			{"one page", []string{normal}, []string{"1 " + normal + " true", "2 " + normal + " true", "3 " + normal + " false", "4 " + normal + " false"}},
			{"with letters of its language", []string{escaped}, []string{"6 " + escaped + " true", "7 " + escaped + " true"}},
			{"among many", append(many, escaped), []string{"6 " + escaped + " true", "7 " + escaped + " true"}},
		} {
			states, err := present.Sharing(t.Context(), "xt", tt.addresses)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, s := range states {
				got = append(got, fmt.Sprint(s.ID, " ", s.URL, " ", s.Visible))
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
	})
}
