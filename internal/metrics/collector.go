package metrics

import (
	"time"

	"feedstation/internal/server"
	"feedstation/jobs"
)

// Of each station.
var (
	checked     = &family{"station_checked_timestamp_seconds", "Up to when the station's edition is known to be up to date. Only the process that builds it knows more than when that was built."}
	issued      = &family{"station_edition_timestamp_seconds", "Since when the station's documents are as this process serves them."}
	newest      = &family{"station_newest_article_timestamp_seconds", "When the newest article of the station's own feed was published."}
	documents   = &family{"station_documents", "Documents that this process serves of the station; 0: it has no edition."}
	pending     = &family{"station_pending_months", "Months whose sitemaps have yet to be built."}
	quarantined = &family{"station_quarantined_articles", "Articles that the station lacks because they can't be published, as far as this process has read their rows."}
	refused     = &family{"station_refused", "1: the gate keeps the station's next edition from being published."}
	pinned      = &family{"station_pinned", "1: an earlier edition of the station is pinned and served."}
	subscribed  = &family{"websub_subscribers", "Subscriptions to feeds of the station at its own hub."}
	leading     = &family{"station_leading", "1: this process builds the station."}
)

// Of the work.
var (
	published   = &family{"publish_total", "Stations that were built, by what became of them."}
	drift       = &family{"audit_drift_total", "Months that audits found not as published, by what had become of their articles."}
	retractions = &family{"retractions", "Articles that are taken down by an operator."}
	unsent      = &family{"retraction_lag_seconds", "For how long other processes could not learn of a take-down; 0: they can learn of all."}
	limit       = &family{"freshness_limit_seconds", "How old what is known of a station may be: the time from one refresh to the next, and the deadline of one."}
	leftOut     = &family{"articles_left_out", "Articles that were left out since the process began, by the column of their row that can't be read, up to 1000."}
)

// Of who is told of changes.
var (
	pushPending  = &family{"push_pending", "Notices that have yet to be told, of all stations."}
	pushOldest   = &family{"push_oldest_pending_seconds", "For how long the oldest of them has waited; 0: none does."}
	pushPaused   = &family{"push_paused", "Stations of which the destination is told nothing at the moment."}
	pushTold     = &family{"push_told_total", "Notices that this process has told."}
	pushAttempts = &family{"push_attempts_total", "Notices by what became of them."}
)

// Of what is outside.
var (
	contentUp     = &family{"content_up", "1: stations can be built from every content store."}
	contentErrors = &family{"content_errors_total", "Looks at a content store that failed, by why."}
	redisUp       = &family{"redis_up", "1: Redis answers and takes what is written."}
	redisErrors   = &family{"redis_errors_total", "What Redis failed at, by what it was asked for."}
	followLag     = &family{"follow_lag_seconds", "Since when this process may lack what others have published: since it was last in step with Redis and the local copy."}
	verifications = &family{"websub_verifications_total", "Requests to the hubs of stations that were verified, by what the callback answered."}
	deliveries    = &family{"websub_deliveries_total", "Deliveries to subscribers, by what became of them."}
	copyBytes     = &family{"local_copy_bytes", "Bytes of the local copy."}
	copyFree      = &family{"local_copy_free_bytes", "Bytes that the disk of the local copy has room for."}
)

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// status shows what /status says.
func (m metrics) status(s server.Status) {
	for _, station := range s.Stations {
		m.station(station)
	}
	m.work(s)
	m.push(s)
	m.outside(s)
}

func (m metrics) station(s server.StationStatus) {
	of := labels("station", s.ID)
	m.time(checked, s.AsOf, of)
	m.time(issued, s.Built, of)
	m.time(newest, s.Newest, of)
	m.gauge(documents, float64(s.Documents), of)
	m.gauge(pending, float64(s.Pending), of)
	m.gauge(quarantined, float64(s.LeftOut), of)
	m.gauge(refused, one(s.Refused), of)
	m.gauge(pinned, one(s.Pinned), of)
	m.gauge(leading, one(s.Leads()), of)
	if s.WebSub != nil {
		m.gauge(subscribed, float64(*s.WebSub), of)
	}
}

func (m metrics) work(s server.Status) {
	down := 0
	if s.Retracted != nil {
		down = s.Retracted.Count
	}
	m.gauge(retractions, float64(down), nil)
	m.gauge(unsent, since(s.UnsentAt), nil)
	if !s.Builds {
		return
	}
	if s.Limit > 0 {
		m.gauge(limit, float64(s.Limit), nil)
	}
	counters(m, published, "outcome", s.Published, jobs.Outcomes()...)
	counters(m, drift, "cause", s.Drift, jobs.Drifts()...)
	for reason, n := range s.LeftOut {
		m.gauge(leftOut, float64(n), labels("reason", reason))
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
		to := labels("destination", destination)
		m.gauge(pushPending, float64(pending), to)
		m.gauge(pushOldest, oldest, to)
		m.gauge(pushPaused, float64(paused), to)
		m.counter(pushTold, counts["told"], to)
		for outcome, n := range counts {
			m.counter(pushAttempts, n, labels("destination", destination, "outcome", outcome))
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
			m.gauge(contentUp, one(up), nil)
		}
		counters(m, contentErrors, "kind", s.Faults, jobs.Faults()...)
	}
	if s.InStep != nil {
		m.gauge(followLag, since(s.InStep), nil)
	}
	if s.WebSub != nil {
		counters[string](m, verifications, "outcome", s.WebSub.Verifications)
		counters[string](m, deliveries, "outcome", s.WebSub.Deliveries)
	}
	for i, store := range s.Stores {
		if store.Bytes != nil {
			m.gauge(copyBytes, float64(*store.Bytes), nil)
			m.gauge(copyFree, float64(*store.Free), nil)
		}
		if i > 0 {
			m.gauge(redisUp, one(store.Up()), nil)
			counters[string](m, redisErrors, "operation", store.Errors)
		}
	}
}
