package server

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/emicklei/go-restful/v3"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"k8s.io/apimachinery/pkg/version"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Config is the configuration of a server. The zero value of each field means kube-apiserver's default.
// Upstream: server.Config.
type Config struct {
	Codecs  *kinds.Codecs // nil: codecs for all kinds of k8s.io/api
	Verbs   []rest.Verb   // nil: rest.Verbs()
	Version version.Info
	Address string // host and port at which clients reach the server, for discovery; "": none

	RequestTimeout              time.Duration // 0: 60 s
	MaxRequestsInFlight         int           // 0: 400
	MaxMutatingRequestsInFlight int           // 0: 200
	MaxRequestBodyBytes         int64         // 0: 3 MiB
	ShutdownTimeout             time.Duration // how long shutdown waits for open requests; 0: 10 s
	// ExemptFromMaxInFlight exempts requests from the limits of requests in flight (upstream: those of system:masters).
	// Nil: none.
	ExemptFromMaxInFlight func(*http.Request) bool

	Filters Filters
	// InsertedFilters are further filters, each placed before or after another one by its name.
	InsertedFilters []InsertedFilter
	// WrapFilter wraps each filter of the chain. Nil: none.
	WrapFilter func(NamedFilter) Filter
	// Middleware wraps the handler of every route, the first outermost; see installer.Middleware.
	Middleware []installer.Middleware
	// NewFieldManager returns the field manager of a scope; see rest.APIInstaller.NewFieldManager. Nil: managedFields
	// are not maintained.
	NewFieldManager func(*rest.RequestScope) rest.FieldManager
	// Admission has the admission plugins in the order of their calls: first all mutating ones, then all validating
	// ones. See rest.MutatingAdmission and rest.ValidatingAdmission.
	Admission []rest.AdmissionPlugin
	// WrapStorage wraps each storage; see rest.APIInstaller.Wrap.
	WrapStorage func(rest.Storage) rest.Storage

	TracerProvider trace.TracerProvider // nil: no spans
	Metrics        *prometheus.Registry // nil: a new one
	HTTPLog        func(HTTPLogEntry)   // nil: no access log
	ErrorLog       *slog.Logger         // panics and failed health checks; nil: slog.Default()
}

// withDefaults sets kube-apiserver's defaults.
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

// GenericAPIServer serves API groups, and the other paths of an API server. Upstream: server.GenericAPIServer.
type GenericAPIServer struct {
	config  Config // with its defaults
	chain   []NamedFilter
	handler http.Handler // the chain around the director

	director  *director
	discovery *installer.Discovery
	infos     *installer.RequestInfoFactory
	health    *health
	metrics   *Metrics
	limits    limits
	clients   *slowClients
	open      *requestWaitGroup
	hooks     hooks

	mu       sync.Mutex
	storages []rest.Storage // destroyed at the end of Run
}

// New makes a server without groups. It fails if Config.Metrics already belongs to another server.
func (c Config) New() (*GenericAPIServer, error) {
	c = c.withDefaults()
	metrics, err := newMetrics(c.Metrics)
	if err != nil {
		return nil, err
	}
	s := &GenericAPIServer{
		config:    c,
		discovery: &installer.Discovery{Codecs: c.Codecs.WithoutFeatures(), Address: c.Address},
		infos:     rest.NewRequestInfoFactory(c.Verbs),
		metrics:   metrics,
		limits:    newLimits(c.MaxRequestsInFlight, c.MaxMutatingRequestsInFlight),
		clients:   newSlowClients(),
		open:      newRequestWaitGroup(),
	}
	s.director = newDirector(s.discovery)
	s.health = newHealth(c.ErrorLog)
	s.installPaths()
	if s.chain, err = insertFilters(s.filters(), c.InsertedFilters); err != nil {
		return nil, err
	}
	if c.WrapFilter != nil {
		for i, f := range s.chain {
			if f.Filter != nil {
				s.chain[i].Filter = c.WrapFilter(f)
			}
		}
	}
	s.handler = chain(s.director, s.chain)
	return s, errors.Join(metrics.watchLimits(s.limits),
		s.AddHealthCheck(HealthCheck{Name: "shutdown", Check: s.open.shutdownCheck, ReadyOnly: true}))
}

// HandlerChain returns the filters of the handler chain, the outermost first.
func (s *GenericAPIServer) HandlerChain() []NamedFilter { return s.chain }

// Discovery returns the server's discovery of groups, versions and resources. A group that is not installed with
// InstallAPIGroup can be added to it; its document at /apis/GROUP is then served too.
func (s *GenericAPIServer) Discovery() *installer.Discovery { return s.discovery }

// WebServices returns the installed routes, for OpenAPI (chapter 11).
func (s *GenericAPIServer) WebServices() []*restful.WebService {
	return s.director.container.RegisteredWebServices()
}

// Metrics returns the server's metrics, for the layers below it.
func (s *GenericAPIServer) Metrics() *Metrics { return s.metrics }
