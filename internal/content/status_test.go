package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// TestStatus holds what each value of the column means, in every database and
// whichever way an article is read: nothing is published, and a word that is
// unknown leaves the article out and is named.
func TestStatus(t *testing.T) {
	const shown, hidden, unknown = "shown", "hidden", "unknown"
	tests := []struct{ name, set, want string }{
		{"published", "'published'", shown},
		{"NULL", "NULL", shown},
		{"empty", "''", shown},
		{"draft", "'draft'", hidden},
		{"withdrawn", "'withdrawn'", hidden},
		{"another word", "'approved'", unknown},
		{"a word of another system", "'auto-draft'", hidden},
		{"in capitals", "'Published'", shown},
		{"hidden in capitals", "'WITHDRAWN'", hidden},
		{"with a space before", "' draft'", hidden},
		{"with a tab before", "'\tdraft'", hidden},
		{"with a space behind", "'draft '", hidden},
		{"a number", "'1'", shown},
		{"a word of the newsroom", "'Freigegeben'", shown},
		{"a word of the newsroom that is hidden", "'ZURÜCK'", hidden},
		{"a word that the newsroom has otherwise", "'live'", hidden},
		{"a long one", "'" + strings.Repeat("x", 1000) + "'", unknown},
	}
	engines(t, func(t *testing.T, e *engine) {
		if e.server == nil {
			loosen(t, e.db)
		}
		words, err := article.NewWords([]string{"freigegeben"}, []string{"zurück"}, []string{"live"})
		if err != nil {
			t.Fatal(err)
		}
		s := e.store(t, func(o *content.Options) { o.Reader.Status = words })
		at := now().Add(-time.Hour)
		for _, tt := range tests {
			if e.name == content.SQLite && strings.Contains(tt.name, "newsroom") {
				continue // the embedded store has words of its own
			}
			e.write(t, e.db, at, story("1", at), story("2", at), story("3", at))
			e.exec(t, "UPDATE articles SET status = "+tt.set+" WHERE id = '2'")
			for _, read := range []struct {
				name string
				read func() (ids []string, faults []string)
				all  bool // also what is hidden
			}{
				{"Latest", func() ([]string, []string) {
					present := snapshot(t, s)
					defer present.Close()
					articles, err := present.Latest(t.Context(), []string{"xt"}, "", 9)
					if err != nil {
						t.Fatal(err)
					}
					return ids(articles), faultsOf(present)
				}, false},
				{"Listing", func() ([]string, []string) {
					present := snapshot(t, s)
					defer present.Close()
					return ids(listing(t, present, "xt", at.Add(-time.Hour), at.Add(time.Hour))), faultsOf(present)
				}, false},
				{"Inventory", func() ([]string, []string) {
					present := snapshot(t, s)
					defer present.Close()
					return ids(inventory(t, present)), faultsOf(present)
				}, true},
			} {
				ids, faults := read.read()
				want := tt.want == shown || tt.want == hidden && read.all
				if slices.Contains(ids, "2") != want || len(ids) != 2+map[bool]int{true: 1}[want] {
					t.Errorf("%s: %s has %q, want it to have 2: %t", tt.name, read.name, ids, want)
				}
				named := len(faults) == 1 && strings.HasPrefix(faults[0], `article 2: status: want published, draft or withdrawn, or a word of content.status, got "`)
				if named != (tt.want == unknown) {
					t.Errorf("%s: %s: faults %q", tt.name, read.name, faults)
				}
			}
			if got := find(t, s, "2"); len(got) != 1 || got[0].Visible != (tt.want == shown) || got[0].Withdrawn != slices.Contains([]string{"'withdrawn'", "'WITHDRAWN'", "'ZURÜCK'"}, tt.set) {
				t.Errorf("%s: Find says %+v", tt.name, got)
			}
		}
	})
}

// TestStatusTotals holds that an audit sees every change of status that changes
// what readers see, also one of a tool that leaves modified_at as it was.
func TestStatusTotals(t *testing.T) {
	states := []struct {
		set  string
		same int // those of a number look the same to readers
	}{{"'published'", 1}, {"NULL", 1}, {"''", 1}, {"'draft'", 2}, {"'withdrawn'", 3}, {"'deleted'", 4}, {"'Published'", 1}, {"'WITHDRAWN'", 3}}
	engines(t, func(t *testing.T, e *engine) {
		if e.server == nil {
			loosen(t, e.db)
		}
		s := e.store(t)
		at := now().Add(-time.Hour)
		month := article.MonthOf(at, time.UTC)
		sums := map[string]int{}
		e.write(t, e.db, at, story("1", at))
		for _, state := range states {
			if e.server == nil { // whose trigger moves it
				e.exec(t, "DROP TRIGGER IF EXISTS articles_changed")
			}
			e.exec(t, "UPDATE articles SET status = "+state.set)
			present := snapshot(t, s)
			totals, err := present.TotalsByMonth(t.Context(), "xt", []article.Month{month}, time.UTC)
			present.Close()
			if err != nil {
				t.Fatal(err)
			}
			key := fmt.Sprint(totals)
			if before, ok := sums[key]; ok && before != state.same {
				t.Errorf("status %s: the sum is that of %d", state.set, before)
			}
			sums[key] = state.same
		}
		if len(sums) != 4 { // those of a number look the same to readers
			t.Errorf("%d sums, want 4", len(sums))
		}
	})
}
