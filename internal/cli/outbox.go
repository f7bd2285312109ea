package cli

import (
	"log/slog"

	"feedstation/internal/config"
	"feedstation/internal/push"
	"feedstation/internal/store/redis"
)

// newOutbox returns the outbox of a configuration; nil: nobody is told. Shared may be nil.
func newOutbox(log *slog.Logger, cfg *config.Config, shared *redis.Store) *push.Outbox {
	told := destinations(cfg)
	if len(told) == 0 {
		return nil
	}
	options := push.Options{
		Network: cfg.Network, Destinations: told, Dir: cfg.Cache.Dir,
		Delay: *cfg.Push.Delay, Window: cfg.Push.Window, Burst: cfg.Push.Burst, Config: cfg.PushDigest,
	}
	if shared != nil { // else it were an interface of nil
		options.Shared = shared
	}
	return push.New(log, options)
}
