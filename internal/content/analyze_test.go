package content_test

import (
	"fmt"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/sqltest"
)

// TestUnanalyzed holds that PostgreSQL answers in time while it has no statistics, as after
// COPY or pg_restore.
func TestUnanalyzed(t *testing.T) {
	e := bareEngine(t, content.Postgres, sqltest.Postgres(t))
	load(t, e, "newsroom.sql")
	const n = 300_000
	e.exec(t, "SET session_replication_role = replica; "+
		"ALTER TABLE article SET (autovacuum_enabled = false); ALTER TABLE body SET (autovacuum_enabled = false); ALTER TABLE picture SET (autovacuum_enabled = false); ALTER TABLE article_category SET (autovacuum_enabled = false);"+
		"INSERT INTO site SELECT n, 's' || n, 'https://s' || n || '.news.example' FROM generate_series(1, 140) AS n;"+
		"INSERT INTO category SELECT n, 1 + (n-1)/10, 'c' || n % 10 FROM generate_series(1, 1400) AS n;"+
		fmt.Sprintf("INSERT INTO article (id, site_id, headline, state, published_at, changed_at) SELECT n, CASE n%%2 WHEN 0 THEN 1 ELSE 1+n%%140 END, '第'||n||'条', 'live', now() - (%d-n) * interval '20 minutes', now() - (%d-n) * interval '20 minutes' FROM generate_series(1, %d) AS n;", n, n, n)+
		fmt.Sprintf("INSERT INTO body SELECT n, repeat('湖边的读书节。', 4) FROM generate_series(1, %d) AS n;", n)+
		fmt.Sprintf("INSERT INTO article_category SELECT n, CASE n%%2 WHEN 0 THEN 0 ELSE n%%140 END*10 + 1 + (n/140)%%10 FROM generate_series(1, %d) AS n", n))
	s := e.store(t, func(o *content.Options) {
		o.Articles, o.ArticleChannels, o.Timeout = "feeds.articles", "feeds.article_channels", 10*time.Second
	})
	found, err := s.Inspect(t.Context())
	if want := "table article was never analyzed: the database can only guess how to read it"; err != nil || len(found) != 3 || found[0].Text != want || found[0].Statement != "ANALYZE article" {
		t.Errorf("Inspect = %v, %v, want three tables that were not analyzed", found, err)
	}
	present := snapshot(t, s)
	defer func() { present.Close() }()
	var stations []string
	for i := range 140 {
		stations = append(stations, fmt.Sprint("s", i+1))
	}
	ask := func(name string, do func() error) {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
			present.Close()
			present = snapshot(t, s)
		}
	}
	ctx := t.Context()
	for _, of := range [][]string{stations[:1], stations[1:2], stations} {
		for _, channel := range []string{"", "c1", "none"} {
			ask(fmt.Sprint("newest of ", len(of), channel), func() error {
				_, err := present.Newest(ctx, of, channel, present.Time().AddDate(0, 0, -2), 50, 1000)
				return err
			})
		}
	}
	var months []article.Month
	ask("months", func() (err error) { months, err = present.Months(ctx, "s1", time.UTC); return err })
	ask("totals", func() (err error) { _, err = present.TotalsByMonth(ctx, "s1", months, time.UTC); return err })
	ask("listing", func() error {
		from, to := months[1].Bounds(time.UTC)
		for _, err := range present.Listing(ctx, "s1", from, to) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	ask("changes", func() error {
		for _, err := range present.Changes(ctx, present.Time().Add(-time.Hour)) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	ask("next", func() error { _, err := present.Next(ctx); return err })
	var keys []string
	for i := range 1000 {
		keys = append(keys, fmt.Sprint(i*200+1))
	}
	ask("find", func() error { _, err := present.Find(ctx, keys); return err })
	ask("linked", func() error { _, err := present.Linked(ctx, keys); return err })
	e.exec(t, "ANALYZE")
	if found, err := s.Inspect(ctx); err != nil || len(found) > 0 {
		t.Errorf("after ANALYZE, Inspect = %v, %v", found, err)
	}
	ask("inventory", func() error {
		for _, err := range present.Inventory(ctx) {
			if err != nil {
				return err
			}
		}
		return nil
	})
}
