package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Acquire takes the leases of all stations that no other process has, for so long,
// and renews those of this token, in one round trip. It returns whose each is, in
// the order of the stations.
func (r *Store) Acquire(ctx context.Context, stations []string, token string, duration time.Duration) (holders []string, err error) {
	return r.lease(ctx, acquireText, stations, token, duration.Milliseconds())
}

// Release gives the leases back that this token has.
func (r *Store) Release(ctx context.Context, stations []string, token string) error {
	_, err := r.lease(ctx, releaseText, stations, token)
	return err
}

// Scripts of one lease; ARGV is the token and, to acquire, for how many
// milliseconds. They return whose it is.
const (
	acquireText = `local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`
	releaseText = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return ''`
)

// lease runs a script on the leases of stations.
func (r *Store) lease(ctx context.Context, script string, stations []string, args ...any) (holders []string, err error) {
	ctx = doing(ctx, leasing)
	answers, err := each(ctx, r, len(stations), func(p redis.Pipeliner, i int) *redis.Cmd {
		return p.Eval(ctx, script, []string{r.leaseKey(stations[i])}, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	for _, answer := range answers {
		holder, err := answer.Text()
		if err != nil {
			return nil, fmt.Errorf("redis: %w", err)
		}
		holders = append(holders, holder)
	}
	return holders, nil
}
