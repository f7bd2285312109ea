package redis

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
)

// tokenField is the field of the retractions that holds another random text after
// each change: no article has that id.
const tokenField = ""

// Retracted returns all retractions. Where some are damaged it returns the others,
// and edition.ErrDamaged.
func (r *Store) Retracted(ctx context.Context) ([]edition.Retraction, error) {
	fields, err := r.client.HGetAll(doing(ctx, retracting), r.retractedKey()).Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	delete(fields, tokenField)
	var all []edition.Retraction
	var faults []error
	for _, id := range slices.Sorted(maps.Keys(fields)) {
		var one edition.Retraction
		if err := json.Unmarshal([]byte(fields[id]), &one); err != nil {
			faults = append(faults, fmt.Errorf("redis: retraction of %s: %w: %w", id, edition.ErrDamaged, err))
			continue
		}
		all = append(all, one)
	}
	return all, errors.Join(faults...)
}

// Retract adds retractions.
func (r *Store) Retract(ctx context.Context, retractions ...edition.Retraction) error {
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
	if err := r.client.HSet(doing(ctx, retracting), r.retractedKey(), fields...).Err(); err != nil {
		return fmt.Errorf("redis: retract: %w", err)
	}
	return nil
}

// retractedToken asks for what is another one when the retractions are others, also
// where a full Redis has removed them; empty: there are none; not ok: it has not
// answered. The answer is there once p has been executed.
func (r *Store) retractedToken(ctx context.Context, p redis.Pipeliner) func() (token string, ok bool) {
	token, count := p.HMGet(ctx, r.retractedKey(), tokenField), p.HLen(ctx, r.retractedKey())
	return func() (string, bool) {
		switch {
		case len(token.Val()) == 0 || count.Err() != nil:
			return "", false
		case count.Val() == 0:
			return "", true
		}
		return fmt.Sprint(token.Val(), count.Val()), true
	}
}
