package content

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/testkit/require"
)

// TestServerFormPlan holds that the indexes serve columns whose times are numbers, texts, local or
// days as they serve moments.
func TestServerFormPlan(t *testing.T) {
	require.Time(t)
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, driver := range []string{Postgres, MySQL} {
		t.Run(driver, func(t *testing.T) {
			store, db := large(t, driver, 20_000)
			change := func(column, postgres string, mysql ...string) {
				t.Helper()
				statements := []string{"ALTER TABLE articles ALTER COLUMN " + column + " TYPE " + postgres, "ANALYZE articles"}
				if driver == MySQL {
					statements = append(slices.Clone(mysql), "OPTIMIZE TABLE articles") // which the former values would count in otherwise
				}
				for _, statement := range statements {
					if _, err := db.ExecContext(t.Context(), statement); err != nil {
						t.Fatalf("%s: %v", statement, err)
					}
				}
			}
			look := func(name string) {
				t.Helper()
				of := &Store{
					dialect: store.dialect, read: store.read, articles: store.articles, channels: store.channels, timeout: store.timeout, network: store.network,
					reader: article.Reader{Zone: shanghai}, oneByOne: store.oneByOne, overlap: store.overlap,
				}
				s, err := of.Snapshot(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				defer s.Close()
				from, to := article.MonthOf(s.at.AddDate(-5, 0, 0), time.UTC).Bounds(time.UTC)
				for about, q := range map[string]*statement{
					"latest": s.latest(whole(), stations(1), "", time.Time{}, 50, nil), "listing": s.listing("s0", from, to, pageSize, nil),
					"changes": s.changes(period{after: s.at.Add(-time.Hour)}, true, 4097), "the next embargo": s.firstOf(s.catalog.column("published")),
				} {
					if read := rowsRead(t, s, q); read > 400 {
						t.Errorf("%s of %s: reads %d rows:\n%s", about, name, read, explained(t, s, q))
					}
				}
			}
			change("expires", "timestamp", "ALTER TABLE articles MODIFY expires date")
			look("local times")
			for _, column := range []string{"published", "modified_at"} {
				change(column, fmt.Sprintf("int USING extract(epoch FROM %s)::int", column), fmt.Sprintf(
					"ALTER TABLE articles MODIFY %s bigint NOT NULL", column), fmt.Sprintf("UPDATE articles SET %[1]s = UNIX_TIMESTAMP(%[1]s)", column))
			}
			look("numbers")
			for _, column := range []string{"published", "modified_at"} {
				change(column, fmt.Sprintf("varchar(30) USING to_char(to_timestamp(%s), 'YYYY-MM-DD HH24:MI:SS')", column), fmt.Sprintf(
					"ALTER TABLE articles MODIFY %s varchar(30) NOT NULL", column), fmt.Sprintf("UPDATE articles SET %[1]s = FROM_UNIXTIME(%[1]s, '%%Y-%%m-%%d %%H:%%i:%%s')", column))
			}
			look("texts")
		})
	}
}
