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
	// InsertedFilters are filters of later chapters that Filters does not name.
	InsertedFilters []InsertedFilter
	// WrapFilter stands around each filter of the chain. Nil: nothing does.
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

// GenericAPIServer serves API groups, and what an API server serves beside them. Upstream: server.GenericAPIServer.
type GenericAPIServer struct {
	config  Config // with its defaults
	chain   []NamedFilter
	handler http.Handler // the chain, and the director behind it

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
	storages []rest.Storage // to be destroyed at the end
}

// New makes a server that serves no group yet. It fails where Config.Metrics already belongs to another server.
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

// HandlerChain returns the filters of the handler chain in the order in which a request meets them.
func (s *GenericAPIServer) HandlerChain() []NamedFilter { return s.chain }

// Discovery tells clients which groups, versions and resources there are. Who serves a group by other means than
// InstallAPIGroup adds it here; its document at /apis/GROUP is then served too.
func (s *GenericAPIServer) Discovery() *installer.Discovery { return s.discovery }

// WebServices returns the routes of what is installed, for chapter 11 to describe.
func (s *GenericAPIServer) WebServices() []*restful.WebService {
	return s.director.container.RegisteredWebServices()
}

// Metrics returns what the server measures, for layers below it to add to.
func (s *GenericAPIServer) Metrics() *Metrics { return s.metrics }
