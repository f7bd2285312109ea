package content

import (
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
)

// archive returns n articles of 1.2 KB, of fourteen stations in turn, from the
// given number on.
func archive(first, n int, every time.Duration) iter.Seq2[article.Article, error] {
	body := "<p>" + strings.Repeat("湖边的读书节开幕了。", 40) + "</p>"
	start := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	return func(yield func(article.Article, error) bool) {
		for i := range n {
			next := first + i
			at := start.Add(time.Duration(next) * every)
			a := article.Article{
				ID: fmt.Sprint(5_000_000 + next), Station: fmt.Sprint("s", next%14), Channels: []string{"moment", "culture"},
				URL:   fmt.Sprintf("https://s%d.news.example/content/%d.html", next%14, next),
				Title: fmt.Sprintf("第%d条新闻", next), Body: body, Published: at, Updated: at, Status: article.Published,
				Authors: []string{"林知夏"}, Tags: []string{"读书", "湖边"}, Editor: "周明远", Source: article.Source{Name: "湘潭站"},
				Images: []article.Image{{URL: "1.jpg", Caption: "开幕现场", Width: 1200, Height: 800, Type: "image/jpeg"}},
			}
			if !yield(a, nil) {
				return
			}
		}
	}
}

// BenchmarkPut stores articles in transactions of 5,000; the goal is 20,000
// articles a second.
func BenchmarkPut(b *testing.B) {
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "content.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	next := 1
	for b.Loop() {
		if _, err := s.Put(b.Context(), archive(next, 5000, 5*time.Minute)); err != nil {
			b.Fatal(err)
		}
		next += 5000
	}
	b.ReportMetric(float64(5000*b.N)/b.Elapsed().Seconds(), "articles/s")
}

// BenchmarkListing lists the 50,000 articles of a station's ten years month by
// month, as a build does; the goal is 300,000 articles a second without images.
func BenchmarkListing(b *testing.B) {
	images := []article.Image{{URL: "1.jpg", Caption: "开幕现场", Width: 1200, Height: 800, Type: "image/jpeg"}}
	enclosures := []article.Enclosure{{URL: "1.mp4", Type: "video/mp4", Bytes: 1 << 24, Seconds: 90}}
	tests := []struct {
		name   string
		change func(*article.Article)
	}{
		{"plain", func(a *article.Article) { a.Images = nil }},
		{"images", func(a *article.Article) { a.Images = images }},
		{"images and videos", func(a *article.Article) { a.Images, a.Enclosures = images, enclosures }},
	}
	for _, tt := range tests {
		b.Run(tt.name, func(b *testing.B) {
			s, err := Open(b.Context(), filepath.Join(b.TempDir(), "content.db"))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			const n = 50_000
			_, err = s.Put(b.Context(), func(yield func(article.Article, error) bool) {
				for a := range archive(1, n, 100*time.Minute) {
					a.Station = "xt"
					if tt.change(&a); !yield(a, nil) {
						return
					}
				}
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if got := listMonths(b, s); got != n {
					b.Fatalf("%d articles, want %d", got, n)
				}
			}
			b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "articles/s")
		})
	}
}

// BenchmarkTotals compares a month of 6,000 articles, as an audit does.
func BenchmarkTotals(b *testing.B) {
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "content.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Put(b.Context(), archive(1, 14*6000, 30*time.Second)); err != nil {
		b.Fatal(err)
	}
	present, err := s.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer present.Close()
	month := article.Month{Year: 2016, Month: time.January}
	for b.Loop() {
		got, err := present.TotalsByMonth(b.Context(), "s1", []article.Month{month}, time.UTC)
		if err != nil || got[0].Count < 5000 {
			b.Fatal(got, err)
		}
	}
}

// listMonths returns how many articles the listings of all months have.
func listMonths(b *testing.B, s *Store) (n int) {
	b.Helper()
	present, err := s.Snapshot(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer present.Close()
	months, err := present.Months(b.Context(), "xt", time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	for _, month := range months {
		from, to := month.Bounds(time.UTC)
		for _, err := range present.Listing(b.Context(), "xt", from, to) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	return n
}
