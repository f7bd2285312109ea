package redistest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Tests ask servers that have yet to start, or are killed.
func init() { logging.Disable() }

// Do sends one command, as CONFIG SET maxmemory 1mb, and returns its reply. An
// error reply fails the test.
func (s *Server) Do(command ...any) any {
	s.t.Helper()
	reply, err := ask(s.t.Context(), s.addr, command...)
	if err != nil {
		s.t.Fatalf("redistest: %s: %v: %v", s.addr, command, err)
	}
	return reply
}

// Flush removes all keys.
func (s *Server) Flush() {
	s.t.Helper()
	s.Do("FLUSHALL")
}

// ask sends one command over a connection of its own.
func ask(ctx context.Context, addr string, command ...any) (any, error) {
	client := redis.NewClient(&redis.Options{Addr: addr, Protocol: 2, ReadTimeout: patience, MaxRetries: -1, DialerRetries: 1, DisableIdentity: true})
	defer client.Close()
	return client.Do(ctx, command...).Result()
}

const (
	patience = time.Minute           // with a group of servers
	interval = 10 * time.Millisecond // between two questions
)

// until asks until the answer is yes.
func until(ctx context.Context, what string, yes func(context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		ok, err := yes(ctx)
		if ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("%s: not within %s", what, patience), err)
		case <-tick.C:
		}
	}
}
