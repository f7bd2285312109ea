// Package metrics counts what a process does, and shows that to Prometheus beside what
// /status says: docs/metrics.md has the names and what they mean.
//
// No label is what a client has sent: the kinds of documents, statuses and encodings are
// few, and stations and jobs those of the configuration. A request costs three counters
// that are bound beforehand; all else is read when Prometheus asks.
package metrics

import (
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"feedstation/internal/edition"
	"feedstation/internal/network"
	"feedstation/internal/server"
	"feedstation/jobs"
)

// Namespace is what our names begin with.
const Namespace = "feedstation"

// encodings is how many encodings a document can have.
const encodings = int(edition.Zstd) + 1

// statuses are those that the public handler answers with. The first one stands for any
// other, of which there is none.
var statuses = [...]int{0, 200, 204, 226, 301, 302, 304, 307, 308, 400, 404, 405, 406, 410, 421, 503}

// Meter counts requests, connections and runs of jobs. It lives as long as the process:
// a reload resets nothing.
type Meter struct {
	all       []prometheus.Collector
	open      atomic.Int64 // see Open
	requests  [network.Kinds][len(statuses)][encodings]prometheus.Counter
	bytes     [network.Kinds]prometheus.Counter
	stations  atomic.Pointer[map[string]*perKind]
	asks      Statistics
	runs      *prometheus.CounterVec
	durations *prometheus.HistogramVec
	succeeded *prometheus.GaugeVec
}

// perKind are the requests for each kind of document.
type perKind [network.Kinds]atomic.Int64

// New returns the meter of a process of that version.
func New(version string, asks Statistics) *Meter {
	m := &Meter{asks: asks}
	m.stations.Store(new(map[string]*perKind))
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: Namespace, Name: "http_requests_total", Help: "Requests that the public listener answered, by kind of document, status and encoding.",
	}, []string{"document", "code", "encoding"})
	bytes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: Namespace, Name: "http_response_bytes_total", Help: "Bytes of the bodies of these answers, as far as they were written.",
	}, []string{"document"})
	m.runs = prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: Namespace, Name: "job_runs_total", Help: "Runs of a job that have ended: ok, failed, or stopped because the process or a reload ended them.",
	}, []string{"job", "outcome"})
	m.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: Namespace, Name: "job_duration_seconds", Help: "How long runs of a job took.",
		Buckets: []float64{.01, .1, .5, 1, 5, 10, 30, 60, 300, 600}, NativeHistogramBucketFactor: 1.1, NativeHistogramMaxBucketNumber: 100,
	}, []string{"job"})
	m.succeeded = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: Namespace, Name: "job_last_success_timestamp_seconds", Help: "When the last run of a job ended that did not fail.",
	}, []string{"job"})
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: Namespace, Name: "build_info", Help: "1: its labels are the version of the program and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()},
	})
	build.Set(1)
	limit := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: Namespace, Name: "http_connections_limit", Help: "Connections that the public listener has open at most.",
	})
	limit.Set(float64(server.ConnectionLimit()))
	connections := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: Namespace, Name: "http_connections", Help: "Connections that the public listener has open.",
	}, func() float64 { return float64(m.open.Load()) })
	m.all = []prometheus.Collector{
		requests, bytes, m.runs, m.durations, m.succeeded, build, limit, connections,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
	m.bind(requests, bytes)
	return m
}

// bind makes the counters of requests. Only what has a body, or would have, has
// encodings.
func (m *Meter) bind(requests, bytes *prometheus.CounterVec) {
	code := func(status int) string {
		if status == 0 {
			return "other"
		}
		return strconv.Itoa(status)
	}
	for kind := range network.Kinds {
		document := network.Kind(kind).String()
		m.bytes[kind] = bytes.WithLabelValues(document)
		for i, status := range statuses {
			for e := range encodings {
				if status != http.StatusOK && status != http.StatusIMUsed && status != http.StatusNotModified {
					e = int(edition.Identity)
				}
				m.requests[kind][i][e] = requests.WithLabelValues(document, code(status), edition.Encoding(e).String())
			}
		}
	}
}

// Open returns the number of connections of the public listener, which that counts.
func (m *Meter) Open() *atomic.Int64 { return &m.open }

// Stations has the requests for the stations of a network counted by station from now
// on.
func (m *Meter) Stations(n *network.Network) {
	before, now := *m.stations.Load(), map[string]*perKind{}
	for _, s := range n.Stations {
		if now[s.ID] = before[s.ID]; now[s.ID] == nil {
			now[s.ID] = new(perKind)
		}
	}
	m.stations.Store(&now)
}

// Observe counts a request; it is a [server.Observer].
func (m *Meter) Observe(_ *http.Request, target network.Target, sent server.Sent) {
	kind := target.Kind()
	status := max(0, slices.Index(statuses[:], sent.Status))
	counter := m.requests[kind][status][sent.Encoding]
	if counter == nil {
		counter = m.requests[kind][status][edition.Identity]
	}
	counter.Inc()
	m.bytes[kind].Add(float64(sent.Bytes))
	if target.Station == nil {
		return
	}
	if counters := (*m.stations.Load())[target.Station.ID]; counters != nil {
		counters[kind].Add(1)
	}
}

// Requests returns how many requests there were for paths of a station since the process
// began, or the station came.
func (m *Meter) Requests(station string) (n int64) {
	counters := (*m.stations.Load())[station]
	if counters == nil {
		return 0
	}
	for kind := range counters {
		n += counters[kind].Load()
	}
	return n
}

var stationRequests = &family{"station_requests_total", "Requests for paths of a station, by kind of document."}

// requests shows the requests for each station.
func (m metrics) requests(stations map[string]*perKind) {
	documents := [network.Kinds][]*dto.LabelPair{}
	for kind := range documents {
		documents[kind] = labels("document", network.Kind(kind).String())
	}
	for id, counters := range stations {
		station := labels("station", id)
		for kind := range counters {
			n := counters[kind].Load()
			if n == 0 && kind == int(network.ProfileKind) { // few stations have profiles
				continue
			}
			m.counter(stationRequests, n, slices.Concat(documents[kind], station))
		}
	}
}

// outcomes of runs.
const (
	runOK      = "ok"
	runFailed  = "failed"
	runStopped = "stopped"
)

// Ended counts a run; it is a [jobs.Ended].
func (m *Meter) Ended(job string, run jobs.Run) {
	outcome := runOK
	switch {
	case run.Stopped:
		outcome = runStopped
	case run.Err != nil:
		outcome = runFailed
	default:
		m.succeeded.WithLabelValues(job).Set(seconds(run.Started.Add(run.Duration)))
	}
	for _, one := range []string{runOK, runFailed, runStopped} { // the first failure is an increase, too
		m.runs.WithLabelValues(job, one)
	}
	m.runs.WithLabelValues(job, outcome).Inc()
	m.durations.WithLabelValues(job).Observe(run.Duration.Seconds())
}

// maxScrapes is how many may ask at once.
const maxScrapes = 10

// Handler answers Prometheus with what is counted and what status says.
func (m *Meter) Handler(log *slog.Logger, status func() server.Status) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.all...)
	all := gatherer{registry, func(to metrics) {
		to.requests(*m.stations.Load())
		to.status(status())
		to.who(m.asks)
	}}
	return promhttp.HandlerFor(all, promhttp.HandlerOpts{
		ErrorLog:      slog.NewLogLogger(log.With("component", "metrics").Handler(), slog.LevelWarn),
		ErrorHandling: promhttp.ContinueOnError, EnableOpenMetrics: true, CoalesceGather: true, MaxRequestsInFlight: maxScrapes,
	})
}
