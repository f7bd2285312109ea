package content

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// emptySnapshot is one of an embedded store without articles.
func emptySnapshot(t *testing.T) *Snapshot {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "content.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	present, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(present.Close)
	return present
}

// TestPlan holds that no query of every day reads the archive: each goes into
// an index, and none sorts.
func TestPlan(t *testing.T) {
	present := emptySnapshot(t)
	many := []string{"xt", "cs", "zz"}
	now := time.Now()
	after := &place{published: 1, id: "1"}
	tests := []struct {
		name  string
		query *statement
		want  string
	}{
		{"latest of a station", present.latest(whole(), many[:1], "", time.Time{}, 50, nil), "INDEX articles_of_station"},
		{"latest of a station, further", present.latest(whole(), many[:1], "", time.Time{}, 50, after), "INDEX articles_of_station"},
		{"latest of a channel", present.latest(whole(), many[:1], "moment", time.Time{}, 50, nil), "INDEX articles_of_station"},
		{"latest of all stations", present.latest(whole(), many, "", time.Time{}, 50, nil), "INDEX articles_by_time"},
		{"latest of all stations, further", present.latest(whole(), many, "", time.Time{}, 50, after), "INDEX articles_by_time"},
		{"latest of all stations' channel", present.latest(whole(), many, "moment", time.Time{}, 50, nil), "INDEX articles_by_time"},
		{"a time of a station", present.between(heads(), many[:1], "", now, now, 50, nil), "INDEX articles_of_station"},
		{"a time of a station, further", present.between(heads(), many[:1], "", now, now, 50, after), "INDEX articles_of_station"},
		{"a time of a channel", present.between(heads(), many[:1], "moment", now, now, 50, nil), "INDEX articles_of_station"},
		{"a time of all stations", present.between(heads(), many, "", now, now, 50, nil), "INDEX articles_by_time"},
		{"the number of a station", present.count(many[:1], "", now), "COVERING INDEX articles_of_station"},
		{"how far a station's newest reach", present.farthest(many[:1]), "COVERING INDEX articles_of_station"},
		{"how far the newest reach", present.farthest(many), "COVERING INDEX articles_by_time"},
		{"months", present.newestBetween("xt", time.Time{}, now), "COVERING INDEX articles_of_station"},
		{"listing", present.listing("xt", now, now, 50, nil), "INDEX articles_of_station"},
		{"listing, further", present.listing("xt", now, now, 50, after), "INDEX articles_of_station"},
		{"totals", present.totalsOf("xt", [][2]time.Time{{now, now}, {now, now}}), "COVERING INDEX articles_of_station"},
		{"translations", present.alternatesBetween("xt", now, now), "COVERING INDEX articles_of_station"},
		{"articles by address", present.find("url", []string{"https://xt.news.example/1"}), "INDEX articles_of_url"},
		{"changes of rows", present.changes(period{after: now}, true, 9), "INDEX articles_by_change"},
		{"changes of rows in groups", present.groups(period{after: now}, true), "COVERING INDEX articles_by_change"},
		{"changes of rows in groups, of a time", present.groups(period{after: now, until: now}, true), "COVERING INDEX articles_by_change"},
		{"the size of changes", present.sizes(period{after: now, until: now}), "COVERING INDEX articles_by_change"},
		{"changes of place", present.changes(period{after: now}, true, 9), "INDEX article_moves_by_time"},
		{"changes by the end of an embargo", present.changes(period{after: now}, false, 9), "INDEX articles_by_time"},
		{"the newest change", present.newestChange(0), "INDEX articles_by_change"},
		{"the next embargo", present.firstOf(present.catalog.column("published")), "COVERING INDEX articles_by_time"},
		{"the next expiry", present.firstOf(present.catalog.column("expires")), "COVERING INDEX articles_by_expiry"},
		{"changes by expiry", present.changes(period{after: now}, false, 9), "INDEX articles_by_expiry"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := plan(t, present, tt.query)
			if !strings.Contains(got, " USING "+tt.want+" ") || strings.Contains(got, "SCAN a\n") || strings.Contains(got, "SCAN a ") && !strings.Contains(got, "SCAN a USING INDEX articles_by_time") || strings.Contains(got, "TEMP B-TREE FOR ORDER BY") {
				t.Errorf("plan:\n%swant %s, and no article sorted", got, tt.want)
			}
		})
	}
}

// TestPlanOfChannel holds that a channel that has few articles costs these.
func TestPlanOfChannel(t *testing.T) {
	present := emptySnapshot(t)
	for _, stations := range [][]string{{"xt"}, {"xt", "cs"}} {
		got := plan(t, present, present.latestMembers(whole(), stations, "moment", time.Time{}, time.Time{}, 50, nil))
		if !strings.Contains(got, "SEARCH c USING COVERING INDEX article_channels_of_channel (channel=?)") ||
			strings.Count(got, "SEARCH a USING INDEX sqlite_autoindex_articles_1 (id=?)") != 2 || strings.Contains(got, "SCAN a") {
			t.Errorf("plan of %v:\n%s", stations, got)
		}
		got = plan(t, present, present.count(stations, "moment", time.Time{}))
		if !strings.Contains(got, "SEARCH c USING COVERING INDEX article_channels_of_channel (channel=?)") || strings.Contains(got, "SCAN a") {
			t.Errorf("plan of the number of %v:\n%s", stations, got)
		}
	}
}

// TestPlanOfEverything holds that what reads all articles does not sort them.
func TestPlanOfEverything(t *testing.T) {
	present := emptySnapshot(t)
	got := plan(t, present, present.notNews("xt", nil, time.UnixMilli(0), time.UnixMilli(9)))
	if want := "SEARCH a USING INDEX articles_not_news (station=? AND published>? AND published<?)\n"; got != want {
		t.Errorf("plan:\n%swant %s", got, want)
	}
	if got, want := plan(t, present, present.inventory()), "SCAN a USING COVERING INDEX articles_of_station\n"; got != want {
		t.Errorf("plan:\n%swant %s", got, want)
	}
}

// TestPlanOfListing holds that a listing takes all from its index but the texts
// of some articles: SQLite looks for a row when the first of its columns is
// asked for that the index lacks.
func TestPlanOfListing(t *testing.T) {
	present := emptySnapshot(t)
	q := present.listing("xt", time.Now(), time.Now(), 50, nil)
	rows, err := present.conn.QueryContext(t.Context(), "EXPLAIN "+q.text.String(), q.args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	ofRows, ofIndex := 0, 0
	const table = 0 // the cursor of the first relation of a query
	for rows.Next() {
		var addr, p1, p2, p3, p5 int
		var opcode string
		var p4, comment any
		if err := rows.Scan(&addr, &opcode, &p1, &p2, &p3, &p4, &p5, &comment); err != nil {
			t.Fatal(err)
		}
		switch {
		case opcode == "Column" && p1 == table:
			ofRows++
		case opcode == "Column":
			ofIndex++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if ofRows != 3 || ofIndex < 10 {
		t.Errorf("%d columns are read from rows, want the summary, and the body and its length; %d from the index", ofRows, ofIndex)
	}
}

// plan returns how SQLite runs a query, a step a line.
func plan(t *testing.T, s *Snapshot, q *statement) string {
	t.Helper()
	rows, err := s.conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q.text.String(), q.args...)
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
