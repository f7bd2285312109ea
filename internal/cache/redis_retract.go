package cache

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
)

// tokenField is the field of the retractions that holds another random text after
// each change: no article has that id.
const tokenField = ""

// Retracted returns all retractions.
func (r *Redis) Retracted(ctx context.Context) ([]edition.Retraction, error) {
	fields, err := r.client.HGetAll(ctx, r.retractedKey()).Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	delete(fields, tokenField)
	var all []edition.Retraction
	for id, text := range fields {
		var one edition.Retraction
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return nil, fmt.Errorf("redis: retraction of %s: %w: %w", id, edition.ErrDamaged, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// Retract adds retractions.
func (r *Redis) Retract(ctx context.Context, retractions ...edition.Retraction) error {
	if len(retractions) == 0 {
		return nil
	}
	fields := []any{tokenField, rand.Text()}
	for _, one := range retractions {
		text, err := json.Marshal(one)
		if err != nil {
			return fmt.Errorf("redis: %w", err)
		}
		fields = append(fields, one.ID, text)
	}
	if err := r.client.HSet(ctx, r.retractedKey(), fields...).Err(); err != nil {
		return fmt.Errorf("redis: retract: %w", err)
	}
	return nil
}

// retractedToken asks for what is another one when the retractions are others, also
// where a full Redis has removed them; empty: there are none. The answer is there
// once p has been executed.
func (r *Redis) retractedToken(ctx context.Context, p redis.Pipeliner) func() string {
	token, count := p.HMGet(ctx, r.retractedKey(), tokenField), p.HLen(ctx, r.retractedKey())
	return func() string {
		if count.Val() == 0 {
			return ""
		}
		return fmt.Sprint(token.Val(), count.Val())
	}
}
