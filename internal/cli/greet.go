package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/dustin/go-humanize/english"
	"github.com/rivo/uniseg"

	"feedstation/internal/config"
	"feedstation/internal/network"
)

// greetEvery is how often it is looked whether every station has an edition.
const greetEvery = 50 * time.Millisecond

// greet prints the addresses worth opening once every station has an edition.
// A log that programs read is left alone.
func (s *service) greet(ctx context.Context) {
	if s.cfg.Log.Format != config.LogText {
		return
	}
	tick := time.NewTicker(greetEvery)
	defer tick.Stop()
	for !s.ready() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	var admin net.Addr
	for _, e := range s.entrances {
		if e.key == adminKey {
			admin = e.listener.Addr()
		}
	}
	addresses(s.host.in.terminal.Stdout, s.cfg, s.entrances[0].listener.Addr(), admin)
}

func (s *service) ready() bool {
	for _, station := range s.cfg.Network.Stations {
		if _, ok := s.editions.Current(station.ID); !ok && station.Publishes() {
			return false
		}
	}
	return true
}

// addresses prints where a newcomer can look; admin may be nil.
func addresses(out io.Writer, cfg *config.Config, address, admin net.Addr) {
	_, port, err := net.SplitHostPort(address.String())
	if err != nil || len(cfg.Server.Hosts) == 0 {
		fmt.Fprintf(out, "\nfeedstation serves %d %s on %s\n", len(cfg.Network.Stations), english.PluralWord(len(cfg.Network.Stations), "station", ""), address)
		return
	}
	scheme := "http://"
	if cfg.Server.TLS.Enabled() {
		scheme = "https://"
	}
	base := scheme + net.JoinHostPort(cfg.Server.Hosts[0], port)
	fmt.Fprintf(out, "\nfeedstation serves %d %s. Worth opening:\n\n", len(cfg.Network.Stations), english.PluralWord(len(cfg.Network.Stations), "station", ""))
	showAt := func(base, what, path string) {
		fmt.Fprintf(out, "  %s%*s%s%s\n", what, max(1, 28-uniseg.StringWidth(what)), "", base, path)
	}
	show := func(what, path string) { showAt(base, what, path) }
	show("Pages for people", "/")
	if at, ok := admin.(*net.TCPAddr); ok {
		if at.IP.IsUnspecified() {
			at = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at.Port}
		}
		showAt("http://"+at.String(), "Pages for operators", "/")
	}
	for _, s := range cfg.Network.Stations {
		show(s.Name, "/"+s.ID+network.FeedPath("", network.RSS))
	}
	s := cfg.Network.Stations[len(cfg.Network.Stations)-1]
	if len(s.Channels) > 0 {
		channel := s.Channels[0]
		show(s.Name+" · "+channel.Name, "/"+s.ID+network.FeedPath(channel.ID, network.Atom))
	}
	show("JSON Feed", "/"+s.ID+network.FeedPath("", network.JSON))
	show("Sitemaps", "/"+s.ID+network.IndexPath)
	show("Google News", "/"+s.ID+network.NewsPath(1))
	show("All feeds, for a reader", "/"+cfg.Network.Stations[0].ID+network.OPMLPath)
	fmt.Fprintf(out, "\n  At each station's own address the same is there without /{station}.\n\n")
}
