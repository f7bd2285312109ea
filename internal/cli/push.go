package cli

import (
	"feedstation/internal/config"
	"feedstation/internal/push"
)

// destinations returns who is told of what changed, as it is configured.
func destinations(cfg *config.Config) []push.Destination {
	var all []push.Destination
	return all
}
