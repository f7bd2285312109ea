package metrics

import (
	"iter"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"feedstation/internal/network"
	"feedstation/internal/statistics"
)

// Statistics is what is known of who asks; [statistics.Recorder] is one. Agents are of a
// fixed list.
type Statistics interface {
	Requests() iter.Seq2[statistics.AgentVerdict, int64]
	Disregarded() iter.Seq2[string, int64]
	Subscribers() iter.Seq2[string, int]
	Visits() iter.Seq[statistics.CrawlerVisit]
	Dropped() int64
}

var (
	agentRequests = desc("agent_requests_total", "Requests for paths of stations, by who says to ask and whether that is proved.", "agent", "verified")
	disregarded   = desc("robots_disregarded_total", "Requests for what robots.txt keeps an agent from.", "agent")
	subscribers   = desc("station_subscribers", "Subscribers of the station's feeds, as far as readers say.", "station")
	dropped       = desc("statistics_dropped_total", "Requests of which it was not counted who asks, because too many came at once.")
	lastFetch     = desc("crawler_last_fetch_timestamp_seconds", "When a search engine last fetched robots.txt, the sitemap index, news or the list for Baidu, today or yesterday.", "station", "agent", "document")
)

// engines and found are of which crawlers, and of what, a last fetch is shown: all of them
// at 140 stations would be many thousand series. `feedstation statistics` has the others.
var (
	engines = []string{"Googlebot", "Bingbot", "Baiduspider"}
	found   = []network.Kind{network.RobotsKind, network.IndexKind, network.NewsKind, network.BaiduKind}
)

// who shows who asks; it implements prometheus.Collector.
type who struct{ Statistics }

// Describe implements prometheus.Collector.
func (who) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{agentRequests, disregarded, subscribers, dropped, lastFetch} {
		all <- d
	}
}

// Collect implements prometheus.Collector.
func (w who) Collect(all chan<- prometheus.Metric) {
	m := metrics(all)
	for agent, n := range w.Requests() {
		m <- prometheus.MustNewConstMetric(agentRequests, prometheus.CounterValue, float64(n), agent.Agent, string(agent.Verdict))
	}
	for agent, n := range w.Disregarded() {
		m <- prometheus.MustNewConstMetric(disregarded, prometheus.CounterValue, float64(n), agent)
	}
	m <- prometheus.MustNewConstMetric(dropped, prometheus.CounterValue, float64(w.Dropped()))
	for station, n := range w.Subscribers() {
		m.gauge(subscribers, float64(n), station)
	}
	for visit, at := range lastFetches(w.Visits()) {
		m.gauge(lastFetch, seconds(at), visit.station, visit.agent, visit.document)
	}
}

// fetch is what a search engine has fetched of a station.
type fetch struct{ station, agent, document string }

// lastFetches returns when search engines last came, leaving out those who only say that
// they are one.
func lastFetches(visits iter.Seq[statistics.CrawlerVisit]) map[fetch]time.Time {
	last := map[fetch]time.Time{}
	for v := range visits {
		of := fetch{v.Station, v.Agent, v.Document}
		shown := slices.Contains(engines, v.Agent) && slices.ContainsFunc(found, func(k network.Kind) bool { return k.String() == v.Document })
		if shown && v.Verdict != statistics.Forged && v.Last.After(last[of]) {
			last[of] = v.Last
		}
	}
	return last
}
