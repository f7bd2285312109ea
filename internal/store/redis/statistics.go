package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

func (k keys) statisticsKey(station, day string) string {
	return k.stationKey(station, "statistics:"+day)
}

func (k keys) saltKey(day string) string { return k.prefix + "salt:" + day }

// ShareSalt implements statistics.Sharer.
func (r *Store) ShareSalt(ctx context.Context, day string, proposed []byte, life time.Duration) ([]byte, error) {
	ctx = doing(ctx, counting)
	first, err := r.client.SetNX(ctx, r.saltKey(day), proposed, life).Result()
	if first && err == nil {
		return proposed, nil
	}
	var there []byte
	if err == nil {
		there, err = r.client.Get(ctx, r.saltKey(day)).Bytes()
	}
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	return there, nil
}

// SharePart implements statistics.Sharer.
func (r *Store) SharePart(ctx context.Context, day, run string, stations map[string][]byte, life time.Duration) error {
	ctx = doing(ctx, counting)
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for station, part := range stations {
			p.HSet(ctx, r.statisticsKey(station, day), run, part)
			p.PExpire(ctx, r.statisticsKey(station, day), life)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// SharedParts implements statistics.Sharer.
func (r *Store) SharedParts(ctx context.Context, day string, stations []string) ([]map[string][]byte, error) {
	ctx = doing(ctx, counting)
	answers, err := each(ctx, r, len(stations), func(p redis.Pipeliner, i int) *redis.MapStringStringCmd {
		return p.HGetAll(ctx, r.statisticsKey(stations[i], day))
	})
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	parts := make([]map[string][]byte, len(stations))
	for i, answer := range answers {
		parts[i] = map[string][]byte{}
		for run, part := range answer.Val() {
			parts[i][run] = []byte(part)
		}
	}
	return parts, nil
}
