package installer

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/emicklei/go-restful/v3"
)

// unclaimed is the message of the error for a path that lies below no WebService.
const unclaimed = "404: no WebService"

// Router finds the route of a request by walking its path once through a tree of segments, where go-restful's
// CurlyRouter tries every route of the WebService. It knows the paths of this chapter: names, {parameter}, and at the
// end {parameter:*}. The zero value is ready; it reads the routes of each WebService when it first sees it.
type Router struct {
	tree atomic.Pointer[tree]
}

var (
	_ restful.RouteSelector = (*Router)(nil)
	_ restful.PathProcessor = (*Router)(nil)
)

// SelectRoute finds the route, or a ServiceErrorHandler with 404, 405, 415 or 406.
func (s *Router) SelectRoute(services []*restful.WebService, r *http.Request) (*restful.WebService, *restful.Route, error) {
	t := s.tree.Load()
	if t == nil || !slices.Equal(t.services, services) {
		t = newTree(services)
		s.tree.Store(t)
	}
	if strings.HasPrefix(r.URL.Path, "//") {
		return nil, nil, restful.NewError(http.StatusNotFound, unclaimed)
	}
	path := strings.Trim(r.URL.Path, "/")
	found := t.root.find(path, path == "")
	if found == nil {
		return nil, nil, t.notFound(path)
	}
	route, err := choose(found.routes, r)
	return found.service, route, err
}

// ExtractParameters reads the path's parameters for handlers that ask go-restful for them.
func (s *Router) ExtractParameters(route *restful.Route, _ *restful.WebService, path string) map[string]string {
	if !strings.Contains(route.Path, "{") {
		return nil
	}
	params := make(map[string]string, 3)
	template, path := strings.Trim(route.Path, "/"), strings.Trim(path, "/")
	for template != "" {
		var name, value string
		name, template, _ = strings.Cut(template, "/")
		if name, ok := strings.CutSuffix(name, ":*}"); ok {
			params[name[1:]] = path
			return params
		}
		value, path, _ = strings.Cut(path, "/")
		if strings.HasPrefix(name, "{") {
			params[name[1:len(name)-1]] = value
		}
	}
	return params
}

// refusals are the answers to a request whose path has routes, none of which takes it; the later, the closer it came.
var refusals = []restful.ServiceError{
	restful.NewError(http.StatusNotFound, "404: Not Found"),
	restful.NewError(http.StatusMethodNotAllowed, "405: Method Not Allowed"),
	restful.NewError(http.StatusUnsupportedMediaType, "415: Unsupported Media Type"),
	restful.NewError(http.StatusNotAcceptable, "406: Not Acceptable\n\nAvailable representations: "),
}

// choose finds the first of a path's routes that takes the request.
func choose(routes []*restful.Route, r *http.Request) (*restful.Route, error) {
	best, available := 0, []string(nil)
	for _, route := range routes {
		passed := take(route, r)
		if passed == len(refusals) {
			return route, nil
		}
		best = max(best, passed)
		if passed == len(refusals)-1 {
			available = append(available, route.Produces...)
		}
	}
	err := refusals[best]
	if available != nil {
		err.Message += strings.Join(available, ", ")
	}
	return nil, err
}

// take counts the checks that a request passes; all of them: the route takes it.
func take(route *restful.Route, r *http.Request) int {
	for _, holds := range route.If {
		if !holds(r) {
			return 0
		}
	}
	switch {
	case route.Method != r.Method:
		return 1
	case !consumes(route, r.Header.Get("Content-Type")):
		return 2
	case !produces(route, r.Header.Get("Accept")):
		return 3
	default:
		return len(refusals)
	}
}
