package content_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"feedstation/internal/article"
	"feedstation/internal/content"
)

// sequence yields ids, and an error behind them unless it is nil.
func sequence(err error, all ...string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, id := range all {
			if !yield(id, nil) {
				return
			}
		}
		if err != nil {
			yield("", err)
		}
	}
}

// stocked returns a store with the articles 1 to 4 of xt and 5 of yy.
func stocked(t *testing.T) *content.Store {
	t.Helper()
	s := open(t, t.TempDir()+"/content.db")
	var all []article.Article
	for n := range 5 {
		all = append(all, piece(fmt.Sprint(n+1), []string{"xt", "yy"}[n/4]))
	}
	put(t, s, all...)
	return s
}

func piece(id, station string) article.Article {
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	return article.Article{
		ID: id, Station: station, URL: "https://" + station + ".news.example/" + id, Title: id, Published: at, Updated: at,
		Status: article.Published, Channels: []string{"moment"},
	}
}

func TestDeleteArticles(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		ids  iter.Seq2[string, error]
		told []string
		err  error
		left []string
	}{
		{name: "nothing", ids: sequence(nil), left: []string{"1", "2", "3", "4", "5"}},
		{name: "some", ids: sequence(nil, "2", "5"), told: []string{"2 of xt", "5 of yy"}, left: []string{"1", "3", "4"}},
		{name: "one twice, one that is not there", ids: sequence(nil, "2", "2", "99"), told: []string{"2 of xt", "2 of ", "99 of "}, left: []string{"1", "3", "4", "5"}},
		{name: "an error removes nothing", ids: sequence(broken, "2"), told: []string{"2 of xt"}, err: broken, left: []string{"1", "2", "3", "4", "5"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stocked(t)
			before := time.Now()
			var told []string
			err := s.Delete(t.Context(), tt.ids, func(id, station string) { told = append(told, id+" of "+station) })
			if !errors.Is(err, tt.err) {
				t.Errorf("Delete: %v; want %v", err, tt.err)
			}
			if diff := cmp.Diff(tt.told, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.left, stored(t, s)); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
			if n := 5 - len(tt.left); n != departures(t, s, before) {
				t.Errorf("%d departures told of %d", departures(t, s, before), n)
			}
		})
	}
}

func TestReplace(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name    string
		ids     iter.Seq2[string, error]
		most    bool
		stored  int
		removed int
		err     error
		left    []string
	}{
		{name: "the same", ids: sequence(nil, "1", "2", "3", "4"), stored: 4, left: []string{"1", "2", "3", "4", "5"}},
		{name: "others", ids: sequence(nil, "3", "4", "6", "7"), stored: 4, removed: 2, left: []string{"3", "4", "5", "6", "7"}},
		{name: "most", ids: sequence(nil, "4"), err: &content.LossError{Removed: 3, Before: 4}, left: []string{"1", "2", "3", "4", "5"}},
		{name: "all", ids: sequence(nil), err: &content.LossError{Removed: 4, Before: 4}, left: []string{"1", "2", "3", "4", "5"}},
		{name: "most, as wanted", ids: sequence(nil, "4"), most: true, stored: 1, removed: 3, left: []string{"4", "5"}},
		{name: "one of another station", ids: sequence(nil, "1", "2", "3", "5"), stored: 4, removed: 1, left: []string{"1", "2", "3", "5"}},
		{name: "an error changes nothing", ids: sequence(broken, "8"), most: true, err: broken, left: []string{"1", "2", "3", "4", "5"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := stocked(t)
			r := &content.Replacement{Store: s, Station: "xt", Most: tt.most}
			n, err := r.PutOthers(t.Context(), func(yield func(article.Article, error) bool) {
				for id, err := range tt.ids {
					if !yield(piece(id, "xt"), err) {
						return
					}
				}
			}, nil)
			loss, _ := errors.AsType[*content.LossError](err)
			want, _ := errors.AsType[*content.LossError](tt.err)
			if !errors.Is(err, tt.err) && (loss == nil || want == nil || *loss != *want) {
				t.Errorf("PutOthers: %v; want %v", err, tt.err)
			}
			if n != tt.stored || r.Removed != tt.removed {
				t.Errorf("%d stored, %d removed; want %d, %d", n, r.Removed, tt.stored, tt.removed)
			}
			if diff := cmp.Diff(tt.left, stored(t, s)); diff != "" {
				t.Errorf("left (-want +got):\n%s", diff)
			}
			if _, err := r.PutOthers(t.Context(), func(func(article.Article, error) bool) {}, nil); err == nil && !tt.most {
				t.Error("a second one, of nothing, removes all")
			}
		})
	}
}

// TestReplaceSources holds that what sources bring is not replaced, nor counted.
func TestReplaceSources(t *testing.T) {
	s := stocked(t)
	step := &content.SourceChange{Items: []content.SourceItem{{Item: "a", ArticleID: "1"}, {Item: "b", ArticleID: "2"}, {Item: "c"}}}
	if err := s.ChangeSource(t.Context(), "cms", step, nil); err != nil {
		t.Fatal(err)
	}
	r := &content.Replacement{Store: s, Station: "xt"}
	if n, err := r.PutOthers(t.Context(), func(yield func(article.Article, error) bool) { yield(piece("3", "xt"), nil) }, nil); n != 1 || err != nil || r.Removed != 1 {
		t.Errorf("%d stored, %d removed, %v", n, r.Removed, err)
	}
	if diff := cmp.Diff([]string{"1", "2", "3", "5"}, stored(t, s)); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
}

// stored returns the ids of all articles.
func stored(t *testing.T, s *content.Store) (all []string) {
	t.Helper()
	present := snapshot(t, s)
	defer present.Close()
	for _, station := range []string{"xt", "yy"} {
		for _, a := range listing(t, present, station, time.UnixMilli(0), time.Now()) {
			all = append(all, a.ID)
		}
	}
	slices.Sort(all)
	return all
}

// departures returns how many articles have left a station since then.
func departures(t *testing.T, s *content.Store, since time.Time) (n int) {
	t.Helper()
	present := snapshot(t, s)
	defer present.Close()
	for c, err := range present.Changes(t.Context(), since) {
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == article.Left {
			n++
		}
	}
	return n
}
