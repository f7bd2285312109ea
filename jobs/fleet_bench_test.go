//go:build unix

package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/testkit/processor"
	"feedstation/jobs"
)

// BenchmarkRefreshNamed is a refresh for which one new article is named, of one of 140
// stations of ten channels with articles of ten years, and of the one of all: what it costs
// besides the documents of these two grows with the network.
func BenchmarkRefreshNamed(b *testing.B) {
	const articles = 10_000
	stations := []*network.Station{{ID: "www", Name: "总站", URL: "https://www.news.example", Language: "zh-CN", Zone: shanghai, All: true}}
	for i := range 140 {
		stations = append(stations, &network.Station{ID: fmt.Sprint("s", i), Name: fmt.Sprintf("第%d站", i), URL: fmt.Sprintf("https://s%d.news.example", i), Language: "zh-CN", Zone: shanghai})
	}
	for _, s := range stations {
		for c := range 10 {
			s.Channels = append(s.Channels, network.Channel{ID: fmt.Sprint("c", c), Name: fmt.Sprintf("第%d频道", c)})
		}
	}
	store, _, conductor := newMeasured(b, options, stations...)
	publish := func(written ...article.Article) {
		if _, err := store.Put(b.Context(), func(yield func(article.Article, error) bool) {
			for i := range written {
				if !yield(written[i], nil) {
					return
				}
			}
		}); err != nil {
			b.Fatal(err)
		}
	}
	refresh := func() {
		for more := true; more; more = conductor.More() {
			if err := conductor.Refresh(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
	next := 0
	written := func(ago time.Duration) article.Article {
		a := newArticle(stations[1+next%140].ID, next, ago)
		a.Channels = []string{fmt.Sprint("c", next/140%10)}
		next++
		return a
	}
	var old []article.Article
	for i := range articles {
		old = append(old, written(time.Duration(i)*(3650*24*time.Hour/articles)))
	}
	for some := range slices.Chunk(old, 1000) {
		publish(some...)
	}
	refresh()
	var spent time.Duration
	for b.Loop() {
		b.StopTimer()
		a := written(0)
		publish(a)
		if err := conductor.Hint(jobs.Hint{Articles: []string{a.ID}}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		began := processor.Time(b)
		refresh()
		spent += processor.Time(b) - began
	}
	b.ReportMetric(spent.Seconds()*1000/float64(b.N), "cpu-ms/op")
}
