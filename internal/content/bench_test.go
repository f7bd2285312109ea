package content

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
)

// BenchmarkPut stores articles of 1.2 KB in transactions of 5,000; the goal is
// 20,000 articles a second.
func BenchmarkPut(b *testing.B) {
	s, err := Open(b.Context(), filepath.Join(b.TempDir(), "content.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	body := "<p>" + strings.Repeat("湖边的读书节开幕了。", 40) + "</p>"
	start := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	next := 0
	batch := func(yield func(article.Article, error) bool) {
		for range 5000 {
			next++
			at := start.Add(time.Duration(next) * 5 * time.Minute)
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
	for b.Loop() {
		if _, err := s.Put(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(5000*b.N)/b.Elapsed().Seconds(), "articles/s")
}
