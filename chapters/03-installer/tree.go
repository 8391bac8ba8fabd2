package installer

import (
	"net/http"
	"strings"

	"github.com/emicklei/go-restful/v3"
)

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

// notFound is the error for a path without a route: an ordinary one below the root of a WebService, unclaimed elsewhere.
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
	return restful.NewError(http.StatusNotFound, unclaimed)
}
