package cache

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"

	"feedstation/internal/secret"
)

// safeErrors takes the passwords out of all errors of a client: a server that
// does not know a command answers with its arguments, and those of HELLO and
// AUTH are passwords.
type safeErrors struct{ secrets *secret.Redactor }

// DialHook implements redis.Hook.
func (s safeErrors) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		return conn, s.secrets.Error(err)
	}
}

// ProcessHook implements redis.Hook.
func (s safeErrors) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := s.secrets.Error(next(ctx, cmd))
		s.clean(cmd)
		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (s safeErrors) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := s.secrets.Error(next(ctx, cmds))
		for _, cmd := range cmds {
			s.clean(cmd)
		}
		return err
	}
}

func (s safeErrors) clean(cmd redis.Cmder) {
	if err := cmd.Err(); err != nil {
		cmd.SetErr(s.secrets.Error(err))
	}
}
