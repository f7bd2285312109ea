package content

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"feedstation/internal/network"
	"feedstation/internal/testkit/sqltest"
)

// keyTypes are types that a column of keys may have, with the key of a row that
// has a number.
func keyTypes(driver string) map[string]string {
	if driver == Postgres {
		return map[string]string{
			"text": "'k' || seq", "varchar(190)": "'k' || seq", "character(20)": "'k' || seq", "citext": "'k' || seq",
			"smallint": "seq", "integer": "seq", "bigint": "seq", "numeric(20)": "seq", "numeric": "seq", "uuid": "md5(seq::text)::uuid",
		}
	}
	return map[string]string{
		"varchar(190)": "concat('k', seq)", "char(20)": "concat('k', seq)", "varbinary(64)": "concat('k', seq)",
		"varchar(20) CHARACTER SET latin1": "concat('k', seq)", "varchar(20) CHARACTER SET utf8mb3": "concat('k', seq)", "varchar(20) COLLATE utf8mb4_bin": "concat('k', seq)",
		"smallint": "seq", "bigint unsigned": "seq", "decimal(20,0)": "seq", "uuid": "concat('11111111-1111-4111-8111-', lpad(seq, 12, '0'))",
	}
}

// keyed is a store whose ids are of a type, in a table and in the view of a
// join.
func keyed(t *testing.T, driver string, db *sql.DB, n int, kind, key string) (of []*Store) {
	t.Helper()
	moment, rows, value := "timestamptz", "generate_series(1, 5000) AS s (seq)", key
	if driver == MySQL {
		moment, rows = "datetime(6)", "seq_1_to_5000"
	}
	articles, view := fmt.Sprint("articles_", n), fmt.Sprint("articles_viewed_", n)
	for _, statement := range []string{
		"CREATE TABLE " + articles + " (id " + kind + " NOT NULL PRIMARY KEY, station varchar(64) NOT NULL, url text NOT NULL, title text NOT NULL, published " + moment + ", modified_at " + moment + ")",
		"INSERT INTO " + articles + " SELECT " + value + ", 'xt', 'https://xt.news.example/', repeat('湖边的读书节。', 20), now(), now() FROM " + rows,
		"CREATE TABLE " + fmt.Sprint("channels_", n) + " (article_id " + kind + ", channel varchar(64))",
		"CREATE VIEW " + view + " AS SELECT id, code AS station, url, title, published, modified_at FROM " + articles + " JOIN site ON code = station",
		"ANALYZE " + map[string]string{MySQL: "TABLE "}[driver] + articles,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, relation := range []string{articles, view} {
		s := &Store{articles: name{relation: relation}, channels: name{relation: fmt.Sprint("channels_", n)}, timeout: defaultTimeout, network: &network.Network{}}
		of = append(of, s)
	}
	return of
}

// TestFindPlan holds that each id is found by the index of its column, whatever
// its type, and no row besides is read; also in a view, and with ids that the
// type does not have.
func TestFindPlan(t *testing.T) {
	for driver, start := range map[string]func(testing.TB) *sqltest.Server{Postgres: sqltest.Postgres, MySQL: sqltest.MariaDB} {
		t.Run(driver, func(t *testing.T) {
			server := start(t)
			database := server.Database(t)
			db := server.Open(t, database)
			store, err := OpenWith(t.Context(), Options{Driver: driver, DSN: server.RootDSN(database)})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			for _, statement := range []string{"CREATE TABLE site (code varchar(64) PRIMARY KEY)", "INSERT INTO site VALUES ('xt')"} {
				if _, err := db.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			if driver == Postgres {
				if _, err := db.ExecContext(t.Context(), "CREATE EXTENSION citext"); err != nil {
					t.Fatal(err)
				}
			}
			for kind, key := range keyTypes(driver) {
				var ids []string
				rows, err := db.QueryContext(t.Context(), "SELECT "+key+" FROM "+map[string]string{Postgres: "generate_series(1, 30) AS s (seq)", MySQL: "seq_1_to_30"}[driver])
				if err != nil {
					t.Fatal(err)
				}
				for rows.Next() {
					ids = append(ids, "")
					if err := rows.Scan(&ids[len(ids)-1]); err != nil {
						t.Fatal(err)
					}
				}
				ids = append(ids, "abc", "-1", "18446744073709551615", "-9223372036854775808", "99999999999999999999", strings.Repeat("9", 200), "1.5", "k99999", "湘江", "🌸", "00000000-0000-4000-8000-000000000000")
				for _, of := range keyed(t, driver, db, len(kind)*100+int(kind[0]), kind, key) {
					of.dialect, of.read, of.network = store.dialect, store.read, store.network
					s, err := of.Snapshot(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					found, err := s.Find(t.Context(), ids)
					if err != nil || len(found) != 30 {
						t.Errorf("%s: found %d of %s, %v; want 30", kind, len(found), of.articles, err)
					}
					q := s.find("id", ids)
					if read := rowsRead(t, s, q); read > 150 {
						t.Errorf("%s: reads %d rows of %s:\n%s", kind, read, of.articles, explained(t, s, q))
					}
					s.Close()
				}
			}
		})
	}
}

// TestFindPlanEmbedded holds the same of the embedded store.
func TestFindPlanEmbedded(t *testing.T) {
	present := emptySnapshot(t)
	if got := plan(t, present, present.find("id", []string{"1", "2"})); !strings.HasPrefix(got, "SEARCH a USING ") || !strings.Contains(got, "(id=?)") || strings.Count(got, "\n") != 1 {
		t.Errorf("plan:\n%s", got)
	}
}
