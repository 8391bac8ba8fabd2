package server

import (
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"

	"github.com/emicklei/go-restful/v3"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// installPaths serves what is not the API: the index, the version, health, metrics and profiles.
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

// versionService says which version the server is, as JSON only. It is a web service, like those of the API, and has
// their errors. Upstream: routes.Version.
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
