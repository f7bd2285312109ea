package config

import (
	"net/netip"
	"time"
)

// OwnHub is the value of WebSub.Hub of the hub that is part of this server.
const OwnHub = "own"

// WebSub is how subscribers of feeds are told.
type WebSub struct {
	// Hub is the address of a hub, or OwnHub; empty: feeds name none.
	Hub string `key:"hub"`
	// Subscribers is how many subscriptions a station has at most, of the own hub, 1 to
	// 1,000,000.
	Subscribers int `key:"subscribers" default:"10000"`
	// Lease is for how long a subscription is granted that asks for no time, 24h to 360h.
	Lease time.Duration `key:"lease" default:"240h"`
	// Allow are addresses besides the public ones that subscribers may have.
	Allow []netip.Prefix `key:"allow" default:""`
}

func (w *WebSub) validate(r *report) {
	if w.Hub != "" && w.Hub != OwnHub {
		r.endpoint("push.websub.hub", w.Hub)
	}
	between(r, "push.websub.subscribers", w.Subscribers, 1, 1_000_000)
	between(r, "push.websub.lease", w.Lease, 24*time.Hour, 360*time.Hour)
}
