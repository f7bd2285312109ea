//go:build unix

package e2e

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
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/push"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/testkit/processor"
	"feedstation/jobs"
)

// everything is a destination of all that changes.
type everything struct{ name string }

func (e everything) Name() string      { return e.name }
func (everything) Policy() push.Policy { return push.Policy{Batch: 1000} }

func (everything) Notices(c push.Change) (all []push.Notice) {
	for _, a := range c.Came {
		all = append(all, push.Notice{Address: a.Address, ID: a.ID, Version: push.Version(a), Published: a.Published})
	}
	for _, path := range c.Paths {
		all = append(all, push.Notice{Address: c.Station.URL + path, Path: path, Version: fmt.Sprint(c.After.Watermark())})
	}
	return all
}

func (everything) Send(_ context.Context, _ *network.Station, _ *edition.Edition, notices []push.Notice) push.Answer {
	return push.Answer{Outcomes: make([]push.Outcome, len(notices))}
}

// BenchmarkPush compares the processor time of a refresh after one new article, with an
// outbox of three destinations that are told all and without one, in turns. The goal is
// 1.05.
func BenchmarkPush(b *testing.B) {
	off, on := newDesk(b, false), newDesk(b, true)
	var spent [2]time.Duration
	for b.Loop() {
		for i, d := range []*newsDesk{off, on} {
			d.put(b)
			began := processor.Time(b)
			if err := d.conductor.Refresh(b.Context()); err != nil {
				b.Fatal(err)
			}
			spent[i] += processor.Time(b) - began
		}
	}
	b.ReportMetric(float64(spent[0].Microseconds())/float64(b.N), "off-µs")
	b.ReportMetric(float64(spent[1].Microseconds())/float64(b.N), "on-µs")
	b.ReportMetric(float64(spent[1])/float64(spent[0]), "on/off")
}

// newsDesk is a station of ten channels and 600 articles.
type newsDesk struct {
	store     *content.Store
	conductor *jobs.Conductor
	id        int
}

func newDesk(b *testing.B, told bool) *newsDesk {
	b.Helper()
	station := &network.Station{ID: "xt", Name: "湘潭站", URL: "https://xt.news.example", Language: "zh-CN", Zone: time.UTC}
	for i := range 10 {
		station.Channels = append(station.Channels, network.Channel{ID: fmt.Sprint("c", i), Name: fmt.Sprintf("第%d频道", i)})
	}
	n, err := network.New("湘江新闻网", []*network.Station{station}, nil)
	if err != nil {
		b.Fatal(err)
	}
	d := new(newsDesk)
	if d.store, err = content.Open(b.Context(), filepath.Join(b.TempDir(), "content.db")); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.store.Close() })
	dir, log := b.TempDir(), slog.New(slog.DiscardHandler)
	local, err := disk.Open(dir, store.Keep{Editions: 5, For: -1})
	if err != nil {
		b.Fatal(err)
	}
	editions, err := cache.Open(b.Context(), log, []string{"xt"}, local, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	if told {
		outbox := push.New(log, push.Options{
			Network: n, Destinations: []push.Destination{everything{"a"}, everything{"b"}, everything{"c"}}, Dir: dir, Window: 48 * time.Hour, Burst: 1000,
		})
		b.Cleanup(func() { outbox.Close() })
		editions.Noting(outbox)
	}
	snapshot := func(ctx context.Context) (jobs.Snapshot, error) { return d.store.Snapshot(ctx) }
	d.conductor = jobs.NewConductor(log, n, snapshot, editions, jobs.Options{Options: press.Options{Feed: network.Feed{Items: 50, MaxItems: 50, FullText: true}, NewsName: "湘江新闻网", Version: "test"}, Overlap: 2 * time.Minute, MaxAge: 15 * time.Minute})
	for range 600 {
		d.put(b)
	}
	if err := d.conductor.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	return d
}

// put puts a new article into the content store.
func (d *newsDesk) put(b *testing.B) {
	b.Helper()
	d.id++
	now := time.Now().Add(-time.Minute)
	a := article.Article{
		ID: fmt.Sprint(d.id), Station: "xt", Channels: []string{fmt.Sprint("c", d.id%10)}, URL: fmt.Sprintf("https://xt.news.example/%d.html", d.id), Title: fmt.Sprintf("第%d条", d.id),
		Body: fmt.Sprintf("<p>第%d条。%s</p>", d.id, strings.Repeat("湖边的读书节开幕了，孩子们来了。", 20)), Published: now, Updated: now, Status: article.Published,
	}
	if _, err := d.store.Put(b.Context(), func(yield func(article.Article, error) bool) { yield(a, nil) }); err != nil {
		b.Fatal(err)
	}
}
