// Package redis keeps editions in a Redis, which all processes share.
//
// The keys of a station begin with its id in braces, {prefix}{{station}}:, and
// are in one hash slot:
//
//	m                               HASH: watermark (Unix ms; absent when it is not whole), manifest (JSON), digest,
//	                                pinned (watermark, or 0, and when that was decided, Unix ms), number
//	k                               HASH: watermark of a kept edition → its manifest
//	n                               ZSET: hash of a document → watermark of the newest edition that names it,
//	                                infinite for those of a pinned edition
//	f                               ZSET: the same → watermark of the first one
//	d:{hash}                        STRING: one document, packed, or a list of archives
//	lease                           STRING with a time to live: token of the process that builds
//	push                            HASH: key of a notice → its entry in the outbox (package push); the empty key → an epoch,
//	                                a line break → how often it was changed
//	pending                         HASH: key of a notice that has yet to be told → nothing
//	websub                          HASH: of subscriptions, their leases and what was delivered (package websub)
//	statistics:{day}                HASH with a time to live: run of a process → what it has counted (package statistics)
//
// and of all stations:
//
//	{prefix}retracted               HASH: id of an article → its retraction (JSON); the empty id → a random text,
//	                                another one after each change
//	{prefix}salt:{day}              STRING with a time to live: salt of the hashes of who reads feeds directly
//
// The version before numbered its editions: k and n have their numbers then, which are
// less than all watermarks. It reads the watermark in number as one, so that processes
// of both versions follow each other.
package redis

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"feedstation/internal/edition"
	"feedstation/internal/secret"
	"feedstation/internal/store"
)

// Options tells where Redis is, and what is kept there.
type Options struct {
	Mode             string   // single, sentinel or cluster
	Addrs            []string // host:port, or the path of a socket; of the sentinels in mode sentinel
	Master           string   // mode sentinel: the master's name
	Username         string
	Password         string
	SentinelUsername string
	SentinelPassword string
	DB               int         // mode cluster: 0
	TLS              *tls.Config // nil: without
	// Prefix is what the keys begin with; empty: DefaultPrefix.
	Prefix string
	// URLs are the addresses of stations, by id: an edition of one at another address
	// is that of another network.
	URLs map[string]string
	// Keep is which editions are kept besides the current one.
	Keep store.Keep
	// Dial connects to a server; nil: as the network does.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Timeout is how long a connection and an answer are waited for; 0: half a
	// second.
	Timeout time.Duration
}

const (
	// ioTimeout is what a Redis that has stopped costs a job, not the defaults'
	// five seconds, and a publication of megabytes must still fit.
	ioTimeout = 500 * time.Millisecond
	// maxIdleTime is how long a connection is kept that nobody needs: firewalls and
	// proxies forget silent ones, and tell neither end.
	maxIdleTime = time.Minute
	// mapTime is how old a cluster's map of slots may become, not the default's minute:
	// a master that is gone can't say who has taken its place.
	mapTime = 5 * time.Second
	// batchBytes is how much is sent, or asked for, before an answer is waited
	// for.
	batchBytes = 1 << 20
	// orphanTime is how long a document stays that no manifest names in the
	// end: the script that names it makes it stay.
	orphanTime = time.Hour
)

// ErrElsewhere is what an edition meets of a station that has the id of ours and
// another address.
var ErrElsewhere = errors.New("edition of another network")

// Store is the store that all processes share.
type Store struct {
	keys
	client redis.UniversalClient
	keep   store.Keep
	urls   map[string]string
	rest   func(station string) *edition.Rest // nil: see Resting
	errors errorCounts
}

// Resting has the documents that are fetched be at rest there. It is called before
// the store is used; without it they are in memory.
func (r *Store) Resting(rest func(station string) *edition.Rest) { r.rest = rest }

// New returns the store in a Redis. Nothing is connected yet. The mode is
// what the options say, not guessed from the number of addresses.
func New(options Options) (*Store, error) {
	timeout := cmp.Or(options.Timeout, ioTimeout)
	universal := redis.UniversalOptions{
		Addrs: options.Addrs, MasterName: options.Master, DB: options.DB,
		Username: options.Username, Password: options.Password,
		SentinelUsername: options.SentinelUsername, SentinelPassword: options.SentinelPassword,
		TLSConfig: options.TLS, Dialer: options.Dial, DisableIdentity: true, OnConnect: introduce,
		DialTimeout: timeout, ReadTimeout: timeout, WriteTimeout: timeout, PoolTimeout: timeout,
		// Once more, since the first connection may be one that a firewall has
		// forgotten; after that the next tick tries again.
		ContextTimeoutEnabled: true, MaxRetries: 1, DialerRetries: 1,
		PoolSize: 8, PipelinePoolSize: -1, ConnMaxLifetime: 10 * time.Minute, ConnMaxIdleTime: maxIdleTime,
		// A feature of Redis Enterprise that looks names up at every connect.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	r := &Store{keys: keys{cmp.Or(options.Prefix, DefaultPrefix)}, keep: options.Keep, urls: options.URLs}
	switch options.Mode {
	case "single":
		r.client = redis.NewClient(universal.Simple())
	case "sentinel":
		r.client = redis.NewFailoverClient(universal.Failover())
	case "cluster":
		cluster := universal.Cluster()
		cluster.ClusterStateReloadInterval = mapTime
		r.client = redis.NewClusterClient(cluster)
	default:
		return nil, fmt.Errorf("redis: unknown mode %q", options.Mode)
	}
	r.client.AddHook(watch{&r.errors, secret.New(options.Password, options.SentinelPassword)})
	return r, nil
}

// introduce names a connection in Redis' CLIENT LIST, where the user may.
func introduce(ctx context.Context, conn *redis.Conn) error {
	if err := conn.ClientSetName(ctx, "feedstation").Err(); !IsReply(err) {
		return err
	}
	return nil
}

// The library has one log for all clients: what it says there comes back as errors too.
func init() { logging.Disable() }

// Close closes the connections. What fails then is of no account, such as a farewell to
// a server that has hung up: every command has had its answer.
func (r *Store) Close() { _ = r.client.Close() }

// each asks n questions in one round trip. The error is that of the first answer that is one.
func each[C redis.Cmder](ctx context.Context, r *Store, n int, ask func(p redis.Pipeliner, i int) C) ([]C, error) {
	answers := make([]C, n)
	if n == 0 {
		return answers, nil
	}
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i := range answers {
			answers[i] = ask(p, i)
		}
		return nil
	})
	return answers, err
}

// DefaultPrefix is what all keys begin with.
const DefaultPrefix = "feedstation:"

// keys are the names of keys.
type keys struct{ prefix string }

func (k keys) retractedKey() string { return k.prefix + "retracted" }

func (k keys) stationKey(station, name string) string { return k.prefix + "{" + station + "}:" + name }

func (k keys) manifestKey(station string) string    { return k.stationKey(station, "m") }
func (k keys) keptKey(station string) string        { return k.stationKey(station, "k") }
func (k keys) namedKey(station string) string       { return k.stationKey(station, "n") }
func (k keys) firstKey(station string) string       { return k.stationKey(station, "f") }
func (k keys) leaseKey(station string) string       { return k.stationKey(station, "lease") }
func (k keys) documentPrefix(station string) string { return k.stationKey(station, "d:") }

func (k keys) documentKey(station string, hash edition.Hash) string {
	return k.documentPrefix(station) + hash.String()
}

// Heads implements Store in one round trip. Where Redis answers for no station, or
// not for the retractions, it is an error.
func (r *Store) Heads(ctx context.Context, stations []string) ([]store.Head, error) {
	ctx = doing(ctx, following)
	answers := make([]*redis.SliceCmd, len(stations))
	var retracted func() (token string, ok bool)
	_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, station := range stations {
			answers[i] = p.HMGet(ctx, r.manifestKey(station), "watermark", "digest", "pinned")
		}
		retracted = r.retractedToken(ctx, p)
		return nil
	})
	answered := func(a *redis.SliceCmd) bool { return len(a.Val()) > 0 }
	moved := func(a *redis.SliceCmd) bool { // this is not the server to ask
		_, ok := redis.IsMovedError(a.Err())
		return ok
	}
	token, ok := retracted()
	if err != nil && (!ok || !slices.ContainsFunc(answers, answered) || slices.ContainsFunc(answers, moved)) {
		return nil, fmt.Errorf("redis: %w", err)
	}
	heads := make([]store.Head, len(stations))
	for i, answer := range answers {
		if answered(answer) {
			heads[i] = parseHead(answer.Val())
		} else {
			heads[i].Err = cmp.Or(answer.Err(), err)
		}
		if err := heads[i].Err; err != nil {
			heads[i].Err = fmt.Errorf("redis: %s: %w", stations[i], err)
		}
		heads[i].Retracted = token
	}
	return heads, nil
}

// parsePin reads what formatPin writes.
func parsePin(text string) (p store.Pin, err error) {
	var mark, at int64
	if _, err := fmt.Sscanf(text, "%d %d", &mark, &at); err != nil {
		return store.Pin{}, fmt.Errorf("pin: %w: %q", edition.ErrDamaged, text)
	}
	if mark != 0 {
		p.Watermark = time.UnixMilli(mark).UTC()
	}
	p.At = time.UnixMilli(at).UTC()
	return p, nil
}

func formatPin(p store.Pin) string { return fmt.Sprint(markOf(p), " ", p.At.UnixMilli()) }

// markOf returns the watermark of a pin, 0 for none. One of the version before has a
// number as its watermark, until the edition has been read.
func markOf(p store.Pin) int64 {
	if p.Watermark.IsZero() {
		return 0
	}
	return p.Watermark.UnixMilli()
}

// digestLength is that of an edition's digest: those of the version before are longer.
const digestLength = 32

// parseHead reads the three fields; what is not there is nil.
func parseHead(fields []any) (h store.Head) {
	if text, ok := fields[0].(string); ok {
		var err error
		if h.Watermark, err = strconv.ParseInt(text, 10, 64); err != nil {
			h.Err = fmt.Errorf("%w: %q", edition.ErrDamaged, fields)
		}
		if digest, ok := fields[1].(string); ok && len(digest) == digestLength {
			h.Digest = digest
		}
	}
	if text, ok := fields[2].(string); ok {
		var err error
		h.Pin, err = parsePin(text)
		h.Err = errors.Join(h.Err, err)
	}
	return h
}

// Evicts returns the policy by which Redis removes editions when its memory is full;
// empty where it does not, or may not be asked.
func (r *Store) Evicts(ctx context.Context) (policy string, err error) {
	answer, err := r.client.ConfigGet(ctx, "maxmemory-policy").Result()
	if IsReply(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("redis: %w", err)
	}
	if policy = answer["maxmemory-policy"]; strings.HasPrefix(policy, "allkeys-") {
		return policy, nil
	}
	return "", nil
}

// IsReply reports whether Redis itself has answered with an error.
func IsReply(err error) bool {
	_, ok := errors.AsType[redis.Error](err)
	return ok
}
