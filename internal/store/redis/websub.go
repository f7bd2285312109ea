package redis

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

func (k keys) subscriptionsKey(station string) string { return k.stationKey(station, "websub") }

// Subscriptions implements websub.Sharer.
func (r *Store) Subscriptions(ctx context.Context, station string) (map[string]string, error) {
	fields, err := r.client.HGetAll(ctx, r.subscriptionsKey(station)).Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	return fields, nil
}

// StoreSubscriptions implements websub.Sharer.
func (r *Store) StoreSubscriptions(ctx context.Context, station string, fields map[string]string, remove []string) error {
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		if len(fields) > 0 {
			p.HSet(ctx, r.subscriptionsKey(station), fields)
		}
		if len(remove) > 0 {
			p.HDel(ctx, r.subscriptionsKey(station), remove...)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}
