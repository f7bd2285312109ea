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
	"eval", "evalsha", "exists", "get", "set", "strlen", "del", "unlink", "persist", "pexpire",
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

// probeScript writes what it removes again.
var probeScript = redis.NewScript(`redis.call('SET', KEYS[1], '', 'PX', ARGV[1]); return redis.call('DEL', KEYS[1])`)

// probeTime is how long a key of Check may stay that was not removed again.
const probeTime = time.Second

// Check reads what there is of the stations, and writes and removes a key beside the
// editions of each: a user without a right, or a replica, is an error.
func (r *Store) Check(ctx context.Context, stations []string) (c Condition, err error) {
	if _, err := r.Heads(ctx, stations); err != nil {
		return c, err
	}
	for _, station := range stations {
		err := probeScript.Run(ctx, r.client, []string{r.stationKey(station, "check")}, probeTime.Milliseconds()).Err()
		if err != nil {
			return c, fmt.Errorf("redis: %s: a key can't be written: %w", station, err)
		}
	}
	if c.Version, err = r.version(ctx); err == nil {
		c.Evicts, err = r.Evicts(ctx)
	}
	return c, err
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
