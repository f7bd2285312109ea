package redistest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestDo(t *testing.T) {
	s := Start(t)
	s.Do("CONFIG", "SET", "maxmemory", "2mb", "maxmemory-policy", "allkeys-lru")
	if got := fmt.Sprint(s.Do("CONFIG", "GET", "maxmemory")); got != "[maxmemory 2097152]" {
		t.Errorf("CONFIG GET maxmemory = %s", got)
	}
	s.Do("SET", "title", "x")
	s.Flush()
	if n := s.Do("DBSIZE"); n != int64(0) {
		t.Errorf("after Flush: %v keys", n)
	}
}

func TestCluster(t *testing.T) {
	t.Parallel()
	c := StartCluster(t)
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs()[:1]})
	t.Cleanup(func() { client.Close() })
	const keys = 100
	for i := range keys {
		if err := client.Set(t.Context(), fmt.Sprint("f:{", i, "}:m"), i, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	sum := 0
	for _, node := range c.Nodes() {
		n := node.Do("DBSIZE").(int64)
		if n == 0 {
			t.Errorf("%s has no key", node.Addr())
		}
		sum += int(n)
	}
	if sum != keys {
		t.Errorf("%d keys; want %d", sum, keys)
	}

	// A node that is restarted knows its slots.
	c.Nodes()[1].Restart()
	c.Await()
	c.Flush()
	for i := range keys {
		if err := client.SetNX(t.Context(), fmt.Sprint("f:{", i, "}:m"), i, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// What a master had its replica has, which takes its place.
func TestClusterFailsOver(t *testing.T) {
	t.Parallel()
	c := StartCluster(t)
	c.Replicate()
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs(), ClusterStateReloadInterval: time.Second})
	t.Cleanup(func() { client.Close() })
	if err := client.Set(t.Context(), "title", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	for i, node := range c.Nodes()[:masters] {
		if node.Do("DBSIZE") == int64(0) {
			continue
		}
		replica := c.Nodes()[masters+i]
		err := until(t.Context(), "replicated", func(ctx context.Context) (bool, error) {
			n, err := ask(ctx, replica.Addr(), "DBSIZE")
			return n == int64(1), err
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.FailOver(i); got != replica {
			t.Errorf("%s took over; want %s", got.Addr(), replica.Addr())
		}
	}
	err := until(t.Context(), "read", func(ctx context.Context) (bool, error) {
		got, err := client.Get(ctx, "title").Result()
		return got == "x", err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSentinel(t *testing.T) {
	t.Parallel()
	s := StartSentinel(t)
	client := redis.NewFailoverClient(&redis.FailoverOptions{SentinelAddrs: s.Addrs(), MasterName: s.Name()})
	t.Cleanup(func() { client.Close() })
	if err := client.Set(t.Context(), "title", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := client.Wait(t.Context(), 1, patience).Result(); n != 1 || err != nil {
		t.Fatalf("the replica did not get it: %d, %v", n, err)
	}
	first, second := s.Master(), s.Replica()
	if first == second {
		t.Fatal("the master is its own replica")
	}
	first.Stop()
	if got := s.AwaitFailover(first); got != second {
		t.Errorf("master = %s; want the replica, %s", got.Addr(), second.Addr())
	}
	if got, err := client.Get(t.Context(), "title").Result(); got != "x" || err != nil {
		t.Errorf("from the new master: %q, %v", got, err)
	}
	first.Cont()
	s.Await()
	if s.Master() != second || s.Replica() != first {
		t.Error("the old master has taken over again")
	}
	s.Flush()
	if n := second.Do("DBSIZE"); n != int64(0) {
		t.Errorf("after Flush: %v keys", n)
	}
}
