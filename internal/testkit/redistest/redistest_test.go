package redistest

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client returns a client that tries everything once.
func client(t *testing.T, addr string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Addr:                  addr,
		MaxRetries:            -1,
		DialerRetries:         1,
		DialTimeout:           5 * time.Second,
		ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// brief is a context for a question that has no answer.
func brief(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestServer(t *testing.T) {
	s := Start(t)
	addr := s.Addr()
	c := client(t, addr)

	if err := c.Set(t.Context(), "title", "时刻新闻", 0).Err(); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"save", "appendonly"} {
		got, err := c.ConfigGet(t.Context(), key).Result()
		if err != nil || (got[key] != "" && got[key] != "no") {
			t.Errorf("CONFIG GET %s = %q, %v, want it off", key, got[key], err)
		}
	}

	s.Stop()
	var timeout net.Error
	if err := c.Ping(brief(t)).Err(); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("PING of a stopped server: %v, want a timeout", err)
	}
	s.Cont()
	if got, err := c.Get(t.Context(), "title").Result(); got != "时刻新闻" || err != nil {
		t.Errorf("after Cont: GET title = %q, %v, want what was set", got, err)
	}

	s.Kill()
	if err := c.Ping(t.Context()).Err(); err == nil {
		t.Error("a killed server answers PING")
	}
	s.Kill()

	s.Restart()
	if s.Addr() != addr {
		t.Errorf("after Restart: Addr() = %q, want %q as before", s.Addr(), addr)
	}
	if n, err := c.DBSize(t.Context()).Result(); n != 0 || err != nil {
		t.Errorf("after Restart: %d keys, %v, want none", n, err)
	}

	// A running server, even one that is stopped, is replaced.
	if err := c.Set(t.Context(), "title", "x", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	s.Restart()
	if n, err := client(t, addr).DBSize(t.Context()).Result(); n != 0 || err != nil {
		t.Errorf("after a second Restart: %d keys, %v, want none", n, err)
	}
}

func TestServerEndsWithTheTest(t *testing.T) {
	var addr string
	t.Run("short", func(t *testing.T) {
		s := Start(t)
		addr = s.Addr()
		s.Stop()
	})
	if err := client(t, addr).Ping(t.Context()).Err(); err == nil {
		t.Errorf("%s still answers", addr)
	}
}
