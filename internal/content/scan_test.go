package content

import (
	"fmt"
	"strings"
	"testing"
)

// TestScans holds that Inspect names the questions for which a server would read a whole
// table below a view, or make the whole view, and says nothing of a view that its
// indexes serve.
func TestScans(t *testing.T) {
	for _, driver := range []string{Postgres, MySQL} {
		t.Run(driver, func(t *testing.T) {
			store, db := large(t, driver, 20_000)
			cast, replace := "CAST(id AS char(20))", "CREATE OR REPLACE ALGORITHM=MERGE VIEW"
			if driver == Postgres {
				cast, replace = "(id || '')", "CREATE OR REPLACE VIEW"
			}
			// What a view makes of a column, no index has.
			columns := func(id, modified string) string {
				return fmt.Sprintf("SELECT %s AS id, station, url, title, published, updated, expires, %s AS modified_at, status FROM articles", id, modified)
			}
			of := &Store{dialect: store.dialect, read: store.read, articles: name{relation: "viewed"}, channels: store.channels, timeout: store.timeout, network: store.network, oneByOne: defaultOneByOne}
			for _, tt := range []struct {
				name, view string
				want       []string
			}{
				{"indexes serve", columns("id", "modified_at"), nil},
				{"made columns", columns(cast, "COALESCE(modified_at, published)"), []string{"for what has changed the database reads or sorts all of its table a", "for an article by its id the database reads or sorts all of its table a"}},
				{"a union", columns(cast, "modified_at") + " UNION SELECT * FROM (" + columns(cast, "modified_at") + ") b", []string{"for an article by its id the database"}},
			} {
				if _, err := db.ExecContext(t.Context(), "DROP VIEW IF EXISTS viewed"); err != nil {
					t.Fatal(err)
				}
				if _, err := db.ExecContext(t.Context(), replace+" viewed AS "+tt.view); err != nil {
					t.Fatal(err)
				}
				findings, err := of.Inspect(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				got := fmt.Sprint(findings)
				if len(tt.want) == 0 && len(findings) > 0 {
					t.Errorf("%s: %s", tt.name, got)
				}
				for _, want := range tt.want {
					if !strings.Contains(got, want) {
						t.Errorf("%s: %s, want %s", tt.name, got, want)
					}
				}
			}
		})
	}
}
