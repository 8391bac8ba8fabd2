package server

import (
	"errors"
	"net/http"
	"sync"

	"github.com/emicklei/go-restful/v3"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

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
	open      *openRequests
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
		discovery: &installer.Discovery{Codecs: c.Codecs, Address: c.Address},
		infos:     rest.NewRequestInfoFactory(c.Verbs),
		metrics:   metrics,
		limits:    newLimits(c.MaxRequestsInFlight, c.MaxMutatingRequestsInFlight),
		clients:   newSlowClients(),
		open:      newOpenRequests(),
	}
	s.director = newDirector(s.discovery)
	s.health = newHealth(c.ErrorLog)
	s.installPaths()
	if s.chain, err = withPlaced(s.places(), c.InsertedFilters); err != nil {
		return nil, err
	}
	if c.WrapFilter != nil {
		for i, place := range s.chain {
			if place.Filter != nil {
				s.chain[i].Filter = c.WrapFilter(place)
			}
		}
	}
	s.handler = chain(s.director, s.chain)
	return s, errors.Join(metrics.watch(s.limits),
		s.AddHealthCheck(HealthCheck{Name: "shutdown", Check: s.open.shutdownCheck, ReadyOnly: true}))
}

// HandlerChain returns the places of the handler chain in the order in which a request meets them.
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
