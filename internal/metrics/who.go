package metrics

import (
	"iter"
	"slices"
	"time"

	"feedstation/internal/network"
	"feedstation/internal/statistics"
)

// Statistics is what is known of who asks; [statistics.Recorder] is one. Agents are of a
// fixed list.
type Statistics interface {
	Requests() iter.Seq2[statistics.AgentVerdict, int64]
	Disregarded() iter.Seq2[string, int64]
	Subscribers() iter.Seq2[string, int]
	Visits(wanted func(station, agent string) bool) iter.Seq[statistics.CrawlerVisit]
	Dropped() int64
}

var (
	agentRequests = &family{"agent_requests_total", "Requests for paths of stations, by who says to ask and whether that is proved."}
	disregarded   = &family{"robots_disregarded_total", "Requests for what robots.txt keeps an agent from."}
	subscribers   = &family{"station_subscribers", "Subscribers of the station's feeds, as far as readers say."}
	dropped       = &family{"statistics_dropped_total", "Requests of which it was not counted who asks, because too many came at once."}
	lastFetch     = &family{"crawler_last_fetch_timestamp_seconds", "When a search engine last fetched robots.txt, the sitemap index, and news or the list for Baidu, today or yesterday."}
)

// engines are the crawlers of which a last fetch is shown, and of what: all that comes to 140
// stations would be many thousand series. `feedstation statistics` has the others.
var engines = map[string][]network.Kind{
	"Googlebot":   {network.RobotsKind, network.IndexKind, network.NewsKind},
	"Bingbot":     {network.RobotsKind, network.IndexKind, network.NewsKind},
	"Baiduspider": {network.RobotsKind, network.IndexKind, network.BaiduKind},
}

// who shows who asks.
func (m metrics) who(asks Statistics) {
	for agent, n := range asks.Requests() {
		m.counter(agentRequests, n, labels("agent", agent.Agent, "verified", string(agent.Verdict)))
	}
	for agent, n := range asks.Disregarded() {
		m.counter(disregarded, n, labels("agent", agent))
	}
	m.counter(dropped, asks.Dropped(), nil)
	for station, n := range asks.Subscribers() {
		m.gauge(subscribers, float64(n), labels("station", station))
	}
	m.lastFetches(asks.Visits(func(_, agent string) bool { return engines[agent] != nil }))
}

// lastFetches shows when search engines last came, leaving out those who only say that
// they are one.
func (m metrics) lastFetches(visits iter.Seq[statistics.CrawlerVisit]) {
	last := map[fetch]map[string]time.Time{}
	for agent, kinds := range engines {
		for _, kind := range kinds {
			last[fetch{agent, kind.String()}] = map[string]time.Time{}
		}
	}
	for v := range visits {
		stations := last[fetch{v.Agent, v.Document}]
		if stations != nil && v.Verdict != statistics.Forged && v.Last.After(stations[v.Station]) {
			stations[v.Station] = v.Last
		}
	}
	for of, stations := range last {
		common := labels("agent", of.agent, "document", of.document)
		for station, at := range stations {
			m.gauge(lastFetch, seconds(at), slices.Concat(common, labels("station", station)))
		}
	}
}

// fetch is what a search engine fetches, by station.
type fetch struct{ agent, document string }
