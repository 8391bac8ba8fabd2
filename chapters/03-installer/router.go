package installer

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/emicklei/go-restful/v3"
)

// noWebService is the message of the error for a path that lies below no WebService.
const noWebService = "404: no WebService"

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
		return nil, nil, restful.NewError(http.StatusNotFound, noWebService)
	}
	path := strings.Trim(r.URL.Path, "/")
	found := t.root.find(path, path == "")
	if found == nil {
		return nil, nil, t.notFound(path)
	}
	route, err := selectRoute(found.routes, r)
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

// routeErrors are the answers to a request whose path has routes, none of which takes it; the later, the closer it came.
var routeErrors = []restful.ServiceError{
	restful.NewError(http.StatusNotFound, "404: Not Found"),
	restful.NewError(http.StatusMethodNotAllowed, "405: Method Not Allowed"),
	restful.NewError(http.StatusUnsupportedMediaType, "415: Unsupported Media Type"),
	restful.NewError(http.StatusNotAcceptable, "406: Not Acceptable\n\nAvailable representations: "),
}

// selectRoute finds the first of a path's routes that takes the request.
func selectRoute(routes []*restful.Route, r *http.Request) (*restful.Route, error) {
	best, available := 0, []string(nil)
	for _, route := range routes {
		passed := matchRoute(route, r)
		if passed == len(routeErrors) {
			return route, nil
		}
		best = max(best, passed)
		if passed == len(routeErrors)-1 {
			available = append(available, route.Produces...)
		}
	}
	err := routeErrors[best]
	if available != nil {
		err.Message += strings.Join(available, ", ")
	}
	return nil, err
}

// matchRoute counts the checks that a request passes; all of them: the route takes it.
func matchRoute(route *restful.Route, r *http.Request) int {
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
		return len(routeErrors)
	}
}

// tree holds the routes of a set of WebServices by the segments of their paths. It never changes.
type tree struct {
	services []*restful.WebService
	root     node
}

// node is a place between two slashes.
type node struct {
	names map[string]*node // the segments that are spelt out
	any   *node            // any one segment: {name}
	rest  *leaf            // all that follows, at least one segment: {path:*}
	here  *leaf            // the path ends

	// claims: what lies below and has no route does not exist. True at the root of each WebService but /apis, below which
	// are groups that another server may know.
	claims bool
}

// leaf is one path with a route for each method.
type leaf struct {
	service *restful.WebService
	routes  []*restful.Route
}

func newTree(services []*restful.WebService) *tree {
	t := &tree{services: append([]*restful.WebService(nil), services...)}
	for _, ws := range services {
		place := &t.root
		for _, segment := range split(nil, ws.RootPath()) {
			place = place.child(segment)
		}
		place.claims = ws.RootPath() != "/apis"
		routes := ws.Routes()
		for i := range routes {
			t.root.add(ws, &routes[i])
		}
	}
	return t
}

func (n *node) add(ws *restful.WebService, route *restful.Route) {
	place, end := n, &n.here
	for _, segment := range split(nil, route.Path) {
		if strings.HasSuffix(segment, ":*}") {
			end = &place.rest
			break
		}
		place = place.child(segment)
		end = &place.here
	}
	if *end == nil {
		*end = &leaf{service: ws}
	}
	(*end).routes = append((*end).routes, route)
}

func (n *node) child(segment string) *node {
	if strings.HasPrefix(segment, "{") {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.names == nil {
		n.names = map[string]*node{}
	}
	if n.names[segment] == nil {
		n.names[segment] = &node{}
	}
	return n.names[segment]
}

// find walks the rest of a path; what is spelt out goes before parameters. end: nothing is left, not even an empty
// segment.
func (n *node) find(path string, end bool) *leaf {
	if end {
		return n.here
	}
	segment, path, more := strings.Cut(path, "/")
	if next := n.names[segment]; next != nil {
		if found := next.find(path, !more); found != nil {
			return found
		}
	}
	if n.any != nil {
		if found := n.any.find(path, !more); found != nil {
			return found
		}
	}
	return n.rest
}

// notFound is the error for a path without a route: an ordinary one below the root of a WebService, that of noWebService elsewhere.
func (t *tree) notFound(path string) error {
	claimed, place := t.root.claims, &t.root
	for more := path != ""; more && place != nil && !claimed; {
		var segment string
		segment, path, more = strings.Cut(path, "/")
		place = place.names[segment]
		claimed = place != nil && place.claims
	}
	if claimed {
		return restful.NewError(http.StatusNotFound, "404: Page Not Found")
	}
	return restful.NewError(http.StatusNotFound, noWebService)
}

// produces tells whether a route answers in a type that the Accept header names. Parameters are left to the handler;
// of wildcards only */* counts.
func produces(route *restful.Route, accept string) bool {
	return accept == "" || names(accept, "*/*") || anyNamed(route.Produces, accept)
}

// consumes tells whether a route reads the type that the Content-Type header names. A request without one may have no
// body, unless its method means one.
func consumes(route *restful.Route, contentType string) bool {
	if len(route.Consumes) == 0 || slices.Contains(route.Consumes, "*/*") {
		return true
	}
	if contentType == "" {
		return bodyless[route.Method]
	}
	return anyNamed(route.Consumes, contentType)
}

var bodyless = map[string]bool{"GET": true, "HEAD": true, "OPTIONS": true, "DELETE": true, "TRACE": true}

// anyNamed tells whether a header's list names one of the types; the type */* takes every name.
func anyNamed(types []string, header string) bool {
	for _, t := range types {
		if t == "*/*" || names(header, t) {
			return true
		}
	}
	return false
}

// names tells whether a header's list, whose entries may have parameters, names a media type.
func names(header, mediaType string) bool {
	for entry := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(entry, ";")
		if strings.Trim(name, " ") == mediaType {
			return true
		}
	}
	return false
}
