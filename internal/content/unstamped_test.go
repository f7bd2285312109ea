package content_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
)

// A new article without modified_at is told of as a change without a time, for a day
// after its publication; its first edit is found by the time that it gets.
func TestUnstamped(t *testing.T) {
	servers(t, func(t *testing.T, e *engine) {
		s := e.store(t)
		hour := func(ago int) time.Time { return now().Add(-time.Duration(ago) * time.Hour) }
		e.write(t, e.db, now().Add(-5*time.Hour), story("0", hour(5)))
		e.write(t, e.db, time.Time{}, story("1", hour(2)), story("2", hour(30)), story("3", hour(-2)))
		var got []string
		for _, c := range changes(t, s, now()) {
			got = append(got, fmt.Sprintf("%s %s %t", c.ID, c.Station, c.At.IsZero()))
		}
		if want := []string{"1 xt true"}; !slices.Equal(got, want) {
			t.Errorf("changes: %q, want %q", got, want)
		}
		e.exec(t, "UPDATE articles SET modified_at = "+e.marks(1)+" WHERE id = '2'", now())
		if got := changes(t, s, now()); len(got) != 2 || got[1].ID != "2" || got[1].At.IsZero() {
			t.Errorf("after an edit: %+v", got)
		}
	})
}

// The survey names rows whose modified_at does not tell that they have changed.
func TestSurveyStamps(t *testing.T) {
	n, err := network.New("n", []*network.Station{{ID: "xt", URL: "https://xt.news.example"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	servers(t, func(t *testing.T, e *engine) {
		at := now().Add(-time.Hour)
		ask := func() []string {
			findings, err := e.store(t).Survey(t.Context(), n, func(*article.Article) {})
			if err != nil {
				t.Fatal(err)
			}
			return slices.DeleteFunc(findings.Notices, func(line string) bool {
				return strings.Contains(line, "nothing in the database moves") || strings.Contains(line, "does not follow") // see TestServerUntold
			})
		}
		e.write(t, e.db, at, story("0", at))
		e.write(t, e.db, at, story("embargoed", at.Add(3*time.Hour)))
		if got := ask(); len(got) > 0 {
			t.Errorf("of what is right: %q", got)
		}
		e.write(t, e.db, time.Time{}, story("1", at), story("2", at))
		e.write(t, e.db, at.Add(8*time.Hour), story("3", at))
		later := story("4", at.Add(-time.Hour))
		later.Updated = at.Add(time.Minute)
		e.write(t, e.db, at, later)
		got := ask()
		for i, want := range []string{
			"articles.modified_at: 2 articles have none, as 1: ", "articles.modified_at: 1 articles have one in the future, as 3: ",
			"articles.modified_at: 1 articles changed later by their column updated, as 4: ",
		} {
			if i >= len(got) || !strings.HasPrefix(got[i], want) {
				t.Errorf("notices: %q, want %q", got, want)
			}
		}
	})
}
