//go:build archive && linux

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"feedstation/internal/article"
	"feedstation/internal/cache"
	"feedstation/internal/cli"
	"feedstation/internal/content"
	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/store"
	"feedstation/internal/store/disk"
	"feedstation/internal/testkit/processor"
	"feedstation/jobs"
)

// How many articles the archives have.
const (
	hugeArchive  = 10_000_000
	largeArchive = 1_000_000
	smallArchive = 10_000
	bulkArchive  = 300_000
)

// TestArchive measures what an archive of a million articles costs, compared with
// the newest ten thousand of them, and what an import of very many costs while it is new, and
// prints a table. It takes minutes, so it has a build tag: make bench-archive. A
// goal that is missed does not fail it, for machines are busy; what does not work
// does.
//
// FEEDSTATION_ARCHIVE may name a store to begin with instead, which no process has
// open: one that `feedstation demo` has filled for the stations of archiveConfig,
// 14 or 141 of them. A copy of it is used. One that is not there is filled first,
// with ten million articles of 141 stations, and kept: that takes an hour or so and
// 30 GB, and each run as much for its copy where the file system can't share it.
func TestArchive(t *testing.T) {
	var results table
	t.Cleanup(func() { results.print() })        // also what was measured before a failure
	program := buildProgram(t, "-buildvcs=auto") // one without a version builds everything at its start
	large, small := newArchive(t, program), newArchive(t, program)
	if store := os.Getenv("FEEDSTATION_ARCHIVE"); store != "" {
		fillHuge(t, program, store)
		large.adopt(store)
	} else {
		large.fill(&results, largeArchive)
	}
	small.fillFrom(large, smallArchive)
	built := large.build(&results, figure{unit: "s", goal: 10}, figure{unit: "MB", goal: 250})
	large.floor(&results, built)
	small.build(&results, figure{unit: "s"}, figure{unit: "MB"})
	large.measureCache(&results)
	t.Run("serve", func(t *testing.T) { large.of(t).serve(&results) })
	measureBulk(t, &results, program) // before this process grows, with which a child's peak begins
	measureRefreshes(t, &results, large, small)
}

// step says what is being done: a run takes minutes.
func step(what string) { fmt.Printf("%s  %s\n", time.Now().Format(time.TimeOnly), what) }

// table is what is printed at the end.
type table []figure

// figure is a measured value.
type figure struct {
	what  string
	value float64
	unit  string  // s, ms, MB (10⁶ bytes), × or none, for a number
	goal  float64 // at most; zero: none
}

func (tt *table) add(what string, value float64, f figure) {
	f.what, f.value = what, value
	*tt = append(*tt, f)
}

func (tt table) print() {
	fmt.Printf("\n%-54s  %10s  %10s\n", "figure", "measured", "goal")
	for _, f := range tt {
		goal, verdict := "", ""
		if f.goal > 0 {
			goal, verdict = "≤ "+strings.TrimSpace(f.text(f.goal)), "ok"
			if f.value > f.goal {
				verdict = "short"
			}
		}
		fmt.Println(strings.TrimRight(fmt.Sprintf("%-54s  %10s  %10s  %s", f.what, f.text(f.value), goal, verdict), " "))
	}
	fmt.Println()
}

func (f figure) text(value float64) string {
	decimals := map[string]int{"s": 2, "ms": 2, "×": 2}[f.unit] // and none for the others
	return strings.TrimSpace(strconv.FormatFloat(value, 'f', decimals, 64) + " " + f.unit)
}

// desk is an archive that this process works with, as serve would.
type desk struct {
	*archive
	store     *content.Store
	editions  *cache.Cache
	conductor *jobs.Conductor
	network   *network.Network
	idle      []time.Duration // what refreshes took that found nothing
	busy      []time.Duration // and those that found one new article
	work      time.Duration   // processor time of the latter
}

func openDesk(t *testing.T, a *archive) *desk {
	syscall.Sync()
	step("a first refresh, which builds everything, " + a.name)
	cfg := a.config()
	d := &desk{archive: a, network: cfg.Network, store: a.open()}
	t.Cleanup(func() { d.store.Close() })
	local, err := disk.Open(cfg.Cache.Dir, store.Keep{})
	if err != nil {
		t.Fatal(err)
	}
	var stations []string
	for _, s := range d.network.Stations {
		stations = append(stations, s.ID)
	}
	silent := slog.New(slog.DiscardHandler)
	if d.editions, err = cache.Open(t.Context(), silent, stations, local, nil, nil); err != nil {
		t.Fatal(err)
	}
	snapshot := func(ctx context.Context) (jobs.Snapshot, error) { return d.store.Snapshot(ctx) }
	options := cli.Options(cfg)
	options.Version = "" // as of a build from a working directory: everything is built
	d.conductor = jobs.NewConductor(silent, d.network, snapshot, d.editions, options)
	d.refresh()
	return d
}

func (d *desk) refresh() time.Duration {
	d.t.Helper()
	started := time.Now()
	for more := true; more; more = d.conductor.More() {
		if err := d.conductor.Refresh(d.t.Context()); err != nil {
			d.t.Fatal(err)
		}
	}
	return time.Since(started)
}

func (d *desk) current(station string) *edition.Edition {
	e, ok := d.editions.Current(station)
	if !ok {
		d.t.Fatalf("%s has no edition", station)
	}
	return e
}

// largest returns the station with the most sitemaps of months.
func (d *desk) largest() *network.Station {
	size := func(s *network.Station) (n int64) {
		e, _ := d.editions.Current(s.ID)
		for path, document := range e.All() {
			if _, _, ok := network.ParseShardPath(path); ok {
				n += document.Size()
			}
		}
		return n
	}
	return slices.MaxFunc(d.network.Stations, func(a, b *network.Station) int { return cmp.Compare(size(a), size(b)) })
}

// feeds returns how many bytes the feeds have that an article of a station is in.
func (d *desk) feeds(of *network.Station) (n int64) {
	for _, s := range d.network.Stations {
		if s.ID != of.ID && !s.All {
			continue
		}
		for path, document := range d.current(s.ID).All() {
			if !network.IsSitemap(path) {
				n += document.Size()
			}
		}
	}
	return n
}

// bodySize is how long the new articles are.
const bodySize = 4000

// drafts returns as many articles, each in one channel, to be published later.
// Their texts are those of others.
func (d *desk) drafts(station *network.Station, count int) []article.Article {
	snapshot, err := d.store.Snapshot(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	defer snapshot.Close()
	older, err := snapshot.Latest(d.t.Context(), []string{station.ID}, "", 4*count)
	if err != nil || len(older) == 0 {
		d.t.Fatalf("%d articles of %s, %v", len(older), station.ID, err)
	}
	drafts := make([]article.Article, count)
	next := 0
	for i := range drafts {
		a := older[i%len(older)]
		a.ID = fmt.Sprint("new-", i)
		a.URL = station.Address(fmt.Sprintf("/new/%d.html", i))
		a.Channels = []string{station.Channels[i%len(station.Channels)].ID}
		a.Expires, a.NoIndex = time.Time{}, false
		for a.Body = ""; len(a.Body) < bodySize; next++ {
			a.Body += older[next%len(older)].Body
		}
		drafts[i] = a
	}
	return drafts
}

func (d *desk) publish(a article.Article) {
	a.Published = time.Now().Truncate(time.Millisecond)
	a.Updated, a.Status = a.Published, article.Published
	if _, err := d.store.Put(d.t.Context(), func(yield func(article.Article, error) bool) { yield(a, nil) }); err != nil {
		d.t.Fatal(err)
	}
}

// How often refreshes are measured.
const (
	idleRefreshes = 100
	busyRefreshes = 40
)

// measureRefreshes measures refreshes of both archives, by turns, so that what
// else the machine does touches both.
func measureRefreshes(t *testing.T, results *table, largeOne, smallOne *archive) {
	large, small := openDesk(t, largeOne), openDesk(t, smallOne)
	desks := []*desk{large, small}
	runtime.GC()
	step("refreshes that find nothing")
	for range idleRefreshes {
		for _, d := range desks {
			d.idle = append(d.idle, d.refresh())
		}
	}
	step("refreshes that find one new article")
	station := large.largest()
	drafts := [][]article.Article{large.drafts(station, busyRefreshes), small.drafts(station, busyRefreshes)}
	for i := range busyRefreshes {
		for k, d := range desks {
			d.publish(drafts[k][i])
			before, used := d.current(station.ID), processor.Time(t)
			d.busy = append(d.busy, d.refresh())
			d.work += processor.Time(t) - used
			if d.current(station.ID) == before {
				t.Fatalf("no edition of %s after that of %s", station.ID, before.Watermark())
			}
		}
		slices.Reverse(desks)
		slices.Reverse(drafts)
	}
	results.durations("idle refresh, "+large.name, large.idle, figure{unit: "ms", goal: 2})
	results.durations("idle refresh, "+small.name, small.idle, figure{unit: "ms"})
	results.durations("refresh after a new article, "+large.name, large.busy, figure{unit: "ms", goal: 30})
	results.durations("refresh after a new article, "+small.name, small.busy, figure{unit: "ms"})
	for _, d := range []*desk{large, small} {
		results.add("  its processor time, "+d.name+", mean", float64(d.work)/busyRefreshes/float64(time.Millisecond), figure{unit: "ms"})
	}
	ratio := float64(quantile(large.busy, 50)) / float64(quantile(small.busy, 50))
	results.add("  of the large archive to the small one, medians", ratio, figure{unit: "×", goal: 1.3})
	results.add("  of the feeds' bytes", float64(large.feeds(station))/float64(small.feeds(station)), figure{unit: "×"})
}

func (tt *table) durations(what string, durations []time.Duration, f figure) {
	ms := func(percent int) float64 { return float64(quantile(durations, percent)) / float64(time.Millisecond) }
	tt.add(what+", median", ms(50), f)
	tt.add("  its 90th percentile", ms(90), figure{unit: f.unit})
}

func quantile(durations []time.Duration, percent int) time.Duration {
	return slices.Sorted(slices.Values(durations))[len(durations)*percent/100]
}
