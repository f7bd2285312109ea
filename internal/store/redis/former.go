package redis

import (
	"context"
	"fmt"
)

// Remove removes all that is stored of a station, with its documents first: what is
// left by a process that is killed meanwhile is found again.
func (r *Store) Remove(ctx context.Context, station string) error {
	for {
		hashes, err := r.client.ZRange(ctx, r.namedKey(station), 0, removedAtOnce-1).Result()
		if err != nil {
			return fmt.Errorf("redis: remove %s: %w", station, err)
		}
		keys := []string{}
		named := []any{}
		for _, hash := range hashes {
			keys, named = append(keys, r.documentPrefix(station)+hash), append(named, hash)
		}
		if len(hashes) == 0 {
			keys = []string{r.manifestKey(station), r.keptKey(station), r.namedKey(station), r.firstKey(station), r.textsKey(station), r.pendingKey(station), r.subscriptionsKey(station)}
		}
		if err = r.client.Unlink(ctx, keys...).Err(); err == nil && len(hashes) > 0 {
			err = r.client.ZRem(ctx, r.namedKey(station), named...).Err()
		}
		if err != nil {
			return fmt.Errorf("redis: remove %s: %w", station, err)
		}
		if len(hashes) == 0 {
			return nil
		}
	}
}

// removedAtOnce is how many documents one command removes.
const removedAtOnce = 500
