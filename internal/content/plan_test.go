package content

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestPlan holds that no query of every day reads the archive: each goes into
// an index, and none sorts.
func TestPlan(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	many := []string{"xt", "cs", "zz"}
	tests := []struct {
		name  string
		query string
		want  string
	}{
		{"latest of a station", latestQuery(many[:1], ""), "INDEX articles_of_station"},
		{"latest of a channel", latestQuery(many[:1], "moment"), "INDEX articles_of_station"},
		{"latest of all stations", latestQuery(many, ""), "INDEX articles_by_time"},
		{"latest of all stations' channel", latestQuery(many, "moment"), "INDEX articles_by_time"},
		{"months", newestMonth, "COVERING INDEX articles_of_station"},
		{"listing", listingQuery, "INDEX articles_of_station"},
		{"changes of rows", changesQuery, "INDEX articles_by_change"},
		{"changes of place", changesQuery, "INDEX article_moves_by_time"},
		{"changes by the end of an embargo", changesQuery, "INDEX articles_by_time"},
		{"changes by expiry", changesQuery, "INDEX articles_by_expiry"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plan(t, s, tt.query)
			if !strings.Contains(got, " USING "+tt.want+" ") || strings.Contains(got, "SCAN articles") || strings.Contains(got, "TEMP B-TREE FOR ORDER BY") {
				t.Errorf("plan:\n%swant %s, and no article sorted", got, tt.want)
			}
		})
	}
}

// TestPlanOfEverything holds that what reads all articles does not sort them.
func TestPlanOfEverything(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, want := plan(t, s, inventoryQuery), "SCAN articles USING INDEX articles_of_station\n"; got != want {
		t.Errorf("plan:\n%swant %s", got, want)
	}
}

// plan returns how SQLite runs a query, a step a line.
func plan(t *testing.T, s *Store, query string) string {
	t.Helper()
	rows, err := s.read.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, 1, 2, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var text strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		text.WriteString(step + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
