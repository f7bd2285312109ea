package cache

import (
	"context"
	"crypto/tls"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"feedstation/internal/edition"
)

// RedisOptions tells where Redis is.
type RedisOptions struct {
	Mode             string   // single, sentinel or cluster
	Addrs            []string // host:port; of the sentinels in mode sentinel
	Master           string   // mode sentinel: the master's name
	Username         string
	Password         string
	SentinelPassword string
	DB               int // mode cluster: 0
	TLS              bool
}

// A Redis that has stopped must cost a job half a second, not the defaults'
// five, and a publication of megabytes must still fit.
const (
	dialTimeout = 500 * time.Millisecond
	ioTimeout   = 500 * time.Millisecond
	// batchBytes is how much is sent before an answer is waited for.
	batchBytes = 1 << 20
	// orphanTime is how long a document stays that no manifest names in the
	// end: the script that names it makes it stay.
	orphanTime = time.Hour
)

// Redis is the store that all processes share.
type Redis struct {
	client redis.UniversalClient
}

// NewRedis returns the store in a Redis. Nothing is connected yet. The mode is
// what the options say, not guessed from the number of addresses.
func NewRedis(options RedisOptions) (*Redis, error) {
	universal := redis.UniversalOptions{
		Addrs: options.Addrs, MasterName: options.Master, DB: options.DB,
		Username: options.Username, Password: options.Password, SentinelPassword: options.SentinelPassword,
		ClientName:  "feedstation",
		DialTimeout: dialTimeout, ReadTimeout: ioTimeout, WriteTimeout: ioTimeout, PoolTimeout: ioTimeout,
		ContextTimeoutEnabled: true, MaxRetries: -1, DialerRetries: 1, // the next tick tries again
		PoolSize: 8, PipelinePoolSize: -1, ConnMaxLifetime: 10 * time.Minute,
		// A feature of Redis Enterprise that looks names up at every connect.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if options.TLS {
		universal.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	redis.SetLogger(silent{}) // what it says comes back as errors too
	switch options.Mode {
	case "single":
		return &Redis{redis.NewClient(universal.Simple())}, nil
	case "sentinel":
		return &Redis{redis.NewFailoverClient(universal.Failover())}, nil
	case "cluster":
		return &Redis{redis.NewClusterClient(universal.Cluster())}, nil
	}
	return nil, fmt.Errorf("redis: unknown mode %q", options.Mode)
}

// silent is a logger for the library, which has one for all clients.
type silent struct{}

// Printf implements the library's interface.
func (silent) Printf(context.Context, string, ...any) {}

// Close closes the connections.
func (r *Redis) Close() error { return r.client.Close() }

func manifestKey(station string) string { return "f:{" + station + "}:m" }

func documentKey(station string, hash edition.Hash) string {
	return documentPrefix(station) + hash.String()
}

func documentPrefix(station string) string { return "f:{" + station + "}:d:" }

// Heads implements Store in one round trip.
func (r *Redis) Heads(ctx context.Context, stations []string) ([]Head, error) {
	answers := make([]*redis.SliceCmd, len(stations))
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, station := range stations {
			answers[i] = p.HMGet(ctx, manifestKey(station), "number", "watermark")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	heads := make([]Head, len(stations))
	for i, answer := range answers {
		fields := answer.Val()
		if fields[0] == nil || fields[1] == nil {
			continue
		}
		if _, err := fmt.Sscan(fmt.Sprintln(fields...), &heads[i].Number, &heads[i].Watermark); err != nil {
			return nil, fmt.Errorf("redis: %s: %w: %q", stations[i], edition.ErrDamaged, fields)
		}
	}
	return heads, nil
}

// Fetch implements Store.
func (r *Redis) Fetch(ctx context.Context, station string, known *edition.Edition) (*edition.Edition, error) {
	fields, err := r.client.HMGet(ctx, manifestKey(station), "number", "manifest").Result()
	if err != nil {
		return nil, fmt.Errorf("redis: %w", err)
	}
	text, ok := fields[1].(string)
	if !ok {
		return nil, fmt.Errorf("redis: %s: %w", station, ErrNone)
	}
	m, err := edition.ParseManifest([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("redis: %s: %w", station, err)
	}
	if _, err := fmt.Sscan(fmt.Sprint(fields[0]), &m.Number); err != nil {
		return nil, fmt.Errorf("redis: %s: number: %w", station, edition.ErrDamaged)
	}
	e, err := m.Edition(known, func(hash edition.Hash) ([]byte, error) {
		data, err := r.client.Get(ctx, documentKey(station, hash)).Bytes()
		if errors.Is(err, redis.Nil) {
			return nil, fmt.Errorf("document %s: %w", hash, ErrNone)
		}
		return data, err
	})
	if errors.Is(err, ErrNone) || errors.Is(err, edition.ErrDamaged) {
		err = errors.Join(err, r.disown(ctx, station, err))
	}
	if err != nil {
		return nil, fmt.Errorf("redis: %s: %w", station, err)
	}
	return e, nil
}

// disown takes the number from an edition that is not whole, so that a process
// that has it hands it on again.
func (r *Redis) disown(ctx context.Context, station string, fault error) error {
	if damaged, ok := errors.AsType[*edition.DamagedError](fault); ok {
		if err := r.client.Unlink(ctx, documentKey(station, damaged.Hash)).Err(); err != nil {
			return err
		}
	}
	return r.client.HDel(ctx, manifestKey(station), "number").Err()
}

//go:embed publish.lua
var publishText string

var publishScript = redis.NewScript(publishText)

// Publish implements Store. The documents are there before the manifest that
// names them; the script that replaces the manifest is atomic.
func (r *Redis) Publish(ctx context.Context, e *edition.Edition) (*edition.Edition, error) {
	keys, err := r.putDocuments(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("redis: publish %s: %w", e.Station(), err)
	}
	manifest, err := json.Marshal(e.Manifest())
	if err != nil {
		return nil, fmt.Errorf("redis: publish %s: %w", e.Station(), err)
	}
	keys = append([]string{manifestKey(e.Station())}, keys...)
	number, err := publishScript.Run(ctx, r.client, keys,
		e.Number(), e.Watermark().UnixMilli(), manifest, documentPrefix(e.Station()), e.Base().UnixMilli()).Int64()
	switch {
	case err != nil && redis.HasErrorPrefix(err, "STALE"):
		return nil, fmt.Errorf("redis: publish %s: %w", e.Station(), edition.ErrStale)
	case err != nil:
		return nil, fmt.Errorf("redis: publish %s: %w", e.Station(), err)
	}
	return e.Numbered(number), nil
}

// putDocuments stores the documents that are missing, in batches, and returns
// the keys of all.
func (r *Redis) putDocuments(ctx context.Context, e *edition.Edition) ([]string, error) {
	var keys []string
	var documents []*edition.Document
	for d := range e.Objects() {
		keys = append(keys, documentKey(e.Station(), d.Hash()))
		documents = append(documents, d)
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
			batch.Set(ctx, keys[i], data, orphanTime)
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
