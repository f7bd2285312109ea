package cache

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
)

// retractedBatch is how many retractions are sent, or asked for, before an answer
// is waited for: a station may lose a whole archive.
const retractedBatch = 1000

// Retracted returns the retractions of a station.
func (r *Redis) Retracted(ctx context.Context, station string) ([]edition.Retraction, error) {
	var all []edition.Retraction
	fields := r.client.HScan(ctx, retractedKey(station), 0, "", retractedBatch).Iterator()
	for fields.Next(ctx) {
		id := fields.Val()
		if !fields.Next(ctx) {
			break
		}
		var one edition.Retraction
		if err := json.Unmarshal([]byte(fields.Val()), &one); err != nil {
			return nil, fmt.Errorf("redis: retraction of %s: %w: %w", id, edition.ErrDamaged, err)
		}
		all = append(all, one)
	}
	if err := fields.Err(); err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	return all, nil
}

// Retract adds retractions, each to those of its station.
func (r *Redis) Retract(ctx context.Context, retractions ...edition.Retraction) error {
	fields := map[string][]any{} // by station
	for _, one := range retractions {
		text, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("redis: %w", err)
		}
		fields[one.Station] = append(fields[one.Station], one.ID, text)
	}
	for station, fields := range fields {
		for batch := range slices.Chunk(fields, 2*retractedBatch) {
			_, err := r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
				p.HSet(ctx, retractedKey(station), batch...)
				p.HSet(ctx, manifestKey(station), "retracted", rand.Text())
				return nil
			})
			if err != nil {
				return fmt.Errorf("redis: retract: %w", err)
			}
		}
	}
	return nil
}

// forget removes the retractions of articles of a station.
func (r *Redis) forget(ctx context.Context, station string, ids []string) error {
	for batch := range slices.Chunk(ids, retractedBatch) {
		if err := r.client.HDel(ctx, retractedKey(station), batch...).Err(); err != nil {
			return fmt.Errorf("redis: %w", err)
		}
	}
	return nil
}
