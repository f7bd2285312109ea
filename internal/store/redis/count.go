package redis

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// operation is what Redis is asked for.
type operation int

const (
	following  operation = iota // whether others have published
	fetching                    // editions
	publishing                  // editions and pins
	retracting                  // articles, or reading what is retracted
	leasing                     // stations
	counting                    // who asks
	telling                     // others: the outbox
	operations
)

func (o operation) String() string {
	return [...]string{"follow", "fetch", "publish", "retract", "lease", "statistics", "push"}[o]
}

type operationKey struct{}

// doing returns a context in which what Redis is asked belongs to an operation.
func doing(ctx context.Context, o operation) context.Context {
	return context.WithValue(ctx, operationKey{}, o)
}

// Errors returns how often Redis did not answer, or answered with an error, by what it
// was asked for. What our scripts answer is none.
func (r *Store) Errors() map[string]int64 {
	all := map[string]int64{}
	for o := range operations {
		all[o.String()] = r.errors[o].Load()
	}
	return all
}

// errorCounts counts the errors of a client.
type errorCounts [operations]atomic.Int64

func (c *errorCounts) note(ctx context.Context, err error) {
	o, known := ctx.Value(operationKey{}).(operation)
	if !known || err == nil || errors.Is(err, redis.Nil) || errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	prefixed := func(prefix string) bool { return redis.HasErrorPrefix(err, prefix) }
	if !slices.ContainsFunc([]string{"STALE", "MISSING", "NOSCRIPT"}, prefixed) {
		c[o].Add(1)
	}
}
