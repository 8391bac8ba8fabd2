package installer

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/emicklei/go-restful/v3"
)

// noWebService is the error message for a path outside of all WebServices.
const noWebService = "404: no WebService"

// Router finds the route of a request in a tree of path segments; go-restful's CurlyRouter tries every route of the
// WebService. Segments are names, {parameter} and, at the end, {parameter:*}. The zero value is ready to use. The tree
// is built again if the WebServices change.
type Router struct {
	tree atomic.Pointer[tree]
}

var (
	_ restful.RouteSelector = (*Router)(nil)
	_ restful.PathProcessor = (*Router)(nil)
)

// SelectRoute returns the route, or a restful.ServiceError with 404, 405, 415 or 406.
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

// ExtractParameters returns the path's parameters, for handlers that read them from the restful.Request.
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

// routeErrors are the errors for a request whose path has routes of which none matches, by the number of checks passed.
var routeErrors = []restful.ServiceError{
	restful.NewError(http.StatusNotFound, "404: Not Found"),
	restful.NewError(http.StatusMethodNotAllowed, "405: Method Not Allowed"),
	restful.NewError(http.StatusUnsupportedMediaType, "415: Unsupported Media Type"),
	restful.NewError(http.StatusNotAcceptable, "406: Not Acceptable\n\nAvailable representations: "),
}

// selectRoute returns the first of a path's routes that matches the request.
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

// matchRoute counts the checks that a request passes: len(routeErrors) if the route matches.
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

// tree has the routes of a set of WebServices by the segments of their paths. It is immutable.
type tree struct {
	services []*restful.WebService
	root     node
}

// node is one segment of a path.
type node struct {
	names map[string]*node // the next segments that are names
	any   *node            // the next segment if it is a parameter: {name}
	rest  *leaf            // one or more segments until the end: {path:*}
	here  *leaf            // the routes of a path that ends here

	// claims: the error for a path below without a route is 404. True at the root of each WebService but /apis, because
	// next may serve other groups below it.
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

// find looks up the rest of a path; names take precedence over parameters. end: no segment is left, not even an empty
// one.
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

// notFound returns the error for a path without a route: Page Not Found below a node that claims it, else noWebService.
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

// produces reports whether a route produces a media type of the Accept header. The handler checks the parameters; the
// only wildcard here is */*.
func produces(route *restful.Route, accept string) bool {
	return accept == "" || names(accept, "*/*") || anyNamed(route.Produces, accept)
}

// consumes reports whether a route reads the media type of the Content-Type header. A request without the header
// matches only if its method needs no body.
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

// anyNamed reports whether a header contains one of the types, or one of the types is */*.
func anyNamed(types []string, header string) bool {
	for _, t := range types {
		if t == "*/*" || names(header, t) {
			return true
		}
	}
	return false
}

// names reports whether a header contains a media type, with or without parameters.
func names(header, mediaType string) bool {
	for entry := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(entry, ";")
		if strings.Trim(name, " ") == mediaType {
			return true
		}
	}
	return false
}
