package redis

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

var (
	//go:embed publish.lua
	publishText   string
	publishScript = redis.NewScript(publishText)

	//go:embed pin.lua
	pinText   string
	pinScript = redis.NewScript(pinText)
)

// Publish implements store.Store. The documents are there before the manifest that
// names them; the script that replaces the manifest is atomic.
func (r *Store) Publish(ctx context.Context, e *edition.Edition) error {
	ctx = doing(ctx, publishing)
	surplus, err := r.surplus(ctx, e)
	if err == nil {
		m := e.Manifest()
		err = r.put(ctx, e, m, publishScript,
			e.Watermark().UnixMilli(), e.Digest(), nil, nil, e.Base().UnixMilli(), m.Format, m.URL, surplus)
	}
	switch {
	case err != nil && redis.HasErrorPrefix(err, "STALE"):
		return fmt.Errorf("redis: publish %s: %w", e.Station(), edition.ErrStale)
	case err != nil:
		return fmt.Errorf("redis: publish %s: %w", e.Station(), err)
	}
	return nil
}

// surplus returns what need not be kept when an edition is published: names of the
// station's k, the latest first, with spaces between them. Whatever is published until
// then, this one has later ones beside it.
func (r *Store) surplus(ctx context.Context, e *edition.Edition) (string, error) {
	var kept *redis.StringSliceCmd
	var current *redis.StringCmd
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		kept = p.HKeys(ctx, r.keptKey(e.Station()))
		current = p.HGet(ctx, r.manifestKey(e.Station()), "number")
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", err
	}
	var marks []int64
	for _, name := range append(kept.Val(), current.Val()) {
		if mark, err := strconv.ParseInt(name, 10, 64); err == nil && mark < e.Watermark().UnixMilli() {
			marks = append(marks, mark)
		}
	}
	marks = append(marks, e.Watermark().UnixMilli())
	slices.SortFunc(marks, func(a, b int64) int { return cmp.Compare(b, a) })
	return strings.Trim(fmt.Sprint(r.keep.Surplus(slices.Compact(marks))), "[]"), nil
}

// Pin implements store.Store.
func (r *Store) Pin(ctx context.Context, station string, pin store.Pin, e *edition.Edition) error {
	if e == nil {
		e = edition.New(station, pin.At, "", nil)
	}
	if err := r.put(doing(ctx, publishing), e, e.Manifest(), pinScript, markOf(pin), pin.At.UnixMilli(), nil, nil); err != nil {
		return fmt.Errorf("redis: pin %s: %w", station, err)
	}
	return nil
}

// put puts an edition's documents there and runs a script on its manifest,
// which is the third argument, before the prefix of the documents' keys.
func (r *Store) put(ctx context.Context, e *edition.Edition, m edition.Manifest, script *redis.Script, args ...any) error {
	manifest, err := json.Marshal(m)
	if err != nil {
		return err
	}
	args[2], args[3] = manifest, r.documentPrefix(e.Station())
	for again := true; ; again = false {
		documents, err := r.putObjects(ctx, e.Station(), m.Objects(e, &edition.Manifest{}))
		if err != nil {
			return err
		}
		keys := append([]string{r.manifestKey(e.Station()), r.keptKey(e.Station()), r.namedKey(e.Station()), r.firstKey(e.Station())}, documents...)
		err = script.Run(ctx, r.client, keys, args...).Err()
		if err != nil && again && redis.HasErrorPrefix(err, "MISSING") {
			continue // another process has collected what was there a moment ago
		}
		return err
	}
}

// putObjects stores the objects that are missing, in batches, and returns the keys of
// all.
func (r *Store) putObjects(ctx context.Context, station string, objects iter.Seq[edition.Object]) ([]string, error) {
	var keys []string
	var unique []edition.Object
	named := map[edition.Hash]bool{}
	for d := range objects {
		if named[d.Hash()] {
			continue
		}
		named[d.Hash()] = true
		keys = append(keys, r.documentKey(station, d.Hash()))
		unique = append(unique, d)
	}
	there, err := each(ctx, r, len(keys), func(p redis.Pipeliner, i int) *redis.IntCmd { return p.Exists(ctx, keys[i]) })
	if err != nil {
		return nil, err
	}
	batch, size := r.client.Pipeline(), 0
	for i, d := range unique {
		if there[i].Val() == 0 {
			data, err := d.Pack()
			if err != nil {
				return nil, err
			}
			batch.SetNX(ctx, keys[i], data, orphanTime) // not over one that stays
			size += len(data)
		}
		if size < batchBytes && i < len(unique)-1 || batch.Len() == 0 {
			continue
		}
		if _, err := batch.Exec(ctx); err != nil {
			return nil, err
		}
		size = 0
	}
	return keys, nil
}
