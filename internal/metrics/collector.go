package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"feedstation/internal/server"
	"feedstation/jobs"
)

// collector shows what /status says; it implements prometheus.Collector.
type collector struct{ status func() server.Status }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName(Namespace, "", name), help, labels, nil)
}

// Of each station.
var (
	checked     = desc("station_checked_timestamp_seconds", "Up to when the station's edition is known to be up to date. Only the process that builds it knows more than when that was built.", "station")
	issued      = desc("station_edition_timestamp_seconds", "Since when the station's documents are as this process serves them.", "station")
	newest      = desc("station_newest_article_timestamp_seconds", "When the newest article of the station's own feed was published.", "station")
	documents   = desc("station_documents", "Documents that this process serves of the station; 0: it has no edition.", "station")
	pending     = desc("station_pending_months", "Months whose sitemaps have yet to be built.", "station")
	quarantined = desc("station_quarantined_articles", "Articles that the station lacks because they can't be published, as far as this process has read their rows.", "station")
	refused     = desc("station_refused", "1: the gate keeps the station's next edition from being published.", "station")
	pinned      = desc("station_pinned", "1: an earlier edition of the station is pinned and served.", "station")
	subscribed  = desc("websub_subscribers", "Subscriptions to feeds of the station at its own hub.", "station")
	leading     = desc("station_leading", "1: this process builds the station.", "station")
)

// Of the work.
var (
	published   = desc("publish_total", "Stations that were built, by what became of them.", "outcome")
	drift       = desc("audit_drift_total", "Months that audits found not as published, by what had become of their articles.", "cause")
	retractions = desc("retractions", "Articles that are taken down by an operator.")
	unsent      = desc("retraction_lag_seconds", "For how long other processes could not learn of a take-down; 0: they can learn of all.")
	limit       = desc("freshness_limit_seconds", "How old what is known of a station may be: the time from one refresh to the next, and the deadline of one.")
	leftOut     = desc("articles_left_out", "Articles that were left out since the process began, by the column of their row that can't be read, up to 1000.", "reason")
)

// Of who is told of changes.
var (
	pushPending  = desc("push_pending", "Notices that have yet to be told, of all stations.", "destination")
	pushOldest   = desc("push_oldest_pending_seconds", "For how long the oldest of them has waited; 0: none does.", "destination")
	pushPaused   = desc("push_paused", "Stations of which the destination is told nothing at the moment.", "destination")
	pushTold     = desc("push_told_total", "Notices that this process has told.", "destination")
	pushAttempts = desc("push_attempts_total", "Notices by what became of them.", "destination", "outcome")
)

// Of what is outside.
var (
	contentUp     = desc("content_up", "1: stations can be built from every content store.")
	contentErrors = desc("content_errors_total", "Looks at a content store that failed, by why.", "kind")
	redisUp       = desc("redis_up", "1: Redis answers and takes what is written.")
	redisErrors   = desc("redis_errors_total", "What Redis failed at, by what it was asked for.", "operation")
	followLag     = desc("follow_lag_seconds", "Since when this process may lack what others have published: since it was last in step with Redis and the local copy.")
	verifications = desc("websub_verifications_total", "Requests to the hubs of stations that were verified, by what the callback answered.", "outcome")
	deliveries    = desc("websub_deliveries_total", "Deliveries to subscribers, by what became of them.", "outcome")
	copyBytes     = desc("local_copy_bytes", "Bytes of the local copy.")
	copyFree      = desc("local_copy_free_bytes", "Bytes that the disk of the local copy has room for.")
)

// Describe implements prometheus.Collector.
func (collector) Describe(all chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		checked, issued, newest, documents, pending, quarantined, refused, pinned, subscribed, leading,
		published, drift, retractions, unsent, limit, leftOut,
		pushPending, pushOldest, pushPaused, pushTold, pushAttempts,
		contentUp, contentErrors, redisUp, redisErrors, followLag, verifications, deliveries, copyBytes, copyFree,
	} {
		all <- d
	}
}

// metrics is where a collector's values go.
type metrics chan<- prometheus.Metric

func (m metrics) gauge(d *prometheus.Desc, value float64, labels ...string) {
	m <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// time shows a moment; nil: there is none.
func (m metrics) time(d *prometheus.Desc, at *time.Time, labels ...string) {
	if at != nil {
		m.gauge(d, seconds(*at), labels...)
	}
}

// counters shows counts by a label, also of those values of which there is none.
func counters[K ~string](m metrics, d *prometheus.Desc, counts map[string]int64, known ...K) {
	for _, label := range known {
		if _, counted := counts[string(label)]; !counted {
			m <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, 0, string(label))
		}
	}
	for label, n := range counts {
		m <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), label)
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// Collect implements prometheus.Collector.
func (c collector) Collect(all chan<- prometheus.Metric) {
	m, s := metrics(all), c.status()
	for _, station := range s.Stations {
		m.station(station)
	}
	m.work(s)
	m.push(s)
	m.outside(s)
}

func (m metrics) station(s server.StationStatus) {
	m.time(checked, s.AsOf, s.ID)
	m.time(issued, s.Built, s.ID)
	m.time(newest, s.Newest, s.ID)
	m.gauge(documents, float64(s.Documents), s.ID)
	m.gauge(pending, float64(s.Pending), s.ID)
	m.gauge(quarantined, float64(s.LeftOut), s.ID)
	m.gauge(refused, one(s.Refused), s.ID)
	m.gauge(pinned, one(s.Pinned), s.ID)
	m.gauge(leading, one(s.Leads()), s.ID)
	if s.WebSub != nil {
		m.gauge(subscribed, float64(*s.WebSub), s.ID)
	}
}

func (m metrics) work(s server.Status) {
	down := 0
	if s.Retracted != nil {
		down = s.Retracted.Count
	}
	m.gauge(retractions, float64(down))
	m.gauge(unsent, since(s.UnsentAt))
	if !s.Builds {
		return
	}
	if s.Limit > 0 {
		m.gauge(limit, float64(s.Limit))
	}
	counters(m, published, s.Published, jobs.Outcomes()...)
	counters(m, drift, s.Drift, jobs.Drifts()...)
	for reason, n := range s.LeftOut {
		m.gauge(leftOut, float64(n), reason)
	}
}

// push shows who is told: of a destination all stations together.
func (m metrics) push(s server.Status) {
	for destination, counts := range s.Attempts {
		pending, paused, oldest := 0, 0, 0.0
		for _, station := range s.Stations {
			for _, p := range station.Push {
				if p.Destination != destination {
					continue
				}
				pending, oldest = pending+p.Pending, max(oldest, since(p.Oldest))
				if p.State != "ok" {
					paused++
				}
			}
		}
		m.gauge(pushPending, float64(pending), destination)
		m.gauge(pushOldest, oldest, destination)
		m.gauge(pushPaused, float64(paused), destination)
		m <- prometheus.MustNewConstMetric(pushTold, prometheus.CounterValue, float64(counts["told"]), destination)
		for outcome, n := range counts {
			m <- prometheus.MustNewConstMetric(pushAttempts, prometheus.CounterValue, float64(n), destination, outcome)
		}
	}
}

// since returns how many seconds ago a moment was; 0: there was none, or it is yet to
// come.
func since(at *time.Time) float64 {
	if at == nil {
		return 0
	}
	return max(0, time.Since(*at).Seconds())
}

func (m metrics) outside(s server.Status) {
	if s.Builds {
		up, waiting := true, len(s.Contents) == 0
		for _, content := range s.Contents {
			up, waiting = up && content.Up(), waiting || content.Waiting()
		}
		if !up || !waiting { // of one that nobody has looked at yet nothing is known
			m.gauge(contentUp, one(up))
		}
		counters(m, contentErrors, s.Faults, jobs.Faults()...)
	}
	if s.InStep != nil {
		m.gauge(followLag, since(s.InStep))
	}
	if s.WebSub != nil {
		counters[string](m, verifications, s.WebSub.Verifications)
		counters[string](m, deliveries, s.WebSub.Deliveries)
	}
	for i, store := range s.Stores {
		if store.Bytes != nil {
			m.gauge(copyBytes, float64(*store.Bytes))
			m.gauge(copyFree, float64(*store.Free))
		}
		if i > 0 {
			m.gauge(redisUp, one(store.Up()))
			counters[string](m, redisErrors, store.Errors)
		}
	}
}
