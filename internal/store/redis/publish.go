package redis

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

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

// Publish implements Store. The documents are there before the manifest that
// names them; the script that replaces the manifest is atomic.
func (r *Store) Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error) {
	m := e.Manifest()
	number, err := r.put(ctx, e, m, publishScript,
		e.Number(), e.Watermark().UnixMilli(), nil, nil, e.Base().UnixMilli(), r.keep, m.Format, store.Digest(m), m.URL)
	switch {
	case err != nil && redis.HasErrorPrefix(err, "STALE"):
		return nil, fmt.Errorf("redis: publish %s: %w", e.Station(), edition.ErrStale)
	case err != nil:
		return nil, fmt.Errorf("redis: publish %s: %w", e.Station(), err)
	}
	return e.Numbered(number), nil
}

// Pin implements Store.
func (r *Store) Pin(ctx context.Context, station string, pin store.Pin, e *edition.Edition) error {
	var m edition.Manifest
	if e == nil {
		e = edition.New(station, 0, pin.At, "", nil)
	}
	m = e.Numbered(pin.Number).Manifest()
	if _, err := r.put(ctx, e, m, pinScript, pin.Number, pin.At.UnixMilli(), nil, nil); err != nil {
		return fmt.Errorf("redis: pin %s: %w", station, err)
	}
	return nil
}

// put puts an edition's documents there and runs a script on its manifest,
// which is the third argument, before the prefix of the documents' keys.
func (r *Store) put(ctx context.Context, e *edition.Edition, m edition.Manifest, script *redis.Script, args ...any) (int64, error) {
	manifest, err := json.Marshal(m)
	if err != nil {
		return 0, err
	}
	args[2], args[3] = manifest, r.documentPrefix(e.Station())
	for again := true; ; again = false {
		documents, err := r.putDocuments(ctx, e)
		if err != nil {
			return 0, err
		}
		keys := append([]string{r.manifestKey(e.Station()), r.keptKey(e.Station()), r.namedKey(e.Station())}, documents...)
		n, err := script.Run(ctx, r.client, keys, args...).Int64()
		if err != nil && again && redis.HasErrorPrefix(err, "MISSING") {
			continue // another process has collected what was there a moment ago
		}
		return n, err
	}
}

// putDocuments stores the documents that are missing, in batches, and returns
// the keys of all.
func (r *Store) putDocuments(ctx context.Context, e *edition.Edition) ([]string, error) {
	var keys []string
	var documents []*edition.Document
	named := map[edition.Hash]bool{}
	for d := range e.Objects() {
		if named[d.Hash()] {
			continue
		}
		named[d.Hash()] = true
		keys = append(keys, r.documentKey(e.Station(), d.Hash()))
		documents = append(documents, d)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	there := make([]*redis.IntCmd, len(keys))
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			there[i] = p.Exists(ctx, key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	batch, size := r.client.Pipeline(), 0
	for i, d := range documents {
		if there[i].Val() == 0 {
			data := d.Pack()
			batch.SetNX(ctx, keys[i], data, orphanTime) // not over one that stays
			size += len(data)
		}
		if size < batchBytes && i < len(documents)-1 || batch.Len() == 0 {
			continue
		}
		if _, err := batch.Exec(ctx); err != nil {
			return nil, err
		}
		size = 0
	}
	return keys, nil
}
