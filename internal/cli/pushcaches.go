package cli

import (
	"feedstation/internal/config"
	"feedstation/internal/push"
	"feedstation/internal/push/purge"
	"feedstation/internal/push/webhook"
)

// caches returns the caches in front, each twice: see package purge.
func caches(cfg *config.Config, agent string) (all []push.Destination) {
	for _, c := range cfg.Push.Caches {
		header := map[string]string{}
		for name, value := range c.Headers {
			header[name] = value.Reveal()
		}
		atOnce, again := purge.New(purge.Settings{
			Name: "cache " + c.ID, Method: c.Method, URL: c.URL, Body: c.Body, Header: header, Token: c.Token.Reveal(),
			Codings: c.Codings, Hosts: c.Hosts, Batch: c.Batch, Rate: c.Rate, Stations: c.Stations, Agent: agent, Again: cfg.Cache.Follow(),
		})
		all = append(all, atOnce, again)
	}
	return all
}

// webhooks returns the programs that are told of articles.
func webhooks(cfg *config.Config, agent string) (all []push.Destination) {
	for _, w := range cfg.Push.Webhooks {
		var events []webhook.Event
		for _, event := range w.Events {
			events = append(events, webhook.Event(event))
		}
		all = append(all, webhook.New(webhook.Settings{
			Name: "webhook " + w.ID, URL: w.URL, Secret: w.Secret.Reveal(), Key: w.Key(), Events: events, Stations: w.Stations, Network: cfg.Network, Agent: agent,
		}))
	}
	return all
}
