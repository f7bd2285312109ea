//go:build unix

package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/network"
	"feedstation/internal/testkit/processor"
)

// BenchmarkAudit audits twenty stations of ten channels, with articles of 5 KB, in which
// nothing has changed: that is nearly all that a process does at night.
func BenchmarkAudit(b *testing.B) {
	var stations []*network.Station
	for i := range 20 {
		s := &network.Station{ID: fmt.Sprint("s", i), Name: fmt.Sprintf("第%d站", i), URL: fmt.Sprintf("https://s%d.news.example", i), Language: "zh-CN", Zone: shanghai}
		for c := range 10 {
			s.Channels = append(s.Channels, network.Channel{ID: fmt.Sprint("c", c), Name: fmt.Sprintf("第%d频道", c)})
		}
		stations = append(stations, s)
	}
	usual := options
	usual.Feed = network.Feed{Items: 50, Window: 24 * time.Hour, MaxItems: 500, FullText: true}
	store, _, conductor := newMeasured(b, usual, stations...)
	paragraph := "<p>" + strings.Repeat("湖边的读书节开幕了，孩子们来了。", 10) + "</p>"
	written := func(yield func(article.Article, error) bool) {
		for i := range 10_000 {
			a := newArticle(stations[i%20].ID, i, time.Duration(i)*time.Minute)
			a.Channels, a.Body = []string{fmt.Sprint("c", i/20%10)}, strings.Repeat(paragraph, 10)
			if !yield(a, nil) {
				return
			}
		}
	}
	if _, err := store.Put(b.Context(), written); err != nil {
		b.Fatal(err)
	}
	if err := conductor.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	audit := func() {
		if err := conductor.Audit(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	audit() // the first builds again what the refresh has built
	began := processor.Time(b)
	for b.Loop() {
		audit()
	}
	b.ReportMetric((processor.Time(b)-began).Seconds()*1000/float64(b.N*len(stations)), "cpu-ms/station")
}
