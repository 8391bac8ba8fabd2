package server

import (
	"maps"
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/emicklei/go-restful/v3"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	installer "kubepath/chapters/03-installer"
)

// director is the handler behind the chain. It looks for a handler in this order: a handler of the exact path, the
// discovery of groups, the go-restful container with the API, and, for paths outside of all web services, the handler
// of a prefix and the discovery of versions that others serve. Else the response is a 404. Paths can be added while it
// serves.
//
// Upstream: server.director and mux.PathRecorderMux.
type director struct {
	container *restful.Container
	discovery *installer.Discovery

	mu    sync.Mutex            // held while paths are changed
	paths atomic.Pointer[paths] // immutable; replaced by each change
}

// paths has the handlers of paths and prefixes.
type paths struct {
	exact    map[string]http.Handler // /version
	prefixes map[string]http.Handler // /debug/pprof/
	longest  []string                // keys of prefixes, the longest first
	listed   []string                // for the index
	missing  http.Handler
}

func newDirector(discovery *installer.Discovery) *director {
	d := &director{discovery: discovery}
	d.paths.Store(&paths{missing: http.HandlerFunc(http.NotFound)})
	d.container = installer.NewContainer(discovery.Codecs, http.HandlerFunc(d.serveUnclaimed))
	d.addDocument(namedRoot)
	return d
}

// addDocument adds a discovery document to the web services, once.
func (d *director) addDocument(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	same := func(ws *restful.WebService) bool { return ws.RootPath() == path }
	if !slices.ContainsFunc(d.container.RegisteredWebServices(), same) {
		d.container.Add(d.discovery.WebService(path))
	}
}

func (d *director) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if handler, ok := d.paths.Load().exact[r.URL.Path]; ok {
		handler.ServeHTTP(w, r)
		return
	}
	if d.discovery.ServesGroups(r.URL.Path) {
		d.discovery.ServeHTTP(w, r)
		return
	}
	d.container.Dispatch(w, r)
}

// serveUnclaimed serves requests outside of the API.
func (d *director) serveUnclaimed(w http.ResponseWriter, r *http.Request) {
	p := d.paths.Load()
	for _, prefix := range p.longest {
		if strings.HasPrefix(r.URL.Path, prefix) {
			p.prefixes[prefix].ServeHTTP(w, r)
			return
		}
	}
	if d.discovery.Serves(r.URL.Path) {
		d.discovery.ServeHTTP(w, r)
		return
	}
	p.missing.ServeHTTP(w, r)
}

// change replaces the paths with an edited copy.
func (d *director) change(edit func(*paths)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := *d.paths.Load()
	next.exact, next.prefixes = copyOf(next.exact), copyOf(next.prefixes)
	next.listed = slices.Clone(next.listed)
	edit(&next)
	next.longest = slices.SortedFunc(maps.Keys(next.prefixes), func(a, b string) int { return len(b) - len(a) })
	d.paths.Store(&next)
}

// copyOf is like maps.Clone, but returns an empty map for nil.
func copyOf(m map[string]http.Handler) map[string]http.Handler {
	c := make(map[string]http.Handler, len(m)+1)
	maps.Copy(c, m)
	return c
}

// Handle serves a path that is not part of the API, and lists it in the index. It replaces an existing handler of the
// path. Upstream: PathRecorderMux.Handle.
func (s *GenericAPIServer) Handle(path string, handler http.Handler) {
	s.director.change(func(p *paths) {
		p.exact[path] = handler
		p.listed = append(p.listed, path)
	})
}

// HandlePrefix serves all paths that begin with prefix, which should end in a slash, and that are not part of the API.
// They are not listed in the index. Upstream: PathRecorderMux.UnlistedHandlePrefix.
func (s *GenericAPIServer) HandlePrefix(prefix string, handler http.Handler) {
	s.director.change(func(p *paths) { p.prefixes[prefix] = handler })
}

// HandleNotFound serves all paths without a handler; the default is 404 page not found. Upstream:
// PathRecorderMux.NotFoundHandler.
func (s *GenericAPIServer) HandleNotFound(handler http.Handler) {
	s.director.change(func(p *paths) { p.missing = handler })
}

// installPaths adds the paths outside of the API: the index, the version, health, metrics and profiles.
func (s *GenericAPIServer) installPaths() {
	index := http.HandlerFunc(s.serveIndex)
	unlisted := map[string]http.Handler{
		"/":            index,
		"/index.html":  index,
		"/debug/pprof": http.RedirectHandler("/debug/pprof/", http.StatusFound),

		"/debug/pprof/cmdline": http.HandlerFunc(pprof.Cmdline),
		"/debug/pprof/profile": http.HandlerFunc(pprof.Profile),
		"/debug/pprof/symbol":  http.HandlerFunc(pprof.Symbol),
		"/debug/pprof/trace":   http.HandlerFunc(pprof.Trace),
	}
	s.director.change(func(p *paths) {
		for path, handler := range unlisted {
			p.exact[path] = handler
		}
		p.prefixes["/debug/pprof/"] = http.HandlerFunc(pprof.Index)
	})
	s.director.container.Add(s.versionService())
	s.Handle("/metrics", s.metrics.path("/metrics", promhttp.HandlerFor(s.config.Metrics, promhttp.HandlerOpts{})))
	for _, path := range healthPaths {
		s.Handle(path, s.metrics.path(path, s.health.serveAll(path)))
		s.HandlePrefix(path+"/", s.health.serveOne(path))
	}
}

// serveIndex lists the paths of the server. Upstream: routes.IndexLister.
func (s *GenericAPIServer) serveIndex(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, metav1.RootPaths{Paths: s.listedPaths()})
}

func (s *GenericAPIServer) listedPaths() []string {
	paths := append(slices.Clone(s.director.paths.Load().listed), s.health.paths()...)
	for _, service := range s.director.container.RegisteredWebServices() {
		paths = append(paths, service.RootPath())
		if strings.TrimSuffix(service.RootPath(), "/") == "/apis" {
			paths = append(paths, "/apis", "/apis/")
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// versionService serves the server's version, as JSON only. It is a web service, like those of the API, and has the
// same errors. Upstream: routes.Version.
func (s *GenericAPIServer) versionService() *restful.WebService {
	version := s.metrics.path("/version", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, s.config.Version)
	}))
	ws := new(restful.WebService)
	ws.Path("/version").Doc("git code version from which this is built")
	ws.Route(ws.GET("/").To(func(r *restful.Request, w *restful.Response) { version.ServeHTTP(w.ResponseWriter, r.Request) }).
		Doc("get the version information for this server").
		Operation("getCodeVersion").
		Consumes("application/json").
		Produces("application/json").
		Writes(s.config.Version))
	return ws
}
