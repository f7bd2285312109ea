package cache

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
	"feedstation/internal/testkit/redistest"
)

// counter counts round trips.
type counter struct{ trips atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmd)
	}
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmds)
	}
}

// interruption does something, once, before a batch that begins with a command.
type interruption struct {
	counter
	before string
	do     func()
	once   sync.Once
}

func (i *interruption) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if cmds[0].Name() == i.before {
			i.once.Do(i.do)
		}
		return next(ctx, cmds)
	}
}

// While an edition is read so many others are published that its documents go:
// the newest is read instead, and stays offered.
func TestRedisFetchesWhatIsReplaced(t *testing.T) {
	server := redistest.Start(t)
	r, other := newRedis(t, server.Addr()), newRedis(t, server.Addr())
	publish(t, other, text(1))
	r.client.AddHook(&interruption{before: "strlen", do: func() {
		for i := range DefaultKeep + 2 {
			publish(t, other, text(i+2))
		}
	}})
	const last = DefaultKeep + 3
	if e, err := r.Fetch(t.Context(), "xt", nil); err != nil || !e.Equal(text(last)) {
		t.Errorf("Fetch: %v, %v; want edition %d", e, err, last)
	}
	if heads, err := r.Heads(t.Context(), []string{"xt"}); err != nil || heads[0].Number != last {
		t.Errorf("Heads = %v, %v; want edition %d", heads, err, last)
	}
}

// Two processes store the same document at the same time: it stays.
func TestRedisStoresOnce(t *testing.T) {
	server := redistest.Start(t)
	r, other := newRedis(t, server.Addr()), newRedis(t, server.Addr())
	r.client.AddHook(&interruption{before: "set", do: func() { publish(t, other, text(1)) }})
	late := print(1, -5, "text 1").Following(nil) // with the same documents, too late
	if _, err := r.Publish(t.Context(), late); err == nil {
		t.Fatal("an older edition was published")
	}
	for d := range text(1).Objects() {
		if left := server.Do("TTL", testKeys.documentKey("xt", d.Hash())); left != int64(-1) {
			t.Errorf("a document of the current edition ends in %v s", left)
		}
	}
}

// A document that was there goes while an edition with it is published: it is
// stored once more.
func TestRedisPublishesWhatIsCollected(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	publish(t, r, text(1))
	d, _ := text(1).Document("/rss.xml")
	r.client.AddHook(&interruption{before: "set", do: func() { server.Do("DEL", testKeys.documentKey("xt", d.Hash())) }})
	documents := map[string]*edition.Document{"/other.xml": edition.NewDocument("text/xml", []byte("new"), noon)}
	maps.Insert(documents, text(1).All())
	e := publish(t, r, edition.New("xt", 2, noon.Add(time.Hour), "build", documents))
	if got, err := r.Fetch(t.Context(), "xt", nil); err != nil || !got.Equal(e) {
		t.Errorf("Fetch: %v", err)
	}
}

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
		d := edition.NewDocument("text/plain", []byte(id), noon)
		if err := publisher.Publish(t.Context(), edition.New(id, 1, noon, "build", map[string]*edition.Document{"/rss.xml": d})); err != nil {
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
	counter := new(counter)
	c.redis.client.AddHook(counter)
	server.Do("CONFIG", "RESETSTAT")
	const polls = 5
	for range polls {
		if err := c.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := counter.trips.Load(); n != polls {
		t.Errorf("%d round trips in %d polls", n, polls)
	}
	stats := fmt.Sprint(server.Do("INFO", "commandstats"))
	if want := fmt.Sprintf("cmdstat_hmget:calls=%d,", polls*(20+1)); !strings.Contains(stats, want) {
		t.Errorf("no %q in\n%s", want, stats)
	}
}

// An edition of many documents takes few round trips.
func TestCacheFetchesInBatches(t *testing.T) {
	server := redistest.Start(t)
	r := newRedis(t, server.Addr())
	publish(t, r, large(300, 0))
	counter := new(counter)
	r.client.AddHook(counter)
	if _, err := r.Fetch(t.Context(), "xt", nil); err != nil {
		t.Fatal(err)
	}
	if n := counter.trips.Load(); n > 4 {
		t.Errorf("%d round trips for 300 documents", n)
	}
	counter.trips.Store(0)
	if _, err := r.Fetch(t.Context(), "xt", large(300, 1)); err != nil {
		t.Fatal(err)
	}
	if n := counter.trips.Load(); n != 3 {
		t.Errorf("%d round trips for 20 new documents; want the manifest, the sizes and the documents", n)
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
		publish(t, publisher, edition.New(id, 1, noon, "build", map[string]*edition.Document{"/rss.xml": edition.NewDocument("text/plain", []byte(id), noon)}))
	}
	server.Do("HSET", testKeys.manifestKey("xt"), "manifest", `{"format":99}`)
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
	earlier := edition.New("xt", 1, noon.Add(-time.Hour), "build", map[string]*edition.Document{}).Following(nil)
	if err := builder.Publish(t.Context(), earlier); err == nil {
		t.Error("replaced the edition of a newer program")
	}
	server.Do("HSET", testKeys.manifestKey("xt"), "manifest", `{"format":1}`)
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
	open := func(local *Local, redis *Redis) *Cache {
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
		wantCurrent(t, c, 1, text(1))
		if n := strings.Count(log.String(), "level=ERROR"); n != 1 || !strings.Contains(log.String(), "station=aa") {
			t.Errorf("%d faults told of, want that of aa:\n%s", n, &log)
		}
	}
	t.Run("local", func(t *testing.T) {
		local := newLocal(t)
		c := open(local, nil)
		if err := os.MkdirAll(local.path("aa", manifestName), 0o755); err != nil { // no file
			t.Fatal(err)
		}
		publish(t, local, text(1))
		follows(t, c)
		if err := os.Remove(local.path("aa", manifestName)); err != nil {
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
			publish(t, r, text(1))
			server.Do("HSET", testKeys.manifestKey("aa"), "number", "1", field, value)
			follows(t, c)
		})
	}
	t.Run("another's key", func(t *testing.T) {
		server := redistest.Start(t)
		c, r := open(newLocal(t), newRedis(t, server.Addr())), newRedis(t, server.Addr())
		publish(t, r, text(1))
		server.Do("SET", testKeys.manifestKey("aa"), "another's")
		follows(t, c)
	})
}
