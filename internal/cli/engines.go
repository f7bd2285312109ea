package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize/english"
	"golang.org/x/sync/errgroup"

	"feedstation/internal/config"
	"feedstation/internal/network"
	"feedstation/internal/push"
	"feedstation/internal/push/baidu"
	"feedstation/internal/push/client"
	"feedstation/internal/push/engine"
	"feedstation/internal/push/indexnow"
	"feedstation/internal/terminal"
)

// engines returns the search engines that are told.
func engines(cfg *config.Config) (all []push.Destination) {
	secrets := []string{cfg.Push.Baidu.Token.Reveal()}
	for _, s := range keyed(cfg.Network) {
		secrets = append(secrets, s.Keys...)
	}
	for _, endpoint := range append([]string{cfg.Push.Baidu.Endpoint}, cfg.Push.IndexNow.Endpoints...) {
		if _, query, ok := strings.Cut(endpoint, "?"); ok {
			secrets = append(secrets, query)
		}
	}
	c := client.New(agentName(), engine.Timeout, secrets...)
	if len(keyed(cfg.Network)) > 0 {
		for _, endpoint := range cfg.Push.IndexNow.Endpoints {
			all = append(all, indexnow.New(endpoint, cfg.Push.IndexNow.Rate, c))
		}
	}
	sites := map[string]string{}
	for id, own := range cfg.PushStations {
		if own.Baidu != "" && own.Baidu != config.BaiduOff {
			sites[id] = own.Baidu
		}
	}
	if b := cfg.Push.Baidu; b.Token.Reveal() != "" && len(sites) > 0 {
		all = append(all, baidu.New(baidu.Options{
			Endpoint: b.Endpoint, Token: b.Token.Reveal(), Sites: sites, Reserve: b.Reserve, Daily: b.Daily,
		}, c))
	}
	return all
}

// keyed returns the stations with a key for engines.
func keyed(n *network.Network) (all []*network.Station) {
	for _, s := range n.Stations {
		if len(s.Keys) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// checkKeys says whether the files of stations' keys are seen at their public addresses.
// It reports whether they are, and asks only if online.
func checkKeys(ctx context.Context, out io.Writer, n *network.Network, online bool) (well bool) {
	const place = "indexnow       "
	stations := keyed(n)
	count := fmt.Sprintf("%d %s", len(stations), english.PluralWord(len(stations), "station", ""))
	switch {
	case len(stations) == 0:
		return true
	case !online:
		fmt.Fprintln(out, place+"key files of "+count+" not looked for: check --online does")
		return true
	}
	faults := make([]error, len(stations))
	var looking errgroup.Group
	looking.SetLimit(16)
	for i, s := range stations {
		looking.Go(func() error {
			_, faults[i] = indexnow.Look(ctx, client.New(agentName(), engine.Timeout, s.Keys...), s, s.Keys[0])
			return nil
		})
	}
	_ = looking.Wait() // none fails
	well = true
	for i, s := range stations {
		if faults[i] != nil {
			fmt.Fprintln(out, terminal.Line(place+s.ID+": "+faults[i].Error()))
			well = false
		}
	}
	if well {
		fmt.Fprintln(out, place+"key files of "+count+" seen")
	}
	return well
}
