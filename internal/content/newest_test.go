package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

// TestNewest holds how many heads there are, in every database, and that Whole
// returns for each what Latest does.
func TestNewest(t *testing.T) {
	const n = 30 // an article each hour, every third in the channel
	engines(t, func(t *testing.T, e *engine) {
		s := e.store(t)
		at := now()
		var all []article.Article
		for i := range n {
			a := story(fmt.Sprint(100+i), at.Add(-time.Duration(i)*time.Hour-time.Minute))
			a.Channels = nil
			if i%3 == 0 {
				a.Channels = []string{"moment"}
			}
			all = append(all, a)
		}
		e.write(t, e.db, at, all...)
		for _, tt := range []struct {
			name          string
			channel       string
			hours         int
			least, most   int
			want, oldest  int
			severalOthers bool
		}{
			{"few in the time", "", 2, 5, 20, 5, 4, false},
			{"as many as at least", "", 5, 5, 20, 5, 4, false},
			{"more", "", 10, 5, 20, 10, 9, false},
			{"too many", "", 28, 5, 20, 20, 19, false},
			{"no time", "", 0, 5, 20, 5, 4, false},
			{"all there are", "", 99, 50, 90, n, n - 1, false},
			{"least above most", "", 99, 50, 20, 20, 19, false},
			{"none", "none", 99, 5, 20, 0, 0, false},
			{"a channel, few", "moment", 2, 5, 20, 5, 12, false},
			{"a channel, more", "moment", 24, 5, 20, 8, 21, false},
			{"a channel, too many", "moment", 99, 2, 6, 6, 15, false},
			{"of several stations", "", 10, 5, 20, 10, 9, true},
			{"a channel of several stations", "moment", 24, 5, 20, 8, 21, true},
		} {
			t.Run(tt.name, func(t *testing.T) {
				present := snapshot(t, s)
				defer present.Close()
				stations := []string{"xt"}
				if tt.severalOthers {
					stations = append(stations, "yy", "zz")
				}
				heads, err := present.Newest(t.Context(), stations, tt.channel, at.Add(-time.Duration(tt.hours)*time.Hour), tt.least, tt.most)
				if err != nil {
					t.Fatal(err)
				}
				if len(heads) != tt.want || len(heads) > 0 && heads[len(heads)-1].ID != fmt.Sprint(100+tt.oldest) {
					t.Fatalf("got %q, want %d up to %d", ids(heads), tt.want, 100+tt.oldest)
				}
				want, err := present.Latest(t.Context(), stations, tt.channel, tt.want)
				if err != nil {
					t.Fatal(err)
				}
				got, err := present.Whole(t.Context(), heads)
				if err != nil {
					t.Fatal(err)
				}
				byID := func(a, b article.Article) int { return strings.Compare(a.ID, b.ID) }
				slices.SortFunc(got, byID)
				slices.SortFunc(want, byID)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("Whole (-Latest +Whole):\n%s", diff)
				}
				for _, h := range heads {
					i := slices.IndexFunc(want, func(a article.Article) bool { return a.ID == h.ID })
					a := want[i]
					if h.Modified.IsZero() || !h.Published.Equal(a.Published) || !h.Updated.Equal(a.Updated) || h.URL != a.URL || h.NextURL != a.NextURL || !slices.Equal(h.Channels, a.Channels) || h.Station != a.Station {
						t.Errorf("head %+v of %+v", h, a)
					}
				}
			})
		}
	})
}
