package server

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// What requests are counted by.
var (
	requestLabels  = []string{"verb", "group", "version", "resource", "subresource", "scope", "component"}
	durationLabels = append([]string{"dry_run"}, requestLabels...)
	totalLabels    = append([]string{"dry_run", "code"}, requestLabels...)
)

// seconds are the bounds of kube-apiserver's histograms.
var seconds = []float64{
	0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
}

// Metrics are what a server measures, under kube-apiserver's names. Upstream: packages endpoints/metrics and
// storage/etcd3/metrics.
type Metrics struct {
	registry    *prometheus.Registry
	total       *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	sizes       *prometheus.HistogramVec
	longRunning *prometheus.GaugeVec
	etcdTotal   *prometheus.CounterVec
	etcdTook    *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry) (*Metrics, error) {
	m := &Metrics{
		registry: registry,
		total: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "apiserver_request_total",
			Help: "Requests answered."}, totalLabels),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_request_duration_seconds",
			Help: "Time from a request's arrival at its route to the end of its answer.", Buckets: seconds}, durationLabels),
		sizes: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "apiserver_response_sizes",
			Help:    "Bytes in the body of the answers to GET and LIST.",
			Buckets: prometheus.ExponentialBuckets(1000, 10, 7)}, requestLabels),
		longRunning: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "apiserver_longrunning_requests",
			Help: "Long-running requests under way."}, requestLabels),
		etcdTotal: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "etcd_requests_total",
			Help: "Operations of storages."}, []string{"operation", "type"}),
		etcdTook: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "etcd_request_duration_seconds",
			Help: "Time that an operation of a storage took.", Buckets: seconds}, []string{"operation", "type"}),
	}
	return m, m.register(m.total, m.durations, m.sizes, m.longRunning, m.etcdTotal, m.etcdTook,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

func (m *Metrics) register(all ...prometheus.Collector) error {
	var errs []error
	for _, collector := range all {
		errs = append(errs, m.registry.Register(collector))
	}
	return errors.Join(errs...)
}

// watch shows how many of the limits' places are taken at the moment of reading.
func (m *Metrics) watch(l limits) error {
	taken := func(kind string, places chan struct{}) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "apiserver_current_inflight_requests",
			Help: "Requests under way that count for the limit.", ConstLabels: prometheus.Labels{"request_kind": kind}},
			func() float64 { return float64(len(places)) })
	}
	return m.register(taken("readOnly", l.readOnly), taken("mutating", l.mutating))
}

// RecordEtcdRequest notes an operation (get, list, create, update, delete) of a storage on a resource (pods).
func (m *Metrics) RecordEtcdRequest(operation, resource string, took time.Duration) {
	m.etcdTotal.WithLabelValues(operation, resource).Inc()
	m.etcdTook.WithLabelValues(operation, resource).Observe(took.Seconds())
}
