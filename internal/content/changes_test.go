package content_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
	"feedstation/internal/testkit/require"
)

// gather returns what a sequence yields, or its error.
func gather[T any](sequence iter.Seq2[T, error]) (all []T, err error) {
	for value, err := range sequence {
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}

// changes returns what a snapshot of the present knows, by id and time.
func changes(t *testing.T, s *content.Store, since time.Time) []article.Change {
	t.Helper()
	present := snapshot(t, s)
	defer present.Close()
	got, err := gather(present.Changes(t.Context(), since))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b article.Change) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), a.At.Compare(b.At))
	})
	return got
}

func TestChanges(t *testing.T) {
	bubble(t, func(t *testing.T, s *content.Store) {
		start := time.Now()
		after := func(d time.Duration) time.Time { return start.Add(d).UTC() }
		embargo, expiry := after(10*time.Hour), after(20*time.Hour)
		put(
			t, s,
			story("1", after(-time.Hour), expires(expiry)),
			story("2", embargo, in("cs")),
			story("3", after(-time.Hour), status(article.Draft)),
		)
		written := []article.Change{
			{ID: "1", Station: "xt", Published: after(-time.Hour), At: start.UTC()},
			{ID: "2", Station: "cs", Published: embargo, At: start.UTC()},
			{ID: "3", Station: "xt", Published: after(-time.Hour), At: start.UTC()},
		}
		ended := article.Change{ID: "2", Station: "cs", Published: embargo, At: embargo, Kind: article.Appeared}
		expired := article.Change{ID: "1", Station: "xt", Published: after(-time.Hour), At: expiry, Kind: article.Expired}

		steps := []struct {
			name  string
			at    time.Duration // after the start
			since time.Duration
			want  []article.Change
		}{
			{"at once", 0, 0, written},
			{"from the beginning", 0, -time.Minute, written},
			{"when nothing was written meanwhile", time.Second, time.Second, nil},
			{"for one who knows less", time.Second, -time.Second, written},
			{"again within the overlap", time.Minute, time.Minute, written},
			{"at the end of the overlap", 2*time.Minute - time.Millisecond, 2*time.Minute - time.Millisecond, written},
			{"after the overlap", 2 * time.Minute, 2 * time.Minute, nil},
			{"just before the embargo ends", 10*time.Hour - time.Millisecond, 9 * time.Hour, nil},
			{"when it ends", 10 * time.Hour, 10*time.Hour - time.Millisecond, []article.Change{ended}},
			{"again, in case a build came to nothing", 10*time.Hour + time.Minute, 10*time.Hour + time.Minute, []article.Change{ended}},
			{"when that is known", 10*time.Hour + 2*time.Minute, 10*time.Hour + 2*time.Minute, nil},
			{"just before the expiry", 20*time.Hour - time.Millisecond, 19 * time.Hour, nil},
			{"when it expires", 20 * time.Hour, 20*time.Hour - time.Millisecond, []article.Change{expired}},
			{"when that is known as well", 20*time.Hour + 2*time.Minute, 20*time.Hour + 2*time.Minute, nil},
			{"after a long time away", 30 * time.Hour, 3 * time.Minute, []article.Change{expired, ended}},
			{"after that", 40 * time.Hour, 30 * time.Hour, nil},
		}
		for _, step := range steps {
			time.Sleep(time.Until(start.Add(step.at)))
			if strings.Contains(step.name, "overlap") {
				put(t, s, story("another", after(time.Hour)))
			}
			got := slices.DeleteFunc(changes(t, s, start.Add(step.since)), func(c article.Change) bool { return c.ID == "another" })
			if len(got) == 0 {
				got = nil
			}
			if diff := gocmp.Diff(step.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, diff)
			}
		}

		now := time.Now().UTC()
		put(t, s, story("1", after(-time.Hour), status(article.Withdrawn)))
		want := []article.Change{{ID: "1", Station: "xt", Published: after(-time.Hour), At: now}}
		if diff := gocmp.Diff(want, changes(t, s, now.Add(-time.Minute))); diff != "" {
			t.Errorf("withdrawn (-want +got):\n%s", diff)
		}
	})
}

// TestChangesOfASlowPut holds that what a long transaction wrote first is found
// by those who asked while it went on.
func TestChangesOfASlowPut(t *testing.T) {
	for _, took := range []time.Duration{time.Second, time.Minute, 90 * time.Second, 3 * time.Minute, time.Hour} {
		t.Run(took.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, s *content.Store) {
				at := time.Now()
				var checked time.Time
				_, err := s.Put(t.Context(), func(yield func(article.Article, error) bool) {
					if !yield(story("first", at), nil) {
						return
					}
					time.Sleep(took)
					present := snapshot(t, s) // of a refresh meanwhile
					checked = present.Time()
					present.Close()
					yield(story("last", at), nil)
				})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, c := range changes(t, s, checked) {
					got = append(got, c.ID)
				}
				got = slices.Compact(got) // written, and just published
				if want := []string{"first", "last"}; !slices.Equal(got, want) {
					t.Errorf("changes of %q, want %q", got, want)
				}
			})
		})
	}
}

// TestChangesOfALargePut holds the same of one with more articles than get their
// stamps at once, all of which have moved.
func TestChangesOfALargePut(t *testing.T) {
	require.Time(t)
	const n = 1100
	bubble(t, func(t *testing.T, s *content.Store) {
		at := time.Now()
		load := func(station string, pause time.Duration) func(func(article.Article, error) bool) {
			return func(yield func(article.Article, error) bool) {
				for i := range n {
					a := story(fmt.Sprint(i), at)
					a.Station = station
					if !yield(a, nil) {
						return
					}
				}
				time.Sleep(pause)
			}
		}
		if _, err := s.Put(t.Context(), load("cs", 0)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if _, err := s.Put(t.Context(), load("xt", time.Hour)); err != nil {
			t.Fatal(err)
		}
		now, got := time.Now(), map[string]int{}
		for _, c := range changes(t, s, now.Add(-time.Minute)) {
			if c.At.Equal(now) {
				got[c.Station]++
			}
		}
		if got["xt"] != n || got["cs"] != n {
			t.Errorf("%d articles have come and %d have gone, want %d", got["xt"], got["cs"], n)
		}
	})
}

// TestMoves holds that Changes tells where an article has been, too.
func TestMoves(t *testing.T) {
	bubble(t, func(t *testing.T, s *content.Store) {
		march := time.Date(1999, 3, 1, 0, 0, 0, 0, time.UTC)
		april := march.AddDate(0, 1, 0)
		put(t, s, story("1", march), story("2", march))
		time.Sleep(time.Hour)
		checked := time.Now()
		time.Sleep(time.Minute)
		moved := time.Now()
		put(t, s, story("1", april, in("cs")), story("2", march))
		want := []article.Change{
			{ID: "1", Station: "cs", Published: april, At: moved.UTC()},
			{ID: "1", Station: "xt", Published: march, At: moved.UTC(), Kind: article.Left},
			{ID: "2", Station: "xt", Published: march, At: moved.UTC()},
		}
		got := changes(t, s, checked)
		slices.SortFunc(got, func(a, b article.Change) int { return strings.Compare(a.ID+a.Station, b.ID+b.Station) })
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		time.Sleep(8 * 24 * time.Hour)
		put(t, s)
		if got := changes(t, s, checked); len(got) != 2 {
			t.Errorf("after a week: %v", got)
		}
	})
}

// TestChangesAfterTheClockWentBack holds that what was written since is told to
// one who asks for what comes after a time that is yet to come again.
func TestChangesAfterTheClockWentBack(t *testing.T) {
	bubble(t, func(t *testing.T, s *content.Store) {
		put(t, s, story("1", time.Now().Add(-3*time.Hour)))
		got := changes(t, s, time.Now().Add(time.Hour))
		if len(got) != 1 || got[0].ID != "1" {
			t.Errorf("changes: %v, want that of 1", got)
		}
	})
}

// TestForeignChanges holds what an editor with another program gets without
// knowing of modified_at.
func TestForeignChanges(t *testing.T) {
	file := filepath.Join(t.TempDir(), "content.db")
	s := open(t, file)
	db := foreign(t, file)
	long := time.Now().Add(-time.Hour)
	put(t, s, story("1", long), story("2", long))
	exec(t, db, "UPDATE articles SET modified_at = 1") // long ago
	if got := changes(t, s, time.Now()); got != nil {
		t.Fatalf("changes of long ago: %v", got)
	}

	before := time.Now().Truncate(time.Millisecond)
	exec(t, db, "UPDATE articles SET status = 'withdrawn' WHERE id = '1'")
	exec(t, db, "INSERT INTO articles (id, station, url, title, published, updated) VALUES ('3', 'xt', 'https://xt.news.example/3.html', '新', ?, ?)",
		long.UnixMilli(), long.UnixMilli())
	exec(t, db, "INSERT INTO article_channels (article_id, channel) VALUES ('3', 'moment')")
	var got []string
	for _, c := range changes(t, s, time.Now()) {
		got = append(got, c.ID)
		if c.At.Before(before) || c.At.After(time.Now()) {
			t.Errorf("%s changed at %v, want a time after %v", c.ID, c.At, before)
		}
	}
	if want := []string{"1", "3"}; !slices.Equal(got, want) {
		t.Errorf("changes of %q, want %q", got, want)
	}

	third := story("3", long.UTC().Truncate(time.Millisecond), in("xt", "moment"), func(a *article.Article) { a.Title = "新" })
	second := story("2", third.Published)
	if diff := gocmp.Diff([]article.Article{third, second}, latest(t, s, []string{"xt"}, "", 9)); diff != "" {
		t.Errorf("articles (-want +got):\n%s", diff)
	}

	exec(t, db, "DELETE FROM articles WHERE id = '3'")
	if got := changes(t, s, time.Now()); len(got) != 2 || got[1].ID != "3" || got[1].At.Before(before) {
		t.Errorf("changes after a deletion: %v", got)
	}
	if got := ids(latest(t, s, []string{"xt"}, "", 9)); !slices.Equal(got, []string{"2"}) {
		t.Errorf("after a deletion: %q", got)
	}
}

func TestSnapshotGivenUp(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	put(t, s, story("1", time.Now()))
	present := snapshot(t, s)
	ctx := cancelled(t)
	_, latest := present.Latest(ctx, []string{"xt"}, "", 9)
	_, months := present.Months(ctx, "xt", time.UTC)
	_, changes := gather(present.Changes(ctx, time.Now()))
	var listing, inventory error
	for _, err := range present.Listing(ctx, "xt", time.Time{}, time.Now()) {
		listing = err
	}
	for _, err := range present.Inventory(ctx) {
		inventory = err
	}
	for name, err := range map[string]error{"Latest": latest, "Months": months, "Changes": changes, "Listing": listing, "Inventory": inventory} {
		if !errors.Is(err, ctx.Err()) || !strings.HasPrefix(err.Error(), "content: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
