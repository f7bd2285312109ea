//go:build unix

package jobs_test

import (
	"encoding/json"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/press"
	"feedstation/internal/testkit/processor"
	"feedstation/jobs"
)

// BenchmarkArchives compares a refresh after one new article with twenty archives of each of
// eleven feeds, and without them, in turns of one run, by the time of the processor: where
// the article closes no archive, as most do, and where it does, each third here.
func BenchmarkArchives(b *testing.B) {
	with := func(depth int) jobs.Options {
		o := options
		o.Feed = network.Feed{Items: 20, MaxItems: 20, FullText: true}
		o.Archives = press.Archives{Items: 3, Depth: depth}
		return o
	}
	worlds := []*refreshed{newRefreshed(b, with(0), time.Hour), newRefreshed(b, with(20), time.Hour)}
	var times [2][2]time.Duration // by world, and by whether one is closed
	var turns [2]int
	var e *edition.Edition
	for b.Loop() {
		before := e
		var took [2]time.Duration
		for i, w := range worlds {
			w.put(0)
			began := processor.Time(b)
			w.refresh()
			took[i] = processor.Time(b) - began
		}
		closed := 0
		if e, _ = worlds[1].editions.Current("xt"); archivesDiffer(before, e) {
			closed = 1
		}
		turns[closed]++
		for i := range worlds {
			times[i][closed] += took[i]
		}
	}
	for closed, name := range []string{"open", "closing"} {
		if turns[closed] == 0 { // of a few turns, as of one
			continue
		}
		b.ReportMetric(times[0][closed].Seconds()*1000/float64(turns[closed]), name+"-without-ms")
		b.ReportMetric(times[1][closed].Seconds()*1000/float64(turns[closed]), name+"-with-ms")
	}
	for i, name := range []string{"without", "with"} {
		e, _ := worlds[i].editions.Current("xt")
		text, err := json.Marshal(e.Manifest())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(text))/1000, name+"-KB")
	}
}

func archivesDiffer(before, after *edition.Edition) bool {
	if before == nil {
		return true
	}
	for path, d := range after.All() {
		if old, ok := before.Document(path); network.IsArchive(path) && (!ok || old.Hash() != d.Hash()) {
			return true
		}
	}
	return false
}
