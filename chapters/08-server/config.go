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
	MaxBody                     int64         // 0: 3 MiB
	ShutdownTimeout             time.Duration // 0: 10 s; how long open requests may take to end
	// NeverRefuse exempts requests from the limits of requests in flight: upstream, those of system:masters. Nil: none.
	NeverRefuse func(*http.Request) bool

	Filters Filters
	// Placed are filters of later chapters that have no place of their own among Filters.
	Placed []Placed
	// WrapFilter stands around the filter of each place of the chain that is not empty. Nil: nothing does.
	WrapFilter func(Place) Filter
	// Middleware of every route, outermost first; see installer.Middleware.
	Middleware []installer.Middleware
	// NewFieldManager keeps account of who set which field; see rest.APIInstaller.NewFieldManager. Nil: no account is kept.
	NewFieldManager func(*rest.RequestScope) rest.FieldManager
	// Admission are the plugins that are asked about every change, in their order: first all that mutate, then all that
	// validate.
	Admission []rest.AdmissionPlugin
	// WrapStorage stands between handlers and storages; see rest.APIInstaller.Wrap.
	WrapStorage func(rest.Storage) rest.Storage

	Tracer  trace.TracerProvider // nil: no spans
	Metrics *prometheus.Registry // nil: a new one
	Log     func(AccessLogEntry) // nil: no access log
	Errors  *slog.Logger         // panics and failed health checks; nil: slog.Default()
}

// withDefaults fills in what kube-apiserver defaults to.
func (c Config) withDefaults() Config {
	c.RequestTimeout = cmp.Or(c.RequestTimeout, time.Minute)
	c.MaxRequestsInFlight = cmp.Or(c.MaxRequestsInFlight, 400)
	c.MaxMutatingRequestsInFlight = cmp.Or(c.MaxMutatingRequestsInFlight, 200)
	c.MaxBody = cmp.Or(c.MaxBody, 3<<20)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, 10*time.Second)
	c.Metrics = cmp.Or(c.Metrics, prometheus.NewRegistry())
	if c.Codecs == nil {
		c.Codecs = kinds.NewCodecs(kinds.NewScheme())
	}
	if c.Verbs == nil {
		c.Verbs = rest.Verbs()
	}
	c.Errors = cmp.Or(c.Errors, slog.Default())
	return c
}
