package content

import (
	"database/sql"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/testkit/sqltest"
)

// large is a store of n articles of ten years and fourteen stations on a
// server, whose indexes are those that Inspect asks for.
func large(t testing.TB, driver string, n int) (*Store, *sql.DB) {
	t.Helper()
	server, moment := sqltest.Postgres, "timestamptz"
	rows := fmt.Sprintf("FROM generate_series(1, %d) AS s (seq)", n)
	// A quarter of an hour times 4: an hour between two articles of 100,000.
	at := fmt.Sprintf("now() - seq * interval '%d seconds'", 10*365*86400/n)
	if driver == MySQL {
		server, moment = sqltest.MariaDB, "datetime(6)"
		rows = fmt.Sprintf("FROM seq_1_to_%d", n)
		at = fmt.Sprintf("UTC_TIMESTAMP(6) - INTERVAL seq * %d SECOND", 10*365*86400/n)
	}
	s := server(t)
	database := s.Database(t)
	db := s.Open(t, database)
	do := func(statement string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	do("CREATE TABLE articles (id varchar(190) NOT NULL PRIMARY KEY, station varchar(64) NOT NULL, url text NOT NULL, title text NOT NULL, body text, images text, " +
		"status varchar(20) NOT NULL, noindex smallint, published " + moment + " NOT NULL, updated " + moment + ", expires " + moment + ", modified_at " + moment + " NOT NULL)")
	do("CREATE TABLE article_channels (article_id varchar(190) NOT NULL, channel varchar(64) NOT NULL, PRIMARY KEY (article_id, channel))")
	do("INSERT INTO articles SELECT seq + 5000000, concat('s', seq % 14), concat('https://s.news.example/content/', seq, '.html'), concat('第', seq, '条'), repeat('湖边的读书节。', 60), " +
		"'[{\"url\":\"1.jpg\"}]', 'published', 0, " + at + ", " + at + ", CASE WHEN seq % 100 = 0 THEN " + at + " END, " + at + " " + rows)
	do("INSERT INTO article_channels SELECT seq + 5000000, concat('c', seq % 10) " + rows)
	do(rare)
	store, err := OpenWith(t.Context(), Options{Driver: driver, DSN: s.RootDSN(database)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	findings, err := store.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		do(f.Statement)
	}
	if driver == MySQL {
		do("ANALYZE TABLE articles, article_channels")
	} else {
		do("VACUUM ANALYZE")
	}
	return store, db
}

// stations returns the ids of n stations.
func stations(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprint("s", i))
	}
	return ids
}

// TestServerPlan holds that no query of every day reads or sorts the archive,
// on servers that have the indexes which Inspect asks for.
func TestServerPlan(t *testing.T) {
	for _, driver := range []string{Postgres, MySQL} {
		t.Run(driver, func(t *testing.T) {
			store, db := large(t, driver, 20_000)
			s, err := store.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			one, all := stations(1), stations(14)
			at := s.Time().AddDate(-5, 0, 0)
			after := &place{published: at, id: "5000099"}
			from, to := article.MonthOf(at, time.UTC).Bounds(time.UTC)
			within := &place{published: from.AddDate(0, 0, 9), id: "5000099"} // at a month's end little is left, and any index will do
			tests := []struct {
				name  string
				query *statement
				want  []string // indexes
				rows  int      // that are read at most, by the engine's own account
			}{
				{"latest of a station", s.latest(whole(), one, "", time.Time{}, 50, nil), []string{"articles_of_station"}, 300},
				{"latest of a station, further", s.latest(whole(), one, "", time.Time{}, 50, after), []string{"articles_of_station"}, 300},
				{"latest of a channel", s.latest(whole(), one, "c2", at, 50, nil), []string{"articles_of_station"}, 3000},
				{"latest of a channel that has few", s.latestMembers(whole(), one, "rare", time.Time{}, time.Time{}, 50, nil), []string{"article_channels_of_channel"}, 1500},
				{"latest of all stations' channel that has few", s.latestMembers(whole(), all, "rare", time.Time{}, time.Time{}, 50, nil), []string{"article_channels_of_channel"}, 1500},
				{"latest of a channel that has none", s.latestMembers(whole(), all, "none", time.Time{}, time.Time{}, 50, nil), []string{"article_channels_of_channel"}, 10},
				{"a time of a station", s.between(heads(), one, "", from, to, 50, nil), []string{"articles_of_station"}, 300},
				{"a time of a station, further", s.between(heads(), one, "", from, to, 50, within), []string{"articles_of_station"}, 300},
				{"a time of a channel", s.between(heads(), one, "c2", from, to, 50, nil), []string{"articles_of_station"}, 300},
				{"a time of all stations", s.between(heads(), all, "", from, to, 50, nil), []string{"articles_by_time"}, 300},
				{"a time of a channel that has few", s.latestMembers(heads(), one, "rare", from, to, 50, nil), []string{"article_channels_of_channel"}, 1500},
				{"how far a station's newest reach", s.farthest(one), []string{"articles_of_station"}, farBack + 10},
				{"how far the newest reach", s.farthest(all), []string{"articles_by_time"}, farBack + 10},
				{"latest of all stations", s.latest(whole(), all, "", time.Time{}, 50, nil), []string{"articles_by_time"}, 300},
				{"latest of two stations", s.latest(whole(), stations(2), "", time.Time{}, 50, nil), []string{"articles_by_time"}, 1000},
				{"latest of all stations' channel", s.latest(whole(), all, "c2", at, 50, nil), []string{"articles_by_time"}, 3000},
				{"latest of all stations, further", s.latest(whole(), all, "", time.Time{}, 50, after), []string{"articles_by_time"}, 300},
				{"months", s.newestBetween("s0", time.Time{}, at), []string{"articles_of_station"}, 10},
				{"listing", s.listing("s0", from, to, pageSize, nil), []string{"articles_of_station"}, 300},
				{"listing, further", s.listing("s0", from, to, pageSize, within), []string{"articles_of_station"}, 300},
				{"totals", s.totalsOf("s0", [][2]time.Time{{from, to}}), []string{"articles_of_station"}, 300},
				{"the newest change", s.newestChange(0), []string{"articles_by_change"}, 5},
				{"the newest change of a day", s.newestChange(24 * time.Hour), []string{"articles_by_change"}, 5},
				{"new articles without modified_at", s.unstamped(), []string{"articles_by_time"}, 10},
				{"the next embargo", s.firstOf(s.catalog.column("published")), []string{"articles_by_time"}, 5},
				{"the next expiry", s.firstOf(s.catalog.column("expires")), []string{"articles_by_expiry"}, 5},
				{"changes in groups", s.groups(period{after: s.Time().Add(-time.Hour)}, true), []string{"articles_by_change", "articles_by_time", "articles_by_expiry"}, 300},
				{"the size of changes", s.sizes(period{after: s.Time().Add(-time.Hour), until: s.Time()}), []string{"articles_by_change", "articles_by_time", "articles_by_expiry"}, 300},
				{"changes", s.changes(period{after: s.Time().Add(-time.Hour)}, true, 4097), []string{"articles_by_change", "articles_by_time", "articles_by_expiry"}, 300},
			}
			for _, tt := range tests {
				got := explained(t, s, tt.query)
				for _, index := range tt.want {
					if !strings.Contains(got, index) {
						t.Errorf("%s: want %s:\n%s", tt.name, index, got)
					}
				}
				// An incremental sort is of those with the same time; a month or a time may be
				// sorted, if it was found by the index, and few articles.
				few := regexp.MustCompile("listing|a time of a (station|channel)|that has|groups").MatchString(tt.name)
				sorted := regexp.MustCompile(`[^l] Sort |filesort`).MatchString(got) && !few
				if sorted || regexp.MustCompile(`Seq Scan on articles|[^>] ALL\b`).MatchString(got) {
					t.Errorf("%s: reads or sorts the archive:\n%s", tt.name, got)
				}
				if read := rowsRead(t, s, tt.query); read > tt.rows {
					t.Errorf("%s: reads %d rows, want at most %d:\n%s", tt.name, read, tt.rows, got)
				}
			}
			viewed(t, store, db)
			numbered(t, store, db)
		})
	}
}

// viewed holds that a view of a join whose status is computed, of which no
// server has statistics, is read as its table is.
func viewed(t *testing.T, store *Store, db *sql.DB) {
	t.Helper()
	for _, statement := range []string{
		`CREATE TABLE site (code varchar(64) PRIMARY KEY)`,
		`INSERT INTO site SELECT DISTINCT station FROM articles`,
		`CREATE VIEW viewed AS SELECT id, code AS station, url, title, published, modified_at,
			CASE WHEN noindex = 0 THEN 'published' ELSE 'draft' END AS status FROM articles JOIN site ON code = station`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	of := &Store{dialect: store.dialect, read: store.read, articles: name{relation: "viewed"}, channels: store.channels, timeout: store.timeout, network: store.network}
	s, err := of.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q := s.latest(whole(), stations(1), "c2", time.Time{}, 50, nil)
	if read := rowsRead(t, s, q); read > 1100 {
		t.Errorf("latest of a view's channel: reads %d rows:\n%s", read, explained(t, s, q))
	}
}

// numbered holds that a view whose stations have numbers in its table is read by station:
// in the order of the index by time lie the articles of all of them.
func numbered(t *testing.T, store *Store, db *sql.DB) {
	t.Helper()
	analyze := "ANALYZE"
	if store.dialect == (mySQL{}) {
		analyze = "ANALYZE TABLE articles_placed, place"
	}
	for _, statement := range []string{
		`CREATE TABLE place (id integer PRIMARY KEY, code varchar(64) UNIQUE)`,
		`INSERT INTO place SELECT row_number() OVER (ORDER BY code), code FROM site`,
		`CREATE TABLE articles_placed AS SELECT a.id, p.id AS place_id, url, title, published, modified_at FROM articles a JOIN place p ON code = station`,
		`CREATE INDEX articles_of_place ON articles_placed (place_id, published, id)`,
		`CREATE INDEX articles_placed_by_time ON articles_placed (published, id)`,
		`CREATE VIEW placed AS SELECT a.id, code AS station, url, title, published, modified_at FROM articles_placed a JOIN place p ON p.id = place_id`,
		analyze,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	of := &Store{dialect: store.dialect, read: store.read, articles: name{relation: "placed"}, channels: store.channels, timeout: store.timeout, network: store.network}
	of.reach.size = 1000
	s, err := of.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	from, to := article.MonthOf(s.Time().AddDate(-5, 0, 0), time.UTC).Bounds(time.UTC)
	month := s.listing("s0", from, to, pageSize, nil)
	if read := rowsRead(t, s, month); read > 100 {
		t.Errorf("listing of a view of numbered stations: reads %d rows:\n%s", read, explained(t, s, month))
	}
	farthest := s.farthest(stations(1))
	if read := rowsRead(t, s, farthest); read > 6000 {
		t.Errorf("how far the newest of a numbered station reach: reads %d rows:\n%s", read, explained(t, s, farthest))
	}
}

// explained returns how the server runs a query, a step a line.
func explained(t *testing.T, s *Snapshot, q *statement) string {
	t.Helper()
	rows, err := s.conn.QueryContext(t.Context(), "EXPLAIN "+q.text.String(), q.args...)
	if err != nil {
		t.Fatalf("%s: %v", q.text.String(), err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	r := s.row(len(columns))
	var text strings.Builder
	for rows.Next() {
		if err := r.scan(rows); err != nil {
			t.Fatal(err)
		}
		for _, value := range r.values {
			fmt.Fprintf(&text, "%s ", value)
		}
		text.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// rowsRead returns how many rows of the articles' table and its indexes a query
// makes the server read.
func rowsRead(t *testing.T, s *Snapshot, q *statement) int {
	t.Helper()
	handler := func() (n int) {
		rows, err := s.conn.QueryContext(t.Context(), "SHOW SESSION STATUS LIKE 'Handler_read%'")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var count int
			if err := rows.Scan(&name, &count); err != nil {
				t.Fatal(err)
			}
			n += count
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if s.dialect == (mySQL{}) {
		before := handler()
		drain(t, s, q)
		return handler() - before
	}
	rows, err := s.conn.QueryContext(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF) "+q.text.String(), q.args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	actual, removed := regexp.MustCompile(`on articles.*\(actual rows=(\d+) `), regexp.MustCompile(`Rows Removed by Filter: (\d+)`)
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		for _, pattern := range []*regexp.Regexp{actual, removed} {
			if m := pattern.FindStringSubmatch(line); m != nil {
				var count int
				if _, err := fmt.Sscan(m[1], &count); err != nil {
					t.Fatal(err)
				}
				n += count
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// drain reads all of a query.
func drain(t testing.TB, s *Snapshot, q *statement) {
	t.Helper()
	rows, err := s.conn.QueryContext(t.Context(), q.text.String(), q.args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
