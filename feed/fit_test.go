package feed_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/feed"
)

// The last items give way where a document would be too large, and no format is
// larger than it may be; of those that have to stay the last lose their full text.
func TestFitting(t *testing.T) {
	const text = 2000 // characters in each of ten bodies
	tests := []struct {
		name       string
		max, least int
		summary    bool
		want, full int
	}{
		{"room for all", 100_000, 5, false, 10, 10},
		{"room for seven", 24_000, 5, false, 7, 7},
		{"less than has to stay", 14_000, 5, false, 5, 3},
		{"one has to stay", 14_000, 1, false, 3, 3},
		{"without texts no more than a few", 7_200, 5, false, 4, 0},
		{"room for none", 1_000, 5, false, 1, 0},
		{"summaries need less", 24_000, 5, true, 10, 0},
		{"default", 0, 5, false, 10, 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := &feed.Feed{Title: "湘潭站", HomeURL: "https://xt.news.example/", AtomURL: "https://xt.news.example/atom.xml", MaxBytes: tt.max, SummaryOnly: tt.summary}
			for i := range 10 {
				p, err := feed.Prepare(feed.Item{
					URL: fmt.Sprintf("https://xt.news.example/%d.html", i), Title: "题", Summary: "摘要",
					Body: "<p>" + strings.Repeat("a ", text/2) + "</p>", Published: time.Date(2026, 3, 10, 12, 59-i, 0, 0, time.UTC),
				})
				if err != nil {
					t.Fatal(err)
				}
				f.Items = append(f.Items, p)
			}
			f.Items = f.Fitting(tt.least)
			if len(f.Items) != tt.want || f.Items[0].Address() != "https://xt.news.example/0.html" {
				t.Fatalf("%d items, want %d", len(f.Items), tt.want)
			}
			full, length := fullTexts(t, f)
			if tt.max > 1000 && length > tt.max {
				t.Errorf("%d bytes, want at most %d", length, tt.max)
			}
			for format, items := range full {
				if len(items) != tt.full {
					t.Errorf("%s: %d full texts, want %d", format, len(items), tt.full)
				}
			}
		})
	}
}
