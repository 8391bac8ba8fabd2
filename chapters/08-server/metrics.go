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

// watchLimits shows how many of the limits' slots are taken at the moment of reading.
func (m *Metrics) watchLimits(l limits) error {
	taken := func(kind string, slots chan struct{}) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "apiserver_current_inflight_requests",
			Help: "Requests under way that count for the limit.", ConstLabels: prometheus.Labels{"request_kind": kind}},
			func() float64 { return float64(len(slots)) })
	}
	return m.register(taken("readOnly", l.readOnly), taken("mutating", l.mutating))
}

// RecordEtcdRequest notes an operation (get, list, create, update, delete) of a storage on a resource (pods).
func (m *Metrics) RecordEtcdRequest(operation, resource string, took time.Duration) {
	m.etcdTotal.WithLabelValues(operation, resource).Inc()
	m.etcdTook.WithLabelValues(operation, resource).Observe(took.Seconds())
}

// routeMetrics are the metrics of one route. All labels but two are known when the route is made, so a request finds
// its counters with one look into a map of codes.
type routeMetrics struct {
	m           *Metrics
	verb        string
	labels      []string // in the order of requestLabels
	longRunning prometheus.Gauge
	sizes       prometheus.Observer // nil: only GET and LIST have them

	series sync.Map // seriesKey to *series
}

// seriesKey is what only the request tells.
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

// route measures the requests of an action. Upstream: metrics.InstrumentRouteFunc.
func (m *Metrics) route(a *installer.Action, next http.Handler) http.Handler {
	labels := []string{metricsVerb(a), "", "", "", "", scope(a), "apiserver"}
	if r := a.Resource; r != nil {
		info := &installer.RequestInfo{IsResourceRequest: true, LongRunning: a.LongRunning, Subresource: r.Subresource}
		labels[1], labels[2], labels[3], labels[4] = r.Kind.Group, r.Kind.Version, r.Name, r.Subresource
		return m.measure(labels, IsLongRunning(info), next)
	}
	return m.measure(labels, false, next)
}

// path measures the requests to a path outside of the API: the path is the subresource, as upstream has it.
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

// metricsVerb is the verb as the metrics of kube-apiserver name it: those that a method alone means, by the method.
func metricsVerb(a *installer.Action) string {
	switch a.Name {
	case "get", "create", "update", "patch", "delete":
		return a.Method
	}
	return strings.ToUpper(a.Name)
}

// scope is how much an action is about: one object, a namespace, or the whole cluster.
func scope(a *installer.Action) string {
	switch {
	case a.On != installer.Collection, a.Method == http.MethodPost:
		return "resource"
	case a.Namespaced:
		return "namespace"
	}
	return "cluster"
}

// instrumentedStorage notes how long each operation of a storage takes.
type instrumentedStorage struct {
	storage.Interface
	resource string
	m        *Metrics
}

// InstrumentStorage measures the storage of a resource (pods) as etcd_request_duration_seconds. It belongs right above the
// database, below a watch cache. Upstream measures inside of package etcd3.
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
