package content_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

// TestEngineOdd holds of all engines that an odd value of a column which an article
// can do without costs that value, wherever it is read.
func TestEngineOdd(t *testing.T) {
	engines(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		e.write(t, e.db, at, story("1", at))
		for _, tt := range []struct {
			name, set, column string
			change            func(*article.Article)
		}{
			{"no list", `tags = '{"a":"b"}'`, "tags", nil},
			{"a part of a list", `images = '[7,{"url":"1.jpg"}]'`, "images[0]", func(a *article.Article) { a.Images = []article.Image{{URL: "1.jpg"}} }},
			{"no JSON", `authors = '["a"'`, "authors", nil},
			{"an address", `original_url = 'ftp://a.example/'`, "original_url", nil},
			{"a language", `language = 'chinese'`, "language", nil},
			{"a guid that is too long", `guid = '` + strings.Repeat("1", 401) + `'`, "guid", nil},
			{"a text that is too large", `rights = '` + strings.Repeat("a", 600_000) + `'`, "rights", nil},
			{"another address of the same page", `url = 'HTTPS://XT.News.example:443/./1.html#a'`, "", nil},
		} {
			e.exec(t, "DELETE FROM articles")
			e.write(t, e.db, at, story("1", at))
			e.exec(t, "UPDATE articles SET "+tt.set)
			want := story("1", at)
			if tt.change != nil {
				tt.change(&want)
			}
			present := snapshot(t, e.store(t))
			got, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
			if diff := cmp.Diff([]article.Article{want}, got); diff != "" || err != nil {
				t.Errorf("%s: Latest, %v (-want +got):\n%s", tt.name, err, diff)
			}
			faults := present.Faults()
			if tt.column == "" && faults != nil || tt.column != "" && (len(faults) != 1 || faults[0].Column != tt.column || !faults[0].Kept) {
				t.Errorf("%s: faults %v, want one of %s", tt.name, faults, tt.column)
			}
			if len(listing(t, present, "xt", at, now())) != 1 || len(inventory(t, present)) != 1 {
				t.Errorf("%s: not in the listing or the inventory", tt.name)
			}
			present.Close()
		}
	})
}
