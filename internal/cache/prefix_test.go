package cache

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// Two networks share a Redis under prefixes of their own: neither has a key of the
// other's.
func TestRedisPrefix(t *testing.T) {
	server := redistest.Start(t)
	var caches []*Cache
	for i, prefix := range []string{"", "staging:"} {
		r := openRedis(t, redis.Options{Mode: "single", Addrs: []string{server.Addr()}, Prefix: prefix})
		c := newAmended(t, newLocal(t), r)
		if err := errors.Join(c.Publish(t.Context(), storetest.Text(i+1)), c.Retract(t.Context(), held(fmt.Sprint("art-", i))), c.Acquire(t.Context(), []string{"xt"})); err != nil {
			t.Fatal(err)
		}
		caches = append(caches, c)
	}
	for i, c := range caches {
		settle(t, c, c)
		wantCurrent(t, c, storetest.Text(i+1))
		if len(c.Retractions()) != 1 || !c.Leads("xt") {
			t.Errorf("%d: retractions %v, leads %t", i, c.Retractions(), c.Leads("xt"))
		}
	}
	for key := range strings.FieldsSeq(strings.Trim(fmt.Sprint(server.Do("KEYS", "*")), "[]")) {
		if !strings.HasPrefix(key, redis.DefaultPrefix) && !strings.HasPrefix(key, "staging:") {
			t.Errorf("a key %q", key)
		}
	}
}

// Two networks have the same prefix by mistake: neither serves the other's edition,
// pinned or not, and both say what is wrong. A station that has moved goes on by
// itself.
func TestRedisEditionOfAnotherAddress(t *testing.T) {
	server := redistest.Start(t)
	at := func(url string) (*Cache, *bytes.Buffer) {
		var log bytes.Buffer
		r := openRedis(t, redis.Options{Mode: "single", Addrs: []string{server.Addr()}, URLs: map[string]string{"xt": url}})
		return newCache(t, slog.New(slog.NewTextHandler(&log, nil)), newLocal(t), r), &log
	}
	const ours, theirs = "https://xt.news.example", "https://xt.staging.example"
	a, _ := at(ours)
	b, log := at(theirs)
	for n := range 2 {
		if err := a.Publish(t.Context(), storetest.Text(n+1).At(ours)); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Pin(t.Context(), "xt", storetest.At(1)); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_ = b.Sync(t.Context())
		if e, ok := b.Served("xt"); ok {
			t.Fatalf("edition of %s of %s is served", e.Watermark(), e.URL())
		}
	}
	if n := strings.Count(log.String(), "station not in step"); n != 1 || !strings.Contains(log.String(), "choose another cache.redis.prefix") {
		t.Errorf("said %d times:\n%s", n, log)
	}
	if c, ok := b.conditions.Get(outOfStep, "xt"); !ok || !errors.Is(c.Err, redis.ErrElsewhere) {
		t.Errorf("conditions: %v", b.Conditions())
	}
	if kept, err := b.Kept(t.Context(), "xt"); err != nil || len(kept) > 0 {
		t.Errorf("kept: %v, %v", kept, err)
	}

	// Whoever builds publishes all the same: it may be the station that has moved.
	if err := errors.Join(b.Publish(t.Context(), storetest.Text(1).At(theirs).Following(nil)), b.Unpin(t.Context(), "xt")); err != nil {
		t.Fatal(err)
	}
	fresh, _ := at(theirs)
	settle(t, b, fresh)
	for _, c := range []*Cache{b, fresh} {
		if e, ok := c.Current("xt"); !ok || e.URL() != theirs {
			t.Errorf("current: %v", e)
		}
	}
	_ = a.Sync(t.Context())
	if e, _ := a.Current("xt"); e.URL() != ours {
		t.Errorf("edition of %s is current", e.URL())
	}
}
