package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Config is all that a server is made from. The zero value of each field is what kube-apiserver defaults to.
// Upstream: server.Config.
type Config struct {
	Codecs  *kinds.Codecs
	Verbs   []rest.Verb // nil: rest.Verbs()
	Version version.Info

	RequestTimeout              time.Duration // 0: 60 s
	MaxRequestsInFlight         int           // 0: 400
	MaxMutatingRequestsInFlight int           // 0: 200
	MaxBody                     int64         // 0: 3 MiB
	ShutdownTimeout             time.Duration // 0: 10 s; how long open requests may take to end

	Filters Filters
	// Middleware of every route, outermost first; see installer.Middleware.
	Middleware []installer.Middleware
	// WrapStorage stands between handlers and storages; see rest.Group.Wrap.
	WrapStorage func(rest.Storage) rest.Storage

	Tracer  trace.TracerProvider // nil: no spans
	Metrics *prometheus.Registry // nil: a new one
	Log     func(AccessLogEntry) // nil: no access log
}

// Filters are the named places in the handler chain that later chapters fill; nil: the place is empty.
type Filters struct {
	Authentication, Audit, Impersonation, Authorization Filter
}

// Filter is one layer of the handler chain.
type Filter func(http.Handler) http.Handler

// AccessLogEntry is one line of the access log.
type AccessLogEntry struct {
	RequestID, Verb, Method, URI, UserAgent, Remote string
	Status                                          int
	Bytes                                           int64
	Took                                            time.Duration
}

// APIGroupInfo is a group to install. Upstream: server.APIGroupInfo.
type APIGroupInfo struct {
	// Versions in the order of preference; all of one group.
	Versions []schema.GroupVersion
	// Storages by version and by path below it: ["v1"]["pods/status"].
	Storages map[string]map[string]rest.Storage
}

// GenericAPIServer serves API groups. Upstream: server.GenericAPIServer.
type GenericAPIServer struct{}

// New makes a server that serves no group yet.
func (c Config) New() (*GenericAPIServer, error) { return nil, errors.New("todo") }

// InstallAPIGroup serves a named group below /apis.
func (s *GenericAPIServer) InstallAPIGroup(g *APIGroupInfo) error { return errors.New("todo") }

// InstallLegacyAPIGroup serves the group without a name below /api.
func (s *GenericAPIServer) InstallLegacyAPIGroup(g *APIGroupInfo) error { return errors.New("todo") }

// ServeHTTP is the whole server: the handler chain and what lies behind it.
func (s *GenericAPIServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// AddHealthCheck adds a named check to /healthz, /livez and /readyz, or to some of them.
func (s *GenericAPIServer) AddHealthCheck(c HealthCheck) error { return errors.New("todo") }

// HealthCheck is a named check.
type HealthCheck struct {
	Name      string
	Check     func(ctx context.Context) error
	ReadyOnly bool // not part of livez and healthz
}

// AddPostStartHook and AddPreShutdownHook run at the two ends of Run.
func (s *GenericAPIServer) AddPostStartHook(name string, hook func(ctx context.Context) error) error {
	return errors.New("todo")
}

// AddPreShutdownHook runs once no new request is accepted and those open have ended.
func (s *GenericAPIServer) AddPreShutdownHook(name string, hook func() error) error {
	return errors.New("todo")
}

// Run serves on the listeners (wrap one with TLS first; see Serving) until ctx ends, then: /readyz fails, nothing new
// is accepted, watches end, open requests finish or are cut off after ShutdownTimeout, hooks run, storages are
// destroyed. It returns nil after a clean end.
func (s *GenericAPIServer) Run(ctx context.Context, listeners ...net.Listener) error {
	return errors.New("todo")
}
