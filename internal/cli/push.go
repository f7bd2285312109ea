package cli

import (
	"strings"

	"feedstation/internal/config"
	"feedstation/internal/push"
	"feedstation/internal/push/websub"
)

// destinations returns who is told of what changed, as it is configured: caches first, so
// that who is told fetches what is new.
func destinations(cfg *config.Config) []push.Destination {
	all := caches(cfg, agentName())
	all = append(all, webhooks(cfg, agentName())...)
	if hub := cfg.Push.WebSub.Hub; hub != "" && hub != config.OwnHub {
		all = append(all, websub.NewPing(hub, agentName()))
	}
	return append(all, engines(cfg)...)
}

// agentName is what the program calls itself where it asks others.
func agentName() string { return "feedstation/" + strings.ReplaceAll(shownVersion(), " ", "-") }
