package server

import (
	"net/http"
	"net/http/pprof"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// installPaths serves what is not the API: the index, the version, health, metrics and profiles.
func (s *GenericAPIServer) installPaths() {
	index := http.HandlerFunc(s.serveIndex)
	unlisted := map[string]http.Handler{
		"/":            index,
		"/index.html":  index,
		"/debug/pprof": http.RedirectHandler("/debug/pprof/", http.StatusMovedPermanently),

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
	s.Handle("/version", s.metrics.path("/version", s.onlyGet(s.serveVersion)))
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

// serveVersion says which version the server is. Upstream: routes.Version.
func (s *GenericAPIServer) serveVersion(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, s.config.Version)
}

// onlyGet refuses every method but GET, as the API's own documents do.
func (s *GenericAPIServer) onlyGet(handler http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			handler(w, r)
			return
		}
		s.writeError(w, r, apierrors.NewGenericServerResponse(
			http.StatusMethodNotAllowed, "", schema.GroupResource{}, "", "", 0, false))
	})
}
