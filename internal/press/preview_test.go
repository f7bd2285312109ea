package press_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/press"
)

// shelves is a store of some articles, the newest first; the rows of broken ones can't be
// read.
type shelves struct {
	press.Snapshot
	articles []article.Article
	broken   []string
	read     int // texts
}

func (s *shelves) Time() time.Time { return s.articles[0].Published.Add(time.Hour) }

func (s *shelves) Newest(_ context.Context, _ []string, _ string, _ time.Time, _, most int) ([]article.Article, error) {
	return s.articles[:min(most, len(s.articles))], nil
}

func (s *shelves) Whole(_ context.Context, heads []article.Article) (articles []article.Article, err error) {
	s.read += len(heads)
	for _, a := range slices.Backward(heads) { // in no order
		if !slices.Contains(s.broken, a.ID) {
			articles = append(articles, a)
		}
	}
	return articles, nil
}

// A preview shows the newest articles that a feed can have, and reads few more texts than
// it shows.
func TestPreview(t *testing.T) {
	at := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name     string
		articles int
		broken   []string
		want     []string
		read     int
	}{
		{"many", 1000, nil, []string{"1", "2", "3"}, 3},
		{"few", 2, nil, []string{"1", "2"}, 2},
		{"the newest are broken", 1000, []string{"1", "2", "4"}, []string{"3", "5", "6"}, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &shelves{broken: tt.broken}
			for i := range tt.articles {
				s.articles = append(s.articles, article.Article{
					Station: "xt",
					ID:      fmt.Sprint(i + 1), URL: fmt.Sprintf("https://xt.news.example/%d.html", i+1), Title: fmt.Sprint(i + 1),
					Published: at.Add(-time.Duration(i) * time.Minute), Updated: at,
				})
			}
			n, err := network.New("湘江新闻网", []*network.Station{{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Zone: time.UTC}}, nil)
			if err != nil {
				t.Fatal(err)
			}
			document, leftOut, err := press.New(n, press.Options{Feed: network.Feed{Items: 500, MaxItems: 1000}}, nil).Preview(t.Context(), s, n.Stations[0], 3)
			if err != nil || leftOut != nil {
				t.Fatal(err, leftOut)
			}
			var f struct {
				Items []struct{ Title string }
			}
			if err := json.Unmarshal(document, &f); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, item := range f.Items {
				got = append(got, item.Title)
			}
			if !slices.Equal(got, tt.want) || s.read != tt.read {
				t.Errorf("%q, of %d texts; want %q, of %d", got, s.read, tt.want, tt.read)
			}
		})
	}
}
