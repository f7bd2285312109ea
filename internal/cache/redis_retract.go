package cache

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
)

// Retracted returns the retractions of a station.
func (r *Redis) Retracted(ctx context.Context, station string) ([]edition.Retraction, error) {
	texts, err := r.client.HGetAll(ctx, retractedKey(station)).Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	var all []edition.Retraction
	for id, text := range texts {
		var one edition.Retraction
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return nil, fmt.Errorf("redis: retraction of %s: %w: %w", id, edition.ErrDamaged, err)
		}
		all = append(all, one)
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
		_, err := r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.HSet(ctx, retractedKey(station), fields...)
			p.HSet(ctx, manifestKey(station), "retracted", rand.Text())
			return nil
		})
		if err != nil {
			return fmt.Errorf("redis: retract: %w", err)
		}
	}
	return nil
}

// forget removes the retractions of articles of a station.
func (r *Redis) forget(ctx context.Context, station string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := r.client.HDel(ctx, retractedKey(station), ids...).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}
