package redis

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/secret"
)

// redisFaults is what Redis answers when it is not as it is configured or not well,
// and what that means. Every answer begins with its kind.
var redisFaults = []struct{ answer, words string }{
	{"WRONGPASS", "wrong user name or password (cache.redis.password)"},
	{"NOAUTH", "a password is needed (cache.redis.password)"},
	{"NOPERM", "the user may not do this (cache.redis.username)"},
	{"ERR DB index is out of range", "there is no database of that number (cache.redis.db)"},
	{"ERR invalid DB index", "there is no database of that number (cache.redis.db)"},
	{"ERR This instance has cluster support disabled", "not a cluster (cache.redis.mode)"},
	{"MOVED", "part of a cluster (cache.redis.mode)"},
	{"CLUSTERDOWN", "a cluster of which a part is missing, or not yet joined"},
	{"ERR No such master", "the sentinels know no such master (cache.redis.master)"},
	{"READONLY", "a replica, which takes no writes (cache.redis.addrs)"},
	{"OOM", "its memory is full"},
	{"MISCONF", "it can't write its snapshots and refuses writes"},
	{"LOADING", "it is still loading its data"},
}

// explain names what is wrong with Redis, as far as its answer says so. It wraps
// err.
func explain(err error) error {
	reply, ok := errors.AsType[redis.Error](err)
	if _, done := errors.AsType[*explainedError](err); !ok || done {
		return err
	}
	for _, fault := range redisFaults {
		if strings.HasPrefix(reply.Error(), fault.answer) {
			return &explainedError{fault.words, err}
		}
	}
	return err
}

type explainedError struct {
	words string
	err   error
}

func (e *explainedError) Error() string { return e.words + ": " + e.err.Error() }
func (e *explainedError) Unwrap() error { return e.err }

// watch explains all errors of a client, counts them and takes the passwords out of them: a
// server that does not know a command answers with its arguments, and those of
// HELLO and AUTH are passwords. It implements redis.Hook.
type watch struct {
	*errorCounts
	secrets *secret.Redactor
}

// DialHook implements redis.Hook: what can't connect is counted as a command.
func (w watch) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		return conn, w.safe(err)
	}
}

// ProcessHook implements redis.Hook.
func (w watch) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return w.done(ctx, next(ctx, cmd), cmd) }
}

// ProcessPipelineHook implements redis.Hook.
func (w watch) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return w.done(ctx, next(ctx, cmds), cmds...) }
}

func (w watch) done(ctx context.Context, err error, cmds ...redis.Cmder) error {
	w.note(ctx, err)
	for _, cmd := range cmds {
		if err := cmd.Err(); err != nil {
			cmd.SetErr(w.safe(err))
		}
	}
	return w.safe(err)
}

func (w watch) safe(err error) error { return w.secrets.Error(explain(err)) }
