package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/edition"
	"feedstation/internal/store"
)

// fetchTries is how often an edition is read that is replaced meanwhile.
const fetchTries = 3

// errMoved is what a reader meets when a later edition has come while it read
// one, so that it can't be whole any more.
var errMoved = errors.New("replaced while it was read")

// Fetch implements Store. An edition that is not whole is no longer offered, so
// that a process that has it hands it on again.
func (r *Store) Fetch(ctx context.Context, station string, known *edition.Edition) (e *edition.Edition, err error) {
	ctx = doing(ctx, fetching)
	for range fetchTries {
		if e, err = r.fetchCurrent(ctx, station, known); !errors.Is(err, errMoved) {
			break
		}
	}
	if err != nil {
		return nil, fmt.Errorf("redis: %s: %w", station, err)
	}
	return e, nil
}

func (r *Store) fetchCurrent(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	fields, err := r.client.HMGet(ctx, r.manifestKey(station), "number", "manifest", "watermark").Result()
	if err != nil {
		return nil, err
	}
	name, _ := fields[0].(string)
	text, ok := fields[1].(string)
	if !ok || fields[2] == nil {
		return nil, store.ErrNone
	}
	e, err := r.open(ctx, station, text, known)
	if !errors.Is(err, store.ErrNone) && !errors.Is(err, edition.ErrDamaged) {
		return e, err
	}
	disowned, disownErr := r.disown(ctx, station, "number", name, "watermark")
	if disownErr == nil && !disowned {
		return nil, errMoved
	}
	return nil, errors.Join(err, disownErr)
}

// Kept implements store.Store.
func (r *Store) Kept(ctx context.Context, station string) ([]edition.Manifest, error) {
	ctx = doing(ctx, fetching)
	var current *redis.SliceCmd
	var kept *redis.MapStringStringCmd
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		current = p.HMGet(ctx, r.manifestKey(station), "number", "manifest", "watermark")
		kept = p.HGetAll(ctx, r.keptKey(station))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	texts := map[string]string{}
	if fields := current.Val(); fields[0] != nil && fields[1] != nil && fields[2] != nil {
		texts[fields[0].(string)] = fields[1].(string)
	}
	maps.Copy(texts, kept.Val()) // the current one as it was pinned
	var manifests []edition.Manifest
	for _, text := range texts {
		if m, err := r.manifest(station, text); err == nil {
			manifests = append(manifests, m)
		}
	}
	slices.SortFunc(manifests, func(a, b edition.Manifest) int { return b.Watermark.Compare(a.Watermark) })
	return manifests, nil
}

// FetchKept implements store.Store.
func (r *Store) FetchKept(ctx context.Context, station string, watermark time.Time, known *edition.Edition) (*edition.Edition, error) {
	ctx = doing(ctx, fetching)
	kept, err := r.Kept(ctx, station)
	if err != nil {
		return nil, err
	}
	for _, m := range kept {
		if !m.Watermark.Equal(watermark) {
			continue
		}
		e, err := r.edition(ctx, m, known)
		if err != nil {
			return nil, fmt.Errorf("redis: %s: %w", station, err)
		}
		return e, nil
	}
	return nil, fmt.Errorf("redis: %s: %w", station, store.ErrNone)
}

// Pinned implements store.Store.
func (r *Store) Pinned(ctx context.Context, station string, known *edition.Edition) (pin store.Pin, e *edition.Edition, err error) {
	ctx = doing(ctx, fetching)
	text, err := r.client.HGet(ctx, r.manifestKey(station), "pinned").Result()
	if err == nil {
		pin, err = parsePin(text)
	}
	if err == nil && !pin.Watermark.IsZero() {
		text, err = r.client.HGet(ctx, r.keptKey(station), strconv.FormatInt(markOf(pin), 10)).Result()
		if err == nil {
			e, err = r.open(ctx, station, text, known)
		}
	}
	if errors.Is(err, redis.Nil) {
		err = store.ErrNone
	}
	if err != nil {
		return pin, nil, fmt.Errorf("redis: %s: pinned edition: %w", station, err)
	}
	return pin, e, nil
}

// manifest reads a manifest. The error is ErrElsewhere where it is that of another
// network.
func (r *Store) manifest(station, text string) (edition.Manifest, error) {
	m, err := store.ParseManifest(station, []byte(text))
	if url := r.urls[station]; err == nil && url != "" && m.URL != "" && m.URL != url {
		err = fmt.Errorf("%w: of the station at %s, this one is at %s: choose another cache.redis.prefix", ErrElsewhere, m.URL, url)
	}
	return m, err
}

// open returns the edition of a manifest.
func (r *Store) open(ctx context.Context, station, text string, known *edition.Edition) (*edition.Edition, error) {
	m, err := r.manifest(station, text)
	if err != nil {
		return nil, err
	}
	return r.edition(ctx, m, known)
}

func (r *Store) edition(ctx context.Context, m edition.Manifest, known *edition.Edition) (*edition.Edition, error) {
	fetched, err := r.objects(ctx, &m, known)
	if damaged, ok := errors.AsType[*edition.DamagedError](err); ok {
		err = errors.Join(err, r.client.Unlink(ctx, r.documentKey(m.Station, damaged.Hash)).Err())
	}
	if err != nil {
		return nil, err
	}
	return m.Edition(known, func(entry edition.Entry) (*edition.Document, error) { return fetched[entry.Hash], nil })
}

// objects reads the volumes of a manifest, and the documents that known does not have.
func (r *Store) objects(ctx context.Context, m *edition.Manifest, known *edition.Edition) (map[edition.Hash]*edition.Document, error) {
	err := m.ReadVolumes(known, func(names []edition.Hash) (map[edition.Hash][]byte, error) {
		return r.Packed(ctx, m.Station, names)
	})
	if err != nil {
		return nil, err
	}
	wanted := map[edition.Hash]edition.Entry{}
	for entry := range m.Entries() {
		wanted[entry.Hash] = entry
	}
	if known != nil {
		for d := range known.Objects() {
			delete(wanted, d.Hash())
		}
	}
	return r.documents(ctx, m.Station, wanted)
}

// documents reads documents, about batchBytes with each question. The error is
// store.ErrNone when one is not there, and a DamagedError when one is not what was stored.
func (r *Store) documents(ctx context.Context, station string, wanted map[edition.Hash]edition.Entry) (map[edition.Hash]*edition.Document, error) {
	hashes := slices.Collect(maps.Keys(wanted))
	fetched := make(map[edition.Hash]*edition.Document, len(hashes))
	for start := 0; start < len(hashes); {
		end, size := start, int64(0)
		for end < len(hashes) && (end == start || size+sizeOf(wanted[hashes[end]]) <= batchBytes) {
			size += sizeOf(wanted[hashes[end]])
			end++
		}
		packed, err := r.Packed(ctx, station, hashes[start:end])
		if err != nil {
			return nil, err
		}
		if err := r.keepAll(station, wanted, packed, fetched); err != nil {
			return nil, err
		}
		start = end
	}
	return fetched, nil
}

// unknownSize is what a document counts whose size its entry does not tell, as that of
// the version before.
const unknownSize = batchBytes / 16

func sizeOf(entry edition.Entry) int64 { return cmp.Or(entry.Gzip, unknownSize) }

// Packed reads packed documents at once. The error is store.ErrNone when one is not
// there.
func (r *Store) Packed(ctx context.Context, station string, hashes []edition.Hash) (map[edition.Hash][]byte, error) {
	ctx = doing(ctx, fetching)
	answers, err := each(ctx, r, len(hashes), func(p redis.Pipeliner, i int) *redis.StringCmd {
		return p.Get(ctx, r.documentKey(station, hashes[i]))
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	packed := make(map[edition.Hash][]byte, len(hashes))
	for i, answer := range answers {
		data, err := answer.Bytes()
		if errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("document %s: %w", hashes[i], store.ErrNone)
		}
		if err != nil {
			return nil, err
		}
		packed[hashes[i]] = data
	}
	return packed, nil
}

// keepers bounds how many documents are kept at the same time: they wait for the disk.
const keepers = 16

// keepAll adds the documents of packed ones, at rest where they can be.
func (r *Store) keepAll(station string, wanted map[edition.Hash]edition.Entry, packed map[edition.Hash][]byte, fetched map[edition.Hash]*edition.Document) error {
	keep := edition.Unpack
	if r.rest != nil {
		keep = r.rest(station).Keep
	}
	var mu sync.Mutex
	var keeping errgroup.Group
	keeping.SetLimit(keepers)
	for hash, data := range packed {
		keeping.Go(func() error {
			d, err := keep(wanted[hash], data)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			fetched[hash] = d
			return nil
		})
	}
	return keeping.Wait()
}

// disownText deletes a field while another one has a value.
const disownText = `if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[3])
return 1`

var disownScript = redis.NewScript(disownText)

// DisownPin has Redis no longer say that an edition is pinned, unless another pin is
// stored by now, so that a process that has the edition hands it on.
func (r *Store) DisownPin(ctx context.Context, station string, pin store.Pin) error {
	_, err := r.disown(doing(ctx, publishing), station, "pinned", formatPin(pin), "pinned")
	return err
}

// disown deletes a field of a station's m if another one still has a value, and
// reports whether that was so.
func (r *Store) disown(ctx context.Context, station, field, value, deleted string) (bool, error) {
	n, err := disownScript.Run(ctx, r.client, []string{r.manifestKey(station)}, field, value, deleted).Int()
	return n == 1, err
}
