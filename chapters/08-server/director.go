package server

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/emicklei/go-restful/v3"

	installer "kubepath/chapters/03-installer"
)

// director is what lies behind the chain. A request goes to the handler of its path, where it has one; or to the
// discovery of groups; or to the go-restful container, which holds the API; or, where no web service claims the path, to
// the handler of a prefix or to the discovery of versions that others serve; or is nobody's: 404. Paths can be added while
// it serves.
//
// Upstream: server.director and mux.PathRecorderMux.
type director struct {
	container *restful.Container
	discovery *installer.Discovery

	mu    sync.Mutex            // held by who changes paths
	paths atomic.Pointer[paths] // never changed, only replaced
}

// paths are the handlers of one moment.
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

// addDocument gives a discovery document its place among the web services, once.
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

// serveUnclaimed serves what the API does not.
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

// change replaces the paths by a changed copy.
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

// copyOf is maps.Clone that makes a map of nil.
func copyOf(m map[string]http.Handler) map[string]http.Handler {
	c := make(map[string]http.Handler, len(m)+1)
	maps.Copy(c, m)
	return c
}

// Handle serves a path that is not part of the API, and lists it in the index. It replaces the handler that the path
// had. Upstream: PathRecorderMux.Handle.
func (s *GenericAPIServer) Handle(path string, handler http.Handler) {
	s.director.change(func(p *paths) {
		p.exact[path] = handler
		p.listed = append(p.listed, path)
	})
}

// HandlePrefix serves all paths that begin with prefix, which should end in a slash, and that nothing else claims. They
// are not listed. Upstream: PathRecorderMux.UnlistedHandlePrefix.
func (s *GenericAPIServer) HandlePrefix(prefix string, handler http.Handler) {
	s.director.change(func(p *paths) { p.prefixes[prefix] = handler })
}

// HandleNotFound serves what nobody else does; at first with 404 page not found. Upstream: PathRecorderMux.NotFoundHandler.
func (s *GenericAPIServer) HandleNotFound(handler http.Handler) {
	s.director.change(func(p *paths) { p.missing = handler })
}
