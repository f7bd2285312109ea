package cache

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/processor"
	"feedstation/internal/testkit/redistest"
)

// BenchmarkPublish publishes a station of 2,000 documents of which 20 are new,
// and tells how long the script holds up Redis.
func BenchmarkPublish(b *testing.B) {
	b.Run("redis", func(b *testing.B) {
		server := redistest.Start(b)
		r := newRedis(b, server.Addr())
		version := 0
		next := func() {
			if err := r.Publish(b.Context(), storetest.Large(2000, version)); err != nil {
				b.Fatal(err)
			}
			version++
		}
		for range store.DefaultKeep + 2 {
			next()
		}
		server.Do("CONFIG", "RESETSTAT")
		for b.Loop() {
			next()
		}
		b.ReportMetric(usecPerCall(b, server, "evalsha")/1000, "script-ms/op")
	})
	b.Run("local", func(b *testing.B) {
		l := newLocal(b)
		version := 0
		for b.Loop() {
			if err := l.Publish(b.Context(), storetest.Large(2000, version)); err != nil {
				b.Fatal(err)
			}
			version++
		}
	})
}

// usecPerCall returns how long Redis itself takes for a command on average.
func usecPerCall(b *testing.B, server *redistest.Server, command string) float64 {
	b.Helper()
	for line := range lines(server.Do("INFO", "commandstats")) {
		var calls, usec int64
		var each float64
		if n, _ := fmt.Sscanf(line, "cmdstat_"+command+":calls=%d,usec=%d,usec_per_call=%f", &calls, &usec, &each); n == 3 {
			return each
		}
	}
	b.Fatalf("no statistics of %s", command)
	return 0
}

func lines(reply any) func(func(string) bool) {
	return strings.SplitSeq(fmt.Sprint(reply), "\r\n")
}

// BenchmarkFollow140 asks for 140 stations without changes, as each process
// does every second: at 10 ms of processor time a poll it would need 1% of a
// core.
func BenchmarkFollow140(b *testing.B) {
	server := redistest.Start(b)
	c := stationsOn(b, server.Addr(), 140)
	before := processor.Time(b)
	for b.Loop() {
		if err := c.Sync(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	each := (processor.Time(b) - before).Seconds() / float64(b.N)
	b.ReportMetric(each*1e6, "cpu-µs/op")
	b.ReportMetric(each*100, "%core-at-1s")
}

// BenchmarkFollowChange fetches a station of 200 documents of which 20 are new.
func BenchmarkFollowChange(b *testing.B) {
	server := redistest.Start(b)
	publisher := newRedis(b, server.Addr())
	follower, err := Open(b.Context(), slog.New(slog.DiscardHandler), []string{"xt"}, newLocal(b), newRedis(b, server.Addr()), nil)
	if err != nil {
		b.Fatal(err)
	}
	version := 0
	for b.Loop() {
		b.StopTimer()
		if err := publisher.Publish(b.Context(), storetest.Large(200, version)); err != nil {
			b.Fatal(err)
		}
		version++
		b.StartTimer()
		if err := follower.Sync(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPublishVisible publishes in one process and waits until another one,
// which asks every second, has it.
func BenchmarkPublishVisible(b *testing.B) {
	server := redistest.Start(b)
	silent := slog.New(slog.DiscardHandler)
	open := func() *Cache {
		c, err := Open(b.Context(), silent, []string{"xt"}, newLocal(b), newRedis(b, server.Addr()), nil)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	publisher, follower := open(), open()
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error)
	go func() { done <- follower.Follow(ctx, time.Second) }()
	var took []time.Duration
	version := 0
	for b.Loop() {
		version++
		e := storetest.Large(200, version)
		started := time.Now()
		if err := publisher.Publish(b.Context(), e); err != nil {
			b.Fatal(err)
		}
		for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
			if got, ok := follower.Current("xt"); ok && got.Watermark().Equal(e.Watermark()) {
				tick.Stop()
				break
			}
		}
		took = append(took, time.Since(started))
	}
	cancel()
	if err := <-done; err != nil {
		b.Error(err)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2].Seconds(), "p50-s")
	b.ReportMetric(took[len(took)*99/100].Seconds(), "p99-s")
}

// BenchmarkOpen starts with 140 stations of 160 documents and nothing but the
// local copy.
func BenchmarkOpen(b *testing.B) {
	local := newLocal(b)
	var stations []string
	for i := range 140 {
		id := fmt.Sprint("station-", i)
		stations = append(stations, id)
		documents := maps.Collect(storetest.Large(160, i).All())
		if err := local.Publish(b.Context(), edition.New(id, storetest.Noon, "build", documents)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if _, err := Open(b.Context(), slog.New(slog.DiscardHandler), stations, local, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
