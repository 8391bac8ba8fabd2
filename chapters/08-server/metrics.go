package server

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	storage "kubepath/chapters/05-storage"
)

// The labels of the request metrics.
var (
	requestLabels  = []string{"verb", "group", "version", "resource", "subresource", "scope", "component"}
	durationLabels = append([]string{"dry_run"}, requestLabels...)
	totalLabels    = append([]string{"dry_run", "code"}, requestLabels...)
)

// seconds has the bucket bounds of kube-apiserver's histograms.
var seconds = []float64{
	0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
}

// Metrics has the metrics of a server, with kube-apiserver's names. Upstream: packages endpoints/metrics and
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

// watchLimits registers gauges for the number of slots that are taken.
func (m *Metrics) watchLimits(l limits) error {
	taken := func(kind string, slots chan struct{}) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "apiserver_current_inflight_requests",
			Help: "Requests under way that count for the limit.", ConstLabels: prometheus.Labels{"request_kind": kind}},
			func() float64 { return float64(len(slots)) })
	}
	return m.register(taken("readOnly", l.readOnly), taken("mutating", l.mutating))
}

// RecordEtcdRequest records an operation (get, list, create, update, delete) of a storage on a resource (pods).
func (m *Metrics) RecordEtcdRequest(operation, resource string, took time.Duration) {
	m.etcdTotal.WithLabelValues(operation, resource).Inc()
	m.etcdTook.WithLabelValues(operation, resource).Observe(took.Seconds())
}

// routeMetrics has the metrics of one route. Most labels are known when the route is made, so a request needs one map
// lookup to find its counters.
type routeMetrics struct {
	m           *Metrics
	verb        string
	labels      []string // in the order of requestLabels
	longRunning prometheus.Gauge
	sizes       prometheus.Observer // nil if the verb is not GET or LIST

	series sync.Map // seriesKey to *series
}

// seriesKey has the labels that depend on the request.
type seriesKey struct {
	code   int
	dryRun bool
	apply  bool // a patch that is a server-side apply
}

type series struct {
	total prometheus.Counter
	took  prometheus.Observer
}

var _ installer.Middleware = (*Metrics)(nil).route

// route wraps the handler of an action in its metrics. Upstream: metrics.InstrumentRouteFunc.
func (m *Metrics) route(a *installer.Action, next http.Handler) http.Handler {
	labels := []string{metricsVerb(a), "", "", "", "", scope(a), "apiserver"}
	if r := a.Resource; r != nil {
		info := &installer.RequestInfo{IsResourceRequest: true, LongRunning: a.LongRunning, Subresource: r.Subresource}
		labels[1], labels[2], labels[3], labels[4] = r.Kind.Group, r.Kind.Version, r.Name, r.Subresource
		return m.measure(labels, IsLongRunning(info), next)
	}
	return m.measure(labels, false, next)
}

// path wraps the handler of a path outside of the API. As upstream, the path is the label subresource.
func (m *Metrics) path(path string, next http.Handler) http.Handler {
	return m.measure([]string{"GET", "", "", "", path, "", ""}, false, next)
}

func (m *Metrics) measure(labels []string, longRunning bool, next http.Handler) http.Handler {
	rm := &routeMetrics{m: m, verb: labels[0], labels: labels}
	if longRunning {
		rm.longRunning = m.longRunning.WithLabelValues(labels...)
	}
	if rm.verb == "GET" || rm.verb == "LIST" {
		rm.sizes = m.sizes.WithLabelValues(labels...)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { rm.serve(w, r, next) })
}

func (rm *routeMetrics) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if rm.longRunning != nil {
		rm.longRunning.Inc()
		defer rm.longRunning.Dec()
	}
	answer, start, returned := newResponseRecorder(w), time.Now(), false
	defer func() {
		series := rm.of(r, answer.code(returned))
		series.total.Inc()
		series.took.Observe(time.Since(start).Seconds())
		if rm.sizes != nil {
			rm.sizes.Observe(float64(answer.bytes))
		}
	}()
	next.ServeHTTP(answer, r)
	returned = true
}

func (rm *routeMetrics) of(r *http.Request, code int) *series {
	key := seriesKey{code: code, dryRun: strings.Contains(r.URL.RawQuery, "dryRun=All"), apply: rm.verb == "PATCH" && isApply(r)}
	if known, ok := rm.series.Load(key); ok {
		return known.(*series)
	}
	labels := append([]string{""}, rm.labels...)
	if key.dryRun {
		labels[0] = "All"
	}
	if key.apply {
		labels[1] = "APPLY"
	}
	total := append([]string{labels[0], strconv.Itoa(code)}, labels[1:]...)
	made := &series{rm.m.total.WithLabelValues(total...), rm.m.durations.WithLabelValues(labels...)}
	known, _ := rm.series.LoadOrStore(key, made)
	return known.(*series)
}

func isApply(r *http.Request) bool {
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return strings.HasPrefix(mediaType, "application/apply-patch+")
}

// metricsVerb returns the verb label of kube-apiserver: the method for verbs that have their own method, else the verb.
func metricsVerb(a *installer.Action) string {
	switch a.Name {
	case "get", "create", "update", "patch", "delete":
		return a.Method
	}
	return strings.ToUpper(a.Name)
}

// scope returns the scope label of an action: one object, a namespace, or the whole cluster.
func scope(a *installer.Action) string {
	switch {
	case a.On != installer.Collection, a.Method == http.MethodPost:
		return "resource"
	case a.Namespaced:
		return "namespace"
	}
	return "cluster"
}

// instrumentedStorage records the duration of each operation of a storage.
type instrumentedStorage struct {
	storage.Interface
	resource string
	m        *Metrics
}

// InstrumentStorage wraps the storage of a resource (pods) in etcd_request_duration_seconds. Use it directly above the
// database, below a watch cache. Upstream records the metric in package etcd3.
func (m *Metrics) InstrumentStorage(next storage.Interface, resource string) storage.Interface {
	return &instrumentedStorage{next, resource, m}
}

func (s *instrumentedStorage) since(start time.Time, operation string) {
	s.m.RecordEtcdRequest(operation, s.resource, time.Since(start))
}

func (s *instrumentedStorage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	defer s.since(time.Now(), "create")
	return s.Interface.Create(ctx, key, obj, out, ttl)
}

func (s *instrumentedStorage) Delete(ctx context.Context, key string, out runtime.Object, o storage.DeleteOptions) error {
	defer s.since(time.Now(), "delete")
	return s.Interface.Delete(ctx, key, out, o)
}

func (s *instrumentedStorage) Get(ctx context.Context, key string, o storage.GetOptions, out runtime.Object) error {
	defer s.since(time.Now(), "get")
	return s.Interface.Get(ctx, key, o, out)
}

func (s *instrumentedStorage) GetList(ctx context.Context, key string, o storage.ListOptions, out *kinds.List) error {
	defer s.since(time.Now(), "list")
	return s.Interface.GetList(ctx, key, o, out)
}

func (s *instrumentedStorage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	defer s.since(time.Now(), "update")
	return s.Interface.GuaranteedUpdate(ctx, key, out, u)
}
