package cache

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"feedstation/internal/store/redis"
	"feedstation/internal/store/storetest"
	"feedstation/internal/testkit/redistest"
)

// What is wrong with a Redis that answers is named, with the key to look at.
func TestRedisFaultsAreNamed(t *testing.T) {
	server := redistest.Start(t)
	locked := redistest.Start(t)
	locked.Do("CONFIG", "SET", "requirepass", "correct")
	replica := redistest.Start(t)
	replica.Do("REPLICAOF", "127.0.0.1", "1")
	full := redistest.Start(t)
	full.Do("CONFIG", "SET", "maxmemory", "1")
	node := redistest.StartCluster(t).Nodes()[0]
	for _, tt := range []struct {
		name    string
		options redis.Options
		kind    string
		want    string
	}{
		{"a wrong password", redis.Options{Mode: "single", Addrs: []string{locked.Addr()}, Password: "mistaken"}, redisUnreachable.Began, "wrong user name or password (cache.redis.password): "},
		{"no password", redis.Options{Mode: "single", Addrs: []string{locked.Addr()}}, redisUnreachable.Began, "a password is needed (cache.redis.password): "},
		{"a database too much", redis.Options{Mode: "single", Addrs: []string{server.Addr()}, DB: 99}, redisUnreachable.Began, "there is no database of that number (cache.redis.db): "},
		{"no cluster", redis.Options{Mode: "cluster", Addrs: []string{server.Addr()}}, redisUnreachable.Began, "not a cluster (cache.redis.mode): "},
		{"a cluster", redis.Options{Mode: "single", Addrs: []string{node.Addr()}}, redisUnreachable.Began, "part of a cluster (cache.redis.mode): "},
		{"a replica", redis.Options{Mode: "single", Addrs: []string{replica.Addr()}}, redisUnwritable.Began, "a replica, which takes no writes (cache.redis.addrs): "},
		{"no room", redis.Options{Mode: "single", Addrs: []string{full.Addr()}}, redisUnwritable.Began, "its memory is full: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.Timeout = 5 * time.Second
			redis, err := redis.New(tt.options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { redis.Close() })
			// Every station has a slot of its own, and no node of a cluster has all.
			c, err := Open(t.Context(), slog.New(slog.DiscardHandler), []string{"xt", "yy", "www", "zz"}, newLocal(t), redis, nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = c.Sync(t.Context())
			if err := c.Publish(t.Context(), storetest.Print(1, "one")); err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, found := range c.Conditions() {
				if all = append(all, found.String()); found.Began == tt.kind && strings.Contains(found.Err.Error(), tt.want) {
					return
				}
			}
			t.Errorf("%q; want %q: %q", all, tt.kind, tt.want)
		})
	}
}
