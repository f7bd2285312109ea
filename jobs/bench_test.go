package jobs_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/content"
	"feedstation/internal/network"
	"feedstation/internal/store/disk"
	"feedstation/jobs"
)

// BenchmarkRefresh publishes a station of ten channels, of articles of 1 KB each,
// after one new article, with all encodings and the local copy, in feeds of twenty
// articles; the goal is 15 ms. Idle is a refresh that finds nothing. Busy is one new
// article of a station whose feeds have all 500 that they may.
func BenchmarkRefresh(b *testing.B) {
	b.Run("quiet", func(b *testing.B) { benchmarkRefresh(b, options, time.Hour) })
	busy := options
	busy.Feed = network.Feed{Items: 50, Window: 24 * time.Hour, MaxItems: 500, FullText: true}
	b.Run("busy", func(b *testing.B) { benchmarkRefresh(b, busy, time.Minute) })
}

func benchmarkRefresh(b *testing.B, options jobs.Options, gap time.Duration) {
	w := newRefreshed(b, options, gap)
	b.Run("one new article", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			w.put(0)
			b.StartTimer()
			w.refresh()
		}
	})
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			w.refresh()
		}
	})
}

// refreshed is a station of ten channels that has been built once.
type refreshed struct {
	station  *network.Station
	store    *content.Store
	editions *cache.Cache
	put      func(ago time.Duration) article.Article // one new article
	refresh  func()
}

func newRefreshed(b *testing.B, options jobs.Options, gap time.Duration) *refreshed {
	b.Helper()
	station := &network.Station{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: shanghai}
	for i := range 10 {
		station.Channels = append(station.Channels, network.Channel{ID: fmt.Sprint("c", i), Name: fmt.Sprintf("第%d频道", i)})
	}
	store, editions, conductor := newMeasured(b, options, station)
	id := 0
	put := func(ago time.Duration) article.Article {
		id++
		a := newArticle("xt", id, ago)
		a.Channels = []string{fmt.Sprint("c", id%10)}
		a.Body = fmt.Sprintf("<p>第%d条。%s</p>", id, strings.Repeat("湖边的读书节开幕了，孩子们来了。", 20))
		if _, err := store.Put(b.Context(), func(yield func(article.Article, error) bool) { yield(a, nil) }); err != nil {
			b.Fatal(err)
		}
		return a
	}
	refresh := func() {
		if err := conductor.Refresh(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	for i := range 600 {
		put(time.Duration(600-i) * gap)
	}
	refresh()
	return &refreshed{station, store, editions, put, refresh}
}

// newMeasured returns a conductor of some stations, with an empty store, and editions on
// the disk.
func newMeasured(b *testing.B, options jobs.Options, stations ...*network.Station) (*content.Store, *cache.Cache, *jobs.Conductor) {
	b.Helper()
	n, err := network.New("湘江新闻网", stations, nil)
	if err != nil {
		b.Fatal(err)
	}
	store, err := content.Open(b.Context(), filepath.Join(b.TempDir(), "content.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	local, err := disk.Open(b.TempDir(), defaultKeep)
	if err != nil {
		b.Fatal(err)
	}
	var ids []string
	for _, s := range stations {
		ids = append(ids, s.ID)
	}
	silent := slog.New(slog.DiscardHandler)
	editions, err := cache.Open(b.Context(), silent, ids, local, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	snapshot := func(ctx context.Context) (jobs.Snapshot, error) { return store.Snapshot(ctx) }
	return store, editions, jobs.NewConductor(silent, n, snapshot, editions, options)
}
