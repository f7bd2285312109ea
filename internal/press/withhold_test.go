package press

import (
	"context"
	"fmt"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/edition"
)

// latestStore is a store that has articles, newest first.
type latestStore struct {
	Snapshot
	articles []article.Article
	read     int
}

func (s *latestStore) Newest(_ context.Context, _ []string, _ string, _ time.Time, least, _ int) ([]article.Article, error) {
	found := append([]article.Article(nil), s.articles[:min(least, len(s.articles))]...)
	s.read += len(found)
	return found, nil
}

func (s *latestStore) Find(context.Context, []string) ([]article.State, error) { return nil, nil }

// However many articles are retracted, a feed has as many as it may, and no more
// are read than are needed.
func TestNewestWithoutRetracted(t *testing.T) {
	const limit, all = 50, 5000
	for _, tt := range []struct {
		name       string
		held       func(id int) bool
		want, read int // articles
		first      string
	}{
		{"none", func(int) bool { return false }, limit, limit, "0"},
		{"thousands of old ones", func(id int) bool { return id >= 2000 }, limit, limit, "0"},
		{"some of the newest", func(id int) bool { return id < 10 }, limit, limit + 60, "10"},
		{"all of the newest", func(id int) bool { return id < 1000 }, limit, 4000, "1000"},
		{"all", func(int) bool { return true }, 0, 4 * all, ""},
		{"all but the last", func(id int) bool { return id < all-3 }, 3, 4 * all, "4997"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store, retractions := &latestStore{}, edition.Retractions{}
			for id := range all {
				store.articles = append(store.articles, article.Article{ID: fmt.Sprint(id)})
				if tt.held(id) {
					retractions[fmt.Sprint(id)] = edition.Retraction{State: edition.Held}
				}
			}
			s, err := withhold(t.Context(), store, retractions)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Newest(t.Context(), nil, "", noon, limit, limit+1)
			if err != nil || len(got) != tt.want || len(got) > 0 && got[0].ID != tt.first {
				t.Errorf("%d articles, %v; want %d", len(got), err, tt.want)
			}
			if store.read > tt.read {
				t.Errorf("%d articles were read, want at most %d", store.read, tt.read)
			}
		})
	}
}
