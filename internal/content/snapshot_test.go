package content_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

func TestLatest(t *testing.T) {
	bubble(t, func(t *testing.T, s *content.Store) {
		now := time.Now()
		put(
			t, s,
			story("a1", now.Add(-3*time.Hour), in("xt", "moment", "culture")),
			story("a2", now.Add(-2*time.Hour), in("xt", "moment")),
			story("b1", now.Add(-time.Hour), in("cs", "moment")),
			story("a3", now.Add(-time.Hour), in("xt")), // as old as b1 and b2
			story("b2", now.Add(-time.Hour), in("cs")),
			story("c1", now, in("zz", "moment")),
			story("d1", now.Add(-4*time.Hour), in("yy", "other")),
		)
		tests := []struct {
			name     string
			stations []string
			channel  string
			limit    int
			want     []string
		}{
			{"of a station, newest first", []string{"xt"}, "", 9, []string{"a3", "a2", "a1"}},
			{"at most so many", []string{"xt"}, "", 2, []string{"a3", "a2"}},
			{"none at all", []string{"xt"}, "", 0, nil},
			{"of a channel", []string{"xt"}, "moment", 9, []string{"a2", "a1"}},
			{"of a channel, at most one", []string{"xt"}, "moment", 1, []string{"a2"}},
			{"of a channel without articles", []string{"xt"}, "politics", 9, nil},
			{"of another station's channel", []string{"xt"}, "other", 9, nil},
			{"of several stations, equal times by id", []string{"cs", "xt", "zz"}, "", 9, []string{"c1", "b2", "b1", "a3", "a2", "a1"}},
			{"of several stations, a channel", []string{"xt", "cs", "zz"}, "moment", 9, []string{"c1", "b1", "a2", "a1"}},
			{"of several stations, at most so many", []string{"xt", "cs", "zz"}, "moment", 3, []string{"c1", "b1", "a2"}},
			{"of a station twice", []string{"yy", "yy"}, "", 9, []string{"d1"}},
			{"of an unknown station", []string{"none"}, "", 9, nil},
			{"of no station", nil, "", 9, nil},
			{"of a station with a quote", []string{`x"t`, "yy"}, "", 9, []string{"d1"}},
		}
		for _, tt := range tests {
			t.Log(tt.name)
			if diff := cmp.Diff(tt.want, ids(latest(t, s, tt.stations, tt.channel, tt.limit))); diff != "" {
				t.Errorf("%s: articles (-want +got):\n%s", tt.name, diff)
			}
		}
	})
}

// visibility puts an article of each kind and returns what shows which of them
// are seen after some hours.
func visibility(t *testing.T, s *content.Store, seen func(*content.Snapshot) []string) {
	t.Helper()
	now := time.Now()
	put(
		t, s,
		story("1 shown", now.Add(-time.Hour), in("xt", "moment")),
		story("2 at that moment", now, in("xt", "moment")),
		story("3 expires", now.Add(-time.Hour), in("xt", "moment"), expires(now.Add(2*time.Hour))),
		story("4 embargoed", now.Add(time.Hour), in("xt", "moment")),
		story("5 embargoed, expires", now.Add(time.Hour), in("xt", "moment"), expires(now.Add(3*time.Hour))),
		story("6 draft", now.Add(-time.Hour), in("xt", "moment"), status(article.Draft)),
		story("7 withdrawn", now.Add(-time.Hour), in("xt", "moment"), status(article.Withdrawn)),
	)
	for _, want := range [][]string{
		{"1", "2", "3"}, {"1", "2", "3", "4", "5"}, {"1", "2", "4", "5"}, {"1", "2", "4"},
	} {
		snapshot := snapshot(t, s)
		got := seen(snapshot)
		snapshot.Close()
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], " ")
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", time.Since(now), diff)
		}
		if !snapshot.Time().Equal(time.Now()) || snapshot.Time().Location() != time.UTC {
			t.Errorf("a snapshot of %v at %v", snapshot.Time(), time.Now())
		}
		time.Sleep(time.Hour)
	}
	put(t, s, story("1 shown", now, in("xt", "moment"), status(article.Withdrawn)))
	snapshot := snapshot(t, s)
	if got := seen(snapshot); len(got) != 2 {
		t.Errorf("after a withdrawal: %q", got)
	}
}

func TestLatestVisibility(t *testing.T) {
	for name, channel := range map[string]string{"station": "", "channel": "moment"} {
		for stations, list := range map[string][]string{"one": {"xt"}, "many": {"cs", "xt"}} {
			t.Run(name+" of "+stations, func(t *testing.T) {
				bubble(t, func(t *testing.T, s *content.Store) {
					visibility(t, s, func(snapshot *content.Snapshot) []string {
						articles, err := snapshot.Latest(t.Context(), list, channel, 99)
						if err != nil {
							t.Fatal(err)
						}
						return ids(articles)
					})
				})
			})
		}
	}
}

func listing(t *testing.T, s *content.Snapshot, station string, from, to time.Time) (articles []article.Article) {
	t.Helper()
	for a, err := range s.Listing(t.Context(), station, from, to) {
		if err != nil {
			t.Fatal(err)
		}
		articles = append(articles, a)
	}
	return articles
}

func TestListingVisibility(t *testing.T) {
	bubble(t, func(t *testing.T, s *content.Store) {
		visibility(t, s, func(snapshot *content.Snapshot) []string {
			return ids(listing(t, snapshot, "xt", time.Time{}, snapshot.Time().AddDate(1, 0, 0)))
		})
	})
}

func TestSnapshotStays(t *testing.T) {
	bubble(t, func(t *testing.T, s *content.Store) {
		at := time.Now().Add(-time.Hour)
		put(t, s, story("1", at))
		before := snapshot(t, s)
		time.Sleep(time.Minute)
		put(t, s, story("1", at, status(article.Withdrawn)), story("2", at.AddDate(0, 0, -40)))
		after := snapshot(t, s)

		for name, want := range map[string]struct {
			snapshot        *content.Snapshot
			latest, listing []string
			months          string
			changes         int
		}{
			"before": {before, []string{"1"}, []string{"1"}, "[1999-12]", 1},
			"after":  {after, []string{"2"}, []string{"2"}, "[1999-12 1999-11]", 2},
		} {
			articles, err := want.snapshot.Latest(t.Context(), []string{"xt"}, "", 9)
			if diff := cmp.Diff(want.latest, ids(articles)); diff != "" || err != nil {
				t.Errorf("%s: Latest, %v (-want +got):\n%s", name, err, diff)
			}
			if diff := cmp.Diff(want.listing, ids(listing(t, want.snapshot, "xt", time.Time{}, time.Now()))); diff != "" {
				t.Errorf("%s: Listing (-want +got):\n%s", name, diff)
			}
			if months, err := want.snapshot.Months(t.Context(), "xt", time.UTC); fmt.Sprint(months) != want.months || err != nil {
				t.Errorf("%s: Months = %v, %v, want %s", name, months, err, want.months)
			}
			if changes, err := gather(want.snapshot.Changes(t.Context(), time.Now())); len(changes) != want.changes || err != nil {
				t.Errorf("%s: Changes = %v, %v, want %d", name, changes, err, want.changes)
			}
		}
	})
}

// TestReadersBesideAWriter holds that a snapshot has all of a transaction or
// nothing of it, while others write.
func TestReadersBesideAWriter(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "content.db"))
	at := time.Now().Add(-time.Hour)
	written := func(title string) (articles []article.Article) {
		for i := range 5 {
			articles = append(articles, story(fmt.Sprint(i), at, in("xt", "moment"), func(a *article.Article) { a.Title = title }))
		}
		return articles
	}
	put(t, s, written("0")...)
	done := make(chan struct{})
	var work sync.WaitGroup
	for range 2 {
		work.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				if _, err := s.Put(t.Context(), all(written(fmt.Sprint(i)), nil)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for range 15 {
				if err := readWhole(t, s); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	readers.Wait()
	close(done)
	work.Wait()
}

// readWhole reads everything twice from a snapshot.
func readWhole(t *testing.T, s *content.Store) error {
	present, err := s.Snapshot(t.Context())
	if err != nil {
		return err
	}
	defer present.Close()
	for range 2 {
		articles, err := present.Latest(t.Context(), []string{"xt"}, "moment", 9)
		if err != nil {
			return err
		}
		for _, a := range articles {
			if len(articles) != 5 || a.Title != articles[0].Title {
				return fmt.Errorf("a mixture of %q and %q in %d articles", a.Title, articles[0].Title, len(articles))
			}
		}
	}
	return nil
}
