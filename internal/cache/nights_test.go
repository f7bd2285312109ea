package cache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"feedstation/internal/edition"
	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/doctest"
	"feedstation/internal/testkit/redistest"
)

// watched follows a cache until the returned function is called, and fails the
// test when a number goes back or an edition is a mixture.
func watched(t *testing.T, c *Cache) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if err := c.Follow(ctx, 20*time.Millisecond); err != nil {
			t.Error(err)
		}
	})
	all.Go(func() {
		var last time.Time
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			<-tick.C
			e, ok := c.Served("xt")
			if !ok {
				continue
			}
			if e.Watermark().Before(last) {
				t.Errorf("edition of %s after %s", e.Watermark(), last)
			}
			last = e.Watermark()
			texts := map[string]bool{}
			for path, d := range e.All() {
				texts[strings.TrimSuffix(string(doctest.Body(t, d)), " at "+path)] = true
			}
			if len(texts) != 1 {
				t.Errorf("edition of %s is a mixture of %v", last, texts)
			}
		}
	})
	return func() {
		cancel()
		all.Wait()
	}
}

// The master is stopped in the middle of publications: they go on, and all
// processes have the newest when the replica has taken over, also when the old
// master is back.
func TestCacheFailover(t *testing.T) {
	t.Parallel()
	group := redistest.StartSentinel(t)
	open := func() *Cache {
		r := openRedis(t, redis.Options{Mode: "sentinel", Addrs: group.Addrs(), Master: group.Name()})
		return newCache(t, slog.New(slog.DiscardHandler), newLocal(t), r)
	}
	a, b := open(), open()
	defer watched(t, a)()
	defer watched(t, b)()
	ctx, cancel := context.WithCancel(t.Context())
	published := make(chan int)
	go func() {
		minute := 0
		for ctx.Err() == nil {
			minute++
			if err := a.Publish(t.Context(), storetest.Print(minute, fmt.Sprint("text ", minute))); err != nil && !errors.Is(err, edition.ErrStale) {
				t.Error(err)
			}
		}
		published <- minute
	}()
	has := func(c *Cache, minute int) func() bool {
		return func() bool {
			e, ok := c.Current("xt")
			return ok && !e.Watermark().Before(storetest.Noon.Add(time.Duration(minute)*time.Minute))
		}
	}
	until(t, "before the fault", has(b, 5))
	first := group.Master()
	first.Stop()
	group.AwaitFailover(first)
	e, _ := a.Current("xt")
	until(t, "after the failover", has(b, int(e.Watermark().Sub(storetest.Noon)/time.Minute)+1))
	first.Cont()
	group.Await()
	cancel()
	last := <-published
	for _, c := range []*Cache{a, b, open()} {
		if err := c.Sync(t.Context()); err != nil {
			t.Log(err)
		}
		until(t, "in the end", has(c, last))
	}
}

// One node of a cluster is killed and comes back empty: the stations of the
// others are followed meanwhile, and its own are handed to it again.
func TestCacheClusterNode(t *testing.T) {
	t.Parallel()
	cluster := redistest.StartCluster(t)
	a := newCache(t, slog.New(slog.DiscardHandler), newLocal(t), openRedis(t, redis.Options{Mode: "cluster", Addrs: cluster.Addrs()}))
	b := newCache(t, slog.New(slog.DiscardHandler), newLocal(t), openRedis(t, redis.Options{Mode: "cluster", Addrs: cluster.Addrs()}))
	if err := a.Publish(t.Context(), storetest.Text(1)); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	wantServed(t, b, storetest.Text(1))
	for _, node := range cluster.Nodes() {
		if node.Do("DBSIZE") != int64(0) {
			node.Kill()
			break
		}
	}
	if err := a.Publish(t.Context(), storetest.Text(2)); err != nil {
		t.Fatal(err)
	}
	_ = b.Sync(t.Context())
	wantServed(t, b, storetest.Text(1))
	for _, node := range cluster.Nodes() {
		node.Restart()
	}
	cluster.Await()
	until(t, "a hands its edition on and b follows", func() bool {
		_ = errors.Join(a.Sync(t.Context()), b.Sync(t.Context()))
		e, _ := b.Current("xt")
		return e.Watermark().Equal(storetest.At(2))
	})
	wantServed(t, b, storetest.Text(2))
}

// A Redis that has stopped costs a job one wait, however many stations it
// publishes, and gets all of them when it goes on.
func TestCacheStoppedRedisCostsOnce(t *testing.T) {
	server := redistest.Start(t)
	c := stationsOn(t, server.Addr(), 20)
	server.Stop()
	started := time.Now()
	for _, id := range c.stations {
		d := edition.NewDocument("text/plain", []byte("new "+id), storetest.Noon)
		if err := c.Publish(t.Context(), edition.New(id, storetest.Noon.Add(time.Hour), "build", map[string]*edition.Document{"/rss.xml": d})); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(started); took > time.Duration(len(c.stations)-2)*500*time.Millisecond { // a wait of each
		t.Errorf("publishing took %s", took)
	}
	server.Cont()
	until(t, "in step", func() bool { return c.Sync(t.Context()) == nil })
	heads, err := c.redis.Heads(t.Context(), c.stations)
	if err != nil {
		t.Fatal(err)
	}
	for i, head := range heads {
		if head.Watermark != storetest.Noon.Add(time.Hour).UnixMilli() {
			t.Errorf("%s: %v in Redis", c.stations[i], head)
		}
	}
}

// A Redis without room refuses: that is said once, all is served nevertheless,
// and stored when there is room.
func TestCacheRedisFull(t *testing.T) {
	server := redistest.Start(t)
	var log bytes.Buffer
	c := newCache(t, slog.New(slog.NewTextHandler(&log, nil)), newLocal(t), newRedis(t, server.Addr()))
	printed(t, c, 1)
	server.Do("CONFIG", "SET", "maxmemory", "1kb", "maxmemory-policy", "noeviction")
	for i := range 3 {
		if err := c.Publish(t.Context(), storetest.Text(i+2)); err != nil {
			t.Fatal(err)
		}
		if err := c.Sync(t.Context()); err == nil {
			t.Error("in step with a Redis without room")
		}
	}
	wantServed(t, c, storetest.Text(4))
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 || !strings.Contains(log.String(), "redis not writable") {
		t.Errorf("said %d times:\n%s", n, &log)
	}
	server.Do("CONFIG", "SET", "maxmemory", "0")
	if err := c.Sync(t.Context()); err != nil {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "writable again"); n != 1 {
		t.Errorf("said %d times that it works again:\n%s", n, &log)
	}
	if e, err := newRedis(t, server.Addr()).Fetch(t.Context(), "xt", nil); err != nil || !e.Equal(storetest.Text(4)) {
		t.Errorf("Redis has %v, %v", e, err)
	}
}

// A Redis without room removes what it likes: nobody is served less, and nobody
// goes back.
func TestCacheRedisEvicts(t *testing.T) {
	server := redistest.Start(t)
	a, b := pair(t, server.Addr())
	printed(t, a, 3)
	settle(t, a, b)
	defer watched(t, a)()
	defer watched(t, b)()
	server.Do("CONFIG", "SET", "maxmemory-policy", "allkeys-random", "maxmemory", "1kb")
	for i := range 20 {
		if err := a.Publish(t.Context(), storetest.Text(i+4)); err != nil && !errors.Is(err, edition.ErrStale) {
			t.Fatal(err)
		}
	}
	server.Do("CONFIG", "SET", "maxmemory", "0")
	until(t, "b has the last", func() bool {
		e, _ := b.Current("xt")
		return e.Equal(storetest.Text(23))
	})
}
