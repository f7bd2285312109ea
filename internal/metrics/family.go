package metrics

import (
	"cmp"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// family is what a metric is called, and what it means.
type family struct{ name, help string }

// metrics are the families of one scrape that are read when Prometheus asks. They pass by
// the registry, which would make, check and sort each series anew: with 140 stations that
// is half of what a scrape costs.
type metrics map[*family]*dto.MetricFamily

// gatherer is a registry, and what is read when Prometheus asks.
type gatherer struct {
	prometheus.Gatherer
	read func(metrics)
}

// Gather implements prometheus.Gatherer.
func (g gatherer) Gather() ([]*dto.MetricFamily, error) {
	all, err := g.Gatherer.Gather()
	m := metrics{}
	g.read(m)
	for _, f := range m {
		slices.SortFunc(f.Metric, func(a, b *dto.Metric) int { return slices.CompareFunc(a.Label, b.Label, compareLabels) })
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *dto.MetricFamily) int { return cmp.Compare(a.GetName(), b.GetName()) })
	return all, err
}

func compareLabels(a, b *dto.LabelPair) int {
	if a == b { // series have labels in common
		return 0
	}
	return cmp.Compare(a.GetValue(), b.GetValue())
}

// labels returns labels of names and values by turns, by name.
func labels(all ...string) (pairs []*dto.LabelPair) {
	for i := 0; i < len(all); i += 2 {
		pairs = append(pairs, &dto.LabelPair{Name: &all[i], Value: &all[i+1]})
	}
	return pairs
}

func (m metrics) add(f *family, kind dto.MetricType, series *dto.Metric) {
	if m[f] == nil {
		m[f] = &dto.MetricFamily{Name: new(prometheus.BuildFQName(Namespace, "", f.name)), Help: &f.help, Type: &kind}
	}
	m[f].Metric = append(m[f].Metric, series)
}

func (m metrics) gauge(f *family, value float64, labels []*dto.LabelPair) {
	m.add(f, dto.MetricType_GAUGE, &dto.Metric{Label: labels, Gauge: &dto.Gauge{Value: &value}})
}

func (m metrics) counter(f *family, n int64, labels []*dto.LabelPair) {
	m.add(f, dto.MetricType_COUNTER, &dto.Metric{Label: labels, Counter: &dto.Counter{Value: new(float64(n))}})
}

// time shows a moment; nil: there is none.
func (m metrics) time(f *family, at *time.Time, labels []*dto.LabelPair) {
	if at != nil {
		m.gauge(f, seconds(*at), labels)
	}
}

// counters shows counts by a label, also of those values of which there is none.
func counters[K ~string](m metrics, f *family, label string, counts map[string]int64, known ...K) {
	for _, value := range known {
		if _, counted := counts[string(value)]; !counted {
			m.counter(f, 0, labels(label, string(value)))
		}
	}
	for value, n := range counts {
		m.counter(f, n, labels(label, value))
	}
}
