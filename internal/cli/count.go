package cli

import (
	"net"
	"net/http"
	"sync/atomic"

	"feedstation/internal/cache"
	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/internal/statistics"
	"feedstation/internal/store/disk"
	"feedstation/internal/store/redis"
)

// observer returns what is told of the requests to a configuration's network.
func (h *host) observer(cfg *config.Config) server.Observer {
	if cfg.Statistics.Days == 0 {
		return h.meter.Observe
	}
	count := h.counter.Observer(cfg.Network, cfg.Server.Proxies)
	return func(r *http.Request, target network.Target, sent server.Sent) {
		h.meter.Observe(r, target, sent)
		count(r, target, sent.Status)
	}
}

// count has requests counted as a configuration says from now on.
func (h *host) count(cfg *config.Config) {
	s := statistics.Settings{
		Days: cfg.Statistics.Days, Zone: cfg.Zone, Stations: cfg.Network.Stations, Folder: statistics.NewFolder(cfg.Cache.Dir, disk.StatisticsName),
		Prover: prover(cfg), Client: &http.Client{},
	}
	var shared *redis.Store
	if cfg.Cache.Redis != nil && s.Days > 0 {
		var err error
		if shared, err = openRedis(cfg); err != nil {
			h.log.Error("statistics not shared", "error", err) // the editions could be, a moment ago
		} else {
			s.Shared, s.Close = shared, shared.Close
		}
	}
	h.shared.Store(shared)
	h.counter.Set(s)
}

// stores are those of the editions, whose Redis has the statistics, too.
type stores struct {
	*cache.Cache
	shared *atomic.Pointer[redis.Store]
}

// RedisErrors implements server.Stores.
func (s stores) RedisErrors() map[string]int64 {
	all := s.Cache.RedisErrors()
	if shared := s.shared.Load(); shared != nil {
		for operation, n := range shared.Errors() {
			all[operation] += n
		}
	}
	return all
}

// prover returns what proves crawlers.
func prover(cfg *config.Config) *statistics.Prover {
	if cfg.Statistics.DNS {
		return statistics.NewProver(net.DefaultResolver, cfg.Statistics.Lists)
	}
	return statistics.NewProver(nil, cfg.Statistics.Lists)
}
