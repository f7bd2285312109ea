package content

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
)

// rare are the sparse channels of a large archive: one with articles of all
// years, one that was given up years ago, and one with as many as a feed wants,
// all of one moment. There is also c2, which has every tenth article, and none.
const rare = "INSERT INTO article_channels SELECT id, 'rare' FROM articles WHERE id LIKE '%60'" +
	" UNION ALL SELECT id, 'former' FROM articles WHERE id LIKE '50019%'" +
	" UNION ALL SELECT id, 'moment' FROM articles WHERE id LIKE '50017%'"

// largeEmbedded is large for the embedded store.
func largeEmbedded(t testing.TB, n int) (*Store, *sql.DB) {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, statement := range []string{
		fmt.Sprintf(`WITH RECURSIVE series (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM series WHERE seq < %d)
			INSERT INTO articles (id, station, url, title, published, updated)
			SELECT seq + 5000000, 's' || (seq %% 14), 'https://s.news.example/content/' || seq, '第' || seq || '条', at, at
			FROM (SELECT seq, (unixepoch() - seq * %d) * 1000 AS at FROM series)`, n, 10*365*86400/n),
		"INSERT INTO article_channels SELECT id, 'c' || (id % 10) FROM articles",
		rare,
	} {
		if _, err := s.write.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	return s, s.write
}

// TestLatestOfChannel holds that the newest articles of a channel are found in
// one order whichever way is taken to them, and that the way is remembered.
func TestLatestOfChannel(t *testing.T) {
	const n = 2000
	for name, open := range map[string]func(testing.TB) (*Store, *sql.DB){
		SQLite:   func(t testing.TB) (*Store, *sql.DB) { return largeEmbedded(t, n) },
		Postgres: func(t testing.TB) (*Store, *sql.DB) { return large(t, Postgres, n) },
		MySQL:    func(t testing.TB) (*Store, *sql.DB) { return large(t, MySQL, n) },
	} {
		t.Run(name, func(t *testing.T) {
			store, db := open(t)
			store.reach.size = 1500
			const together = "UPDATE articles SET published = (SELECT least FROM (SELECT min(published) AS least FROM articles WHERE id LIKE '50017%') x) WHERE id LIKE '50017%'"
			if _, err := db.ExecContext(t.Context(), together); err != nil {
				t.Fatal(err)
			}
			s, err := store.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			for _, stations := range [][]string{stations(14), stations(1)} {
				if _, err := s.Latest(t.Context(), stations, "", 50); err != nil { // tells how far back a channel's are looked for first
					t.Fatal(err)
				}
				for _, channel := range []string{"c2", "rare", "former", "moment", "none"} {
					every, err := s.newestArticles(t.Context(), whole(), stations, 50, func(size int, after *place) *statement {
						return s.latest(whole(), stations, channel, time.Time{}, size, after)
					})
					if err != nil {
						t.Fatal(err)
					}
					for try := range 2 {
						got, err := s.Latest(t.Context(), stations, channel, 50)
						if err != nil {
							t.Fatal(err)
						}
						if diff := cmp.Diff(idsOf(every), idsOf(got)); diff != "" {
							t.Errorf("%s of %d stations, try %d (-all read, +got):\n%s", channel, len(stations), try, diff)
						}
					}
					pages := query{size: 7, read: (*row).latest, page: func(size int, after *place) *statement {
						return s.latestMembers(whole(), stations, channel, time.Time{}, time.Time{}, size, after)
					}}
					var members []article.Article
					for a, err := range s.articles(t.Context(), pages) {
						if err != nil {
							t.Fatal(err)
						}
						members = append(members, a)
					}
					if diff := cmp.Diff(idsOf(every), idsOf(members[:min(len(members), 50)])); diff != "" {
						t.Errorf("%s of %d stations by pages of its own articles (-all read, +got):\n%s", channel, len(stations), diff)
					}
				}
			}
			want := map[string]bool{}
			for _, channel := range []string{"rare", "former", "moment", "none"} {
				want[reachKey(stations(14), channel)] = true
			}
			few := map[string]bool{}
			store.reach.few.Range(func(key, value any) bool {
				few[key.(string)] = value.(bool)
				return true
			})
			if diff := cmp.Diff(want, few); diff != "" {
				t.Errorf("channels with few (-want +got):\n%s", diff)
			}
			changed(t, store, db)
		})
	}
}

// changed holds that a channel's newest are found after some of them have gone, though it
// is known how far they reached.
func changed(t *testing.T, store *Store, db *sql.DB) {
	t.Helper()
	newest := func() []string {
		s, err := store.Snapshot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		articles, err := s.Latest(t.Context(), stations(14), "c2", 50)
		if err != nil {
			t.Fatal(err)
		}
		return idsOf(articles)
	}
	before := newest()
	if _, err := db.ExecContext(t.Context(), fmt.Sprintf("DELETE FROM article_channels WHERE article_id IN ('%s', '%s')", before[0], before[7])); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		after := newest()
		if diff := cmp.Diff(slices.Concat(before[1:7], before[8:]), after[:min(len(after), 48)]); diff != "" || len(after) != 50 {
			t.Errorf("%d of c2 without two (-want +got):\n%s", len(after), diff)
		}
	}
}

func idsOf(articles []article.Article) (ids []string) {
	for _, a := range articles {
		ids = append(ids, a.ID)
	}
	return ids
}
