package content_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
)

// Between has the newest of a time, and Count how many there are.
func TestBetween(t *testing.T) {
	const n = 30
	engines(t, func(t *testing.T, e *engine) {
		s := e.store(t)
		at := now().Truncate(time.Hour)
		var all []article.Article
		for i := range n {
			a := story(fmt.Sprint(100+i), at.Add(-time.Duration(i)*time.Hour))
			a.Channels = nil
			switch {
			case i%3 == 0:
				a.Channels = []string{"moment"}
			case i == 25 || i == 29:
				a.Channels = []string{"rare"}
			case i == 10:
				a.Status = article.Withdrawn
			}
			all = append(all, a)
		}
		future := story("future", now().Add(time.Hour))
		e.write(t, e.db, now(), append(all, future)...)
		hour := func(n int) time.Time { return at.Add(-time.Duration(n) * time.Hour) }
		for _, tt := range []struct {
			name     string
			channel  string
			from, to time.Time
			most     int
			want     []int
		}{
			{"a time, its end not", "", hour(8), hour(5), 9, []int{6, 7, 8}},
			{"the newest of it", "", hour(8), hour(5), 2, []int{6, 7}},
			{"without what is withdrawn", "", hour(11), hour(8), 9, []int{9, 11}},
			{"up to now", "", hour(1), now().AddDate(1, 0, 0), 9, []int{0, 1}},
			{"all before", "", time.Time{}, hour(26), 9, []int{27, 28, 29}},
			{"a channel", "moment", hour(9), hour(2), 9, []int{3, 6, 9}},
			{"a channel, all before", "moment", time.Time{}, hour(20), 2, []int{21, 24}},
			{"a rare channel", "rare", hour(29), hour(5), 9, []int{25, 29}},
			{"a rare channel, later", "rare", hour(28), hour(5), 9, []int{25}},
			{"no time", "", hour(5), hour(5), 9, nil},
			{"none wanted", "", hour(8), hour(5), 0, nil},
		} {
			for _, stations := range [][]string{{"xt"}, {"xt", "yy"}} {
				present := snapshot(t, s)
				// Whether a channel is rare is found out by what feeds ask.
				if _, err := present.Newest(t.Context(), stations, tt.channel, at, 9, 9); err != nil {
					t.Fatal(err)
				}
				heads, err := present.Between(t.Context(), stations, tt.channel, tt.from, tt.to, tt.most)
				present.Close()
				if err != nil {
					t.Fatal(err)
				}
				var want []string
				for _, i := range tt.want {
					want = append(want, fmt.Sprint(100+i))
				}
				if got := ids(heads); !slices.Equal(got, want) {
					t.Errorf("%s of %v: %q, want %q", tt.name, stations, got, want)
				}
			}
		}
		for _, tt := range []struct {
			channel string
			since   time.Time
			want    int64
		}{{"", time.Time{}, n - 1}, {"", hour(11), 11}, {"moment", time.Time{}, 10}, {"moment", hour(6), 3}, {"rare", hour(28), 1}, {"none", time.Time{}, 0}} {
			present := snapshot(t, s)
			got, err := present.Count(t.Context(), []string{"xt"}, tt.channel, tt.since)
			present.Close()
			if err != nil || got != tt.want {
				t.Errorf("%q since %s: %d, %v; want %d", tt.channel, tt.since, got, err, tt.want)
			}
		}
	})
}
