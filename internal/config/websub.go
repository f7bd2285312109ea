package config

import (
	"net/netip"
	"net/url"
	"time"

	"feedstation/internal/network"
)

// OwnHub is the value of WebSub.Hub of the hub that is part of this server.
const OwnHub = "own"

// nameHubs has the feeds of all stations name the hub, or each its own.
func (w *WebSub) nameHubs(r *report, n *network.Network) {
	for _, s := range n.Stations {
		if s.Hub = w.Hub; w.Hub != OwnHub {
			continue
		}
		s.Hub = s.Address(network.HubPath)
		u, err := url.Parse(s.Hub)
		if err != nil {
			r.value("push.websub.hub", "%w", err) // no address of a station is none
			continue
		}
		if there, err := n.Resolve(u.Host, u.EscapedPath()); err != nil || there.Station != s {
			r.value("push.websub.hub", "the hub of station %s would be at %s, where another station is", s.ID, s.Hub)
		}
	}
}

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
