package server

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	installer "kubepath/chapters/03-installer"
)

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
	answer, start, returned := record(w), time.Now(), false
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
