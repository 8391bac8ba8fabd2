package server

import (
	"cmp"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/version"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Config is all that a server is made from. The zero value of each field is what kube-apiserver defaults to.
// Upstream: server.Config.
type Config struct {
	Codecs  *kinds.Codecs // nil: those of all kinds of k8s.io/api
	Verbs   []rest.Verb   // nil: rest.Verbs()
	Version version.Info
	Address string // host and port at which clients reach the server, for discovery; "": not told

	RequestTimeout              time.Duration // 0: 60 s
	MaxRequestsInFlight         int           // 0: 400
	MaxMutatingRequestsInFlight int           // 0: 200
	MaxRequestBodyBytes         int64         // 0: 3 MiB
	ShutdownTimeout             time.Duration // 0: 10 s; how long open requests may take to end
	// ExemptFromMaxInFlight exempts requests from the limits of requests in flight: upstream, those of system:masters. Nil: none.
	ExemptFromMaxInFlight func(*http.Request) bool

	Filters Filters
	// InsertedFilters are filters of later chapters that have no place of their own among Filters.
	InsertedFilters []InsertedFilter
	// WrapFilter stands around the filter of each place of the chain that is not empty. Nil: nothing does.
	WrapFilter func(NamedFilter) Filter
	// Middleware of every route, outermost first; see installer.Middleware.
	Middleware []installer.Middleware
	// NewFieldManager keeps account of who set which field; see rest.APIInstaller.NewFieldManager. Nil: no account is kept.
	NewFieldManager func(*rest.RequestScope) rest.FieldManager
	// Admission are the plugins that are asked about every change, in their order: first all that mutate, then all that
	// validate.
	Admission []rest.AdmissionPlugin
	// WrapStorage stands between handlers and storages; see rest.APIInstaller.Wrap.
	WrapStorage func(rest.Storage) rest.Storage

	TracerProvider trace.TracerProvider // nil: no spans
	Metrics        *prometheus.Registry // nil: a new one
	HTTPLog        func(HTTPLogEntry)   // nil: no access log
	ErrorLog       *slog.Logger         // panics and failed health checks; nil: slog.Default()
}

// withDefaults fills in what kube-apiserver defaults to.
func (c Config) withDefaults() Config {
	c.RequestTimeout = cmp.Or(c.RequestTimeout, time.Minute)
	c.MaxRequestsInFlight = cmp.Or(c.MaxRequestsInFlight, 400)
	c.MaxMutatingRequestsInFlight = cmp.Or(c.MaxMutatingRequestsInFlight, 200)
	c.MaxRequestBodyBytes = cmp.Or(c.MaxRequestBodyBytes, 3<<20)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, 10*time.Second)
	c.Metrics = cmp.Or(c.Metrics, prometheus.NewRegistry())
	if c.Codecs == nil {
		c.Codecs = kinds.NewCodecs(kinds.NewScheme())
	}
	if c.Verbs == nil {
		c.Verbs = rest.Verbs()
	}
	c.ErrorLog = cmp.Or(c.ErrorLog, slog.Default())
	return c
}
