package cli

import (
	"feedstation/internal/config"
	"feedstation/internal/push"
	"feedstation/internal/push/websub"
)

// destinations returns who is told of what changed, as it is configured.
func destinations(cfg *config.Config) []push.Destination {
	var all []push.Destination
	if hub := cfg.Push.WebSub.Hub; hub != "" && hub != config.OwnHub {
		all = append(all, websub.NewPing(hub, agentName()))
	}
	return all
}

// agentName is what the program calls itself where it asks others.
func agentName() string { return "feedstation/" + shownVersion() }
