package cli

import (
	"net/http"

	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/internal/push/websub"
	"feedstation/internal/server"
	"feedstation/internal/store/disk"
)

// tell has the hub work as a service says from now on. It goes on where no hub is
// configured: who has subscribed before is told so.
func (h *host) tell(s *service) {
	cfg := s.cfg
	settings := websub.Settings{
		Network: cfg.Network, Own: cfg.Push.WebSub.Hub == config.OwnHub, Editions: s.editions, Leads: s.editions.Leads, Builds: cfg.Jobs.Enabled,
		Subscribers: cfg.Push.WebSub.Subscribers, Lease: cfg.Push.WebSub.Lease, Delay: *cfg.Push.Delay,
		Folder: websub.NewFolder(cfg.Cache.Dir, disk.SubscriptionsName), Client: websub.NewClient(agentName(), cfg.Push.WebSub.Allow),
	}
	if cfg.Cache.Redis != nil {
		shared, err := openRedis(cfg)
		if err != nil {
			h.log.Error("subscriptions not shared", "error", err) // the editions could be, a moment ago
		} else {
			settings.Shared, settings.Close = shared, shared.Close
		}
	}
	h.hub.Set(settings)
}

// subscribable returns the handler of a configuration that also takes subscriptions, where
// its stations have hubs.
func (h *host) subscribable(cfg *config.Config, next http.Handler, observe server.Observer) http.Handler {
	if cfg.Push.WebSub.Hub != config.OwnHub {
		return next
	}
	return h.hub.Handler(cfg.Network, next, func(r *http.Request, target network.Target, status int) {
		observe(r, target, server.Sent{Status: status})
	})
}

// hubs returns what the hubs of stations have done; not ok: they have none.
func (h *host) hubs() (w server.WebSub, ok bool) {
	subscribers, counts := h.hub.Subscribers(), h.hub.Counts()
	if subscribers == nil || counts == nil {
		return w, false
	}
	return server.WebSub{Subscribers: subscribers, Verifications: counts.Verifications, Deliveries: counts.Deliveries}, true
}
