package redis

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/store"
)

var (
	//go:embed swap.lua
	swapText   string
	swapScript = redis.NewScript(swapText)
)

// swapBatch is how many texts a script looks at: it holds Redis up for less than 10 ms.
const swapBatch = 500

func (k keys) textsKey(station string) string   { return k.stationKey(station, "push") }
func (k keys) pendingKey(station string) string { return k.stationKey(station, "pending") }

var _ store.Swapper = (*Store)(nil)

// Swap implements store.Swapper.
func (r *Store) Swap(ctx context.Context, station string, swaps []store.Swap) (made []bool, before, after store.Mark, err error) {
	ctx = doing(ctx, telling)
	for start := 0; start < len(swaps); start += swapBatch {
		args := []any{rand.Text()}
		for _, s := range swaps[start:min(len(swaps), start+swapBatch)] {
			pending := "0"
			if s.Pending {
				pending = "1"
			}
			args = append(args, s.Key, s.Old, s.New, pending)
		}
		answer, err := swapScript.Run(ctx, r.client, []string{r.textsKey(station), r.pendingKey(station)}, args...).StringSlice()
		if err == nil && len(answer) < 2 {
			err = errors.New("odd answer of a script")
		}
		if err != nil {
			return nil, "", "", fmt.Errorf("redis: %w", err)
		}
		if start == 0 {
			before = store.Mark(answer[0])
		}
		after = store.Mark(answer[1])
		for _, one := range answer[2:] {
			made = append(made, one == "1")
		}
	}
	return made, before, after, nil
}

// Marks implements store.Swapper.
func (r *Store) Marks(ctx context.Context, stations []string) ([]store.Mark, error) {
	ctx = doing(ctx, telling)
	answers, err := each(ctx, r, len(stations), func(p redis.Pipeliner, i int) *redis.SliceCmd {
		return markOfTexts(ctx, p, r.textsKey(stations[i]))
	})
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	marks := make([]store.Mark, len(stations))
	for i, answer := range answers {
		marks[i] = parseMark(answer)
	}
	return marks, nil
}

// The fields of a station's texts that are none: the epoch, and how often they were
// changed.
const (
	epochField = ""
	countField = "\n"
)

func markOfTexts(ctx context.Context, p redis.Pipeliner, key string) *redis.SliceCmd {
	return p.HMGet(ctx, key, epochField, countField)
}

func parseMark(answer *redis.SliceCmd) store.Mark {
	epoch, _ := answer.Val()[0].(string)
	count, _ := answer.Val()[1].(string)
	if epoch == "" {
		return ""
	}
	return store.Mark(epoch + ":" + count)
}

// Pending implements store.Swapper. The mark is not later than the texts.
func (r *Store) Pending(ctx context.Context, station string) (map[string]string, store.Mark, error) {
	ctx = doing(ctx, telling)
	var mark *redis.SliceCmd
	var keys *redis.StringSliceCmd
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		mark, keys = markOfTexts(ctx, p, r.textsKey(station)), p.HKeys(ctx, r.pendingKey(station))
		return nil
	})
	if err != nil {
		return nil, "", fmt.Errorf("redis: %w", err)
	}
	texts, err := r.Texts(ctx, station, keys.Val())
	if err != nil {
		return nil, "", err
	}
	pending := map[string]string{}
	for i, key := range keys.Val() {
		if texts[i] != "" {
			pending[key] = texts[i]
		}
	}
	return pending, parseMark(mark), nil
}

// Texts implements store.Swapper.
func (r *Store) Texts(ctx context.Context, station string, keys []string) ([]string, error) {
	ctx = doing(ctx, telling)
	texts := make([]string, len(keys))
	for start := 0; start < len(keys); start += swapBatch {
		answer, err := r.client.HMGet(ctx, r.textsKey(station), keys[start:min(len(keys), start+swapBatch)]...).Result()
		if err != nil {
			return nil, fmt.Errorf("redis: %w", err)
		}
		for i, value := range answer {
			texts[start+i], _ = value.(string)
		}
	}
	return texts, nil
}

// All implements store.Swapper.
func (r *Store) All(ctx context.Context, station string) (map[string]string, error) {
	ctx = doing(ctx, telling)
	all, err := r.client.HGetAll(ctx, r.textsKey(station)).Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	delete(all, epochField)
	delete(all, countField)
	return all, nil
}
