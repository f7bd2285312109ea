package cache

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// stationsOn returns as many stations, each with an edition in the Redis there,
// which follower has.
func stationsOn(t testing.TB, addr string, stations int) (follower *Cache) {
	t.Helper()
	var ids []string
	for i := range stations {
		ids = append(ids, fmt.Sprint("station-", i))
	}
	open := func() *Cache {
		c, err := Open(t.Context(), slog.New(slog.DiscardHandler), ids, newLocal(t), newRedis(t, addr), nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	publisher, follower := open(), open()
	for _, id := range ids {
		d := edition.NewDocument("text/plain", []byte(id), storetest.Noon)
		if err := publisher.Publish(t.Context(), edition.New(id, storetest.Noon, "build", map[string]*edition.Document{"/rss.xml": d})); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the first time more is asked
		if err := follower.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return follower
}

// Following without changes is one round trip, however many stations there are.
func TestCacheFollowsInOneTrip(t *testing.T) {
	server := redistest.Start(t)
	c := stationsOn(t, server.Addr(), 20)
	server.Do("CONFIG", "RESETSTAT")
	const polls = 5
	for range polls {
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	stats := fmt.Sprint(server.Do("INFO", "stats"), server.Do("INFO", "commandstats"))
	var reads int
	_, rest, _ := strings.Cut(stats, "total_reads_processed:")
	if _, err := fmt.Sscan(rest, &reads); err != nil || reads >= 2*polls { // some are those of Do
		t.Errorf("%d round trips in %d polls, %v", reads, polls, err)
	}
	if want := fmt.Sprintf("cmdstat_hmget:calls=%d,", polls*(20+1)); !strings.Contains(stats, want) {
		t.Errorf("no %q in\n%s", want, stats)
	}
}

// One station that can't be followed is named, and holds up no other.
func TestCacheOneStationOutOfStep(t *testing.T) {
	server := redistest.Start(t)
	var log bytes.Buffer
	stations := []string{"aa", "xt", "zz"}
	publisher := newRedis(t, server.Addr())
	c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), stations, newLocal(t), newRedis(t, server.Addr()), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range stations {
		storetest.Publish(t, publisher, edition.New(id, storetest.Noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte(id), storetest.Noon)}))
	}
	server.Do("HSET", stationKey("xt", "m"), "manifest", `{"format":99}`)
	for range 3 {
		if err := c.Sync(t.Context()); err == nil {
			t.Error("in step with an edition of another version")
		}
	}
	for _, id := range stations {
		if _, ok := c.Current(id); ok != (id != "xt") {
			t.Errorf("%s: edition: %t", id, ok)
		}
	}
	if text := log.String(); strings.Count(text, "not in step") != 1 || !strings.Contains(text, "another version of the program") || strings.Contains(text, "redis unreachable") {
		t.Errorf("log = %s", text)
	}

	// A newer program's edition is not replaced by an older snapshot; an older
	// program's is, since nobody here can read it.
	builder, err := Open(t.Context(), slog.New(slog.DiscardHandler), stations, newLocal(t), newRedis(t, server.Addr()), nil)
	if err != nil {
		t.Fatal(err)
	}
	earlier := edition.New("xt", storetest.Noon.Add(-time.Hour), "build", map[string]*edition.Document{}).Following(nil)
	if err := builder.Publish(t.Context(), earlier); err == nil {
		t.Error("replaced the edition of a newer program")
	}
	server.Do("HSET", stationKey("xt", "m"), "manifest", `{"format":1}`)
	if err := builder.Publish(t.Context(), earlier); err != nil {
		t.Errorf("the edition of an older program stays: %v", err)
	}
	if err := c.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "station in step again") {
		t.Errorf("log = %s", &log)
	}
}

func TestCacheWarnsOfEviction(t *testing.T) {
	for policy, want := range map[string]int{"noeviction": 0, "volatile-lru": 0, "allkeys-lfu": 1} {
		t.Run(policy, func(t *testing.T) {
			server := redistest.Start(t)
			server.Do("CONFIG", "SET", "maxmemory-policy", policy)
			var log bytes.Buffer
			c := newCache(t, slog.New(slog.NewTextHandler(&log, nil)), newLocal(t), newRedis(t, server.Addr()))
			for range 3 {
				if err := c.Sync(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if n := strings.Count(log.String(), "maxmemory-policy="+policy); n != want {
				t.Errorf("said %d times; want %d:\n%s", n, want, &log)
			}
		})
	}
}

// Where CONFIG is forbidden nothing is said.
func TestCacheMayNotAskForEviction(t *testing.T) {
	server := redistest.Start(t)
	server.Do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	server.Do("ACL", "SETUSER", "default", "-config")
	var log bytes.Buffer
	c := newCache(t, slog.New(slog.NewTextHandler(&log, nil)), newLocal(t), newRedis(t, server.Addr()))
	if err := c.Sync(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("Sync: %v\n%s", err, &log)
	}
}

// Processes that were started together do not go on asking together.
func TestCacheFollowsWithJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		local := newLocal(t)
		log := slog.New(slog.NewTextHandler(clock(func() { times = append(times, time.Now()) }), &slog.HandlerOptions{Level: slog.LevelDebug}))
		c := newCache(t, log, local, nil)
		lose(t, local) // each poll fails, and says so
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.Follow(ctx, time.Second); err != nil {
			t.Error(err)
		}
		apart := map[time.Duration]bool{}
		for i := 3; i < len(times); i++ { // the first poll says more than one thing
			d := times[i].Sub(times[i-1])
			apart[d] = true
			if d < 800*time.Millisecond || d > 1200*time.Millisecond {
				t.Errorf("%s between two polls", d)
			}
		}
		if len(times) < 50 || len(apart) < 40 {
			t.Errorf("%d polls with %d distances in a minute", len(times), len(apart))
		}
	})
}

// clock is a writer that calls itself for every line.
type clock func()

func (c clock) Write(p []byte) (int, error) {
	c()
	return len(p), nil
}

// A station of which a store can't tell is told of once, and does not hold up the
// others.
func TestOneStationCannotBeTold(t *testing.T) {
	stations := []string{"aa", "xt", "zz"}
	var log bytes.Buffer
	open := func(local *disk.Store, redis *redis.Store) *Cache {
		c, err := Open(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), stations, local, redis, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	follows := func(t *testing.T, c *Cache) {
		t.Helper()
		log.Reset()
		for range 3 {
			if err := c.Sync(t.Context()); err == nil || !strings.Contains(err.Error(), "aa") {
				t.Errorf("Sync: %v; want a fault of aa", err)
			}
		}
		wantCurrent(t, c, storetest.Text(1))
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 || !strings.Contains(log.String(), "station=aa") {
			t.Errorf("%d faults told of, want that of aa:\n%s", n, &log)
		}
	}
	t.Run("local", func(t *testing.T) {
		local := newLocal(t)
		c := open(local, nil)
		if err := os.MkdirAll(path(local, "aa", currentName), 0o755); err != nil { // no file
			t.Fatal(err)
		}
		storetest.Publish(t, local, storetest.Text(1))
		follows(t, c)
		if err := os.Remove(path(local, "aa", currentName)); err != nil {
			t.Fatal(err)
		}
		if err := c.Sync(t.Context()); err != nil || !strings.Contains(log.String(), "station in step again") {
			t.Errorf("Sync: %v\n%s", err, &log)
		}
	})
	for field, value := range map[string]string{"pinned": "later", "watermark": "noon"} {
		t.Run(field, func(t *testing.T) {
			server := redistest.Start(t)
			c, r := open(newLocal(t), newRedis(t, server.Addr())), newRedis(t, server.Addr())
			storetest.Publish(t, r, storetest.Text(1))
			server.Do("HSET", stationKey("aa", "m"), "number", "1", field, value)
			follows(t, c)
		})
	}
	t.Run("another's key", func(t *testing.T) {
		server := redistest.Start(t)
		c, r := open(newLocal(t), newRedis(t, server.Addr())), newRedis(t, server.Addr())
		storetest.Publish(t, r, storetest.Text(1))
		server.Do("SET", stationKey("aa", "m"), "another's")
		follows(t, c)
	})
}
