package redis

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Condition is what an operator wants to know of a Redis.
type Condition struct {
	Version string // empty: it may not be asked
	Evicts  string // see Evicts
}

// commands are those that a user needs, besides HELLO and AUTH, which all may use.
var commands = []string{
	"eval", "evalsha", "exists", "get", "set", "del", "unlink", "persist", "pexpire",
	"hmget", "hgetall", "hget", "hset", "hsetnx", "hdel", "hlen", "hkeys",
	"zadd", "zrange", "zrangebyscore", "zrem", "zscore",
}

// Rights returns the rule that gives a user what the store needs and no more, as
// ACL SETUSER takes it.
func (r *Store) Rights() string {
	var rule strings.Builder
	rule.WriteString("resetkeys ~" + r.prefix + "* resetchannels -@all")
	more := []string{"select"} // with cache.redis.db
	if _, ok := r.client.(*redis.ClusterClient); ok {
		more = []string{"cluster|slots", "command"}
	}
	for _, command := range slices.Concat(commands, more) {
		rule.WriteString(" +" + command)
	}
	return rule.String()
}

// probeTime is how long a key of Check may stay that was not removed again.
const probeTime = time.Second

// Check reads what there is of the stations, and has each of the commands do something to
// keys beside the editions of each, which it removes: a user without a right, or a replica,
// is an error.
func (r *Store) Check(ctx context.Context, stations []string) (c Condition, err error) {
	if _, err := r.Heads(ctx, stations); err != nil {
		return c, err
	}
	for _, station := range stations {
		if err := r.probe(ctx, station); err != nil {
			return c, fmt.Errorf("redis: %s: keys can't be read and written: %w", station, err)
		}
	}
	if c.Version, err = r.version(ctx); err == nil {
		c.Evicts, err = r.Evicts(ctx)
	}
	return c, err
}

// probe has each of the commands do something to a text, a hash and a sorted set of a
// station, in one round trip.
func (r *Store) probe(ctx context.Context, station string) error {
	const life = int64(probeTime / time.Millisecond)
	text, hash, set := r.stationKey(station, "check"), r.stationKey(station, "check:hash"), r.stationKey(station, "check:set")
	script := redis.NewScript("return 0")
	_, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, command := range [][]any{
			{"set", text, "", "px", life},
			{"get", text},
			{"exists", text},
			{"hset", hash, "a", ""},
			{"pexpire", hash, life},
			{"hsetnx", hash, "b", ""},
			{"hget", hash, "a"},
			{"hmget", hash, "a"},
			{"hgetall", hash},
			{"hlen", hash},
			{"hkeys", hash},
			{"hdel", hash, "a"},
			{"zadd", set, 1, "a"},
			{"pexpire", set, life},
			{"zrange", set, 0, 0},
			{"zrangebyscore", set, 0, 1},
			{"zscore", set, "a"},
			{"zrem", set, "a"},
			{"eval", "return 0", 1, text},
			{"evalsha", script.Hash(), 1, text},
			{"unlink", hash},
			{"persist", text},
			{"del", text},
		} {
			pipe.Do(ctx, command...)
		}
		return nil
	})
	return err
}

func (r *Store) version(ctx context.Context) (string, error) {
	info := r.client.InfoMap(ctx, "server")
	switch err := info.Err(); {
	case IsReply(err): // it may not be asked
		return "", nil
	case err != nil:
		return "", fmt.Errorf("redis: %w", err)
	}
	return info.Item("Server", "redis_version"), nil
}
