package installer

import (
	"net/http"
	"path"
	"slices"

	"github.com/emicklei/go-restful/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// APIGroupVersion is one version of a group, ready to be served. Upstream: endpoints.APIGroupVersion.
type APIGroupVersion struct {
	Root         string // /api or /apis
	GroupVersion schema.GroupVersion
	Resources    []Resource
	Codecs       *kinds.Codecs

	// Middleware wraps the handler of every action, the first outermost: metrics, tracing.
	Middleware []Middleware
}

// Middleware wraps the handler of an action; it knows the Action that it serves. It is called once per action, while
// the routes are made.
type Middleware func(*Action, http.Handler) http.Handler

// InstallREST adds the group version's WebService, with a route per action and its discovery document, to the
// container and returns the table of actions in the order in which they were installed. It fails, and adds nothing, if
// the table contradicts itself: two actions that would both take the same requests, two routes with the same
// operation id, a group version that is installed already. Upstream: endpoints.APIGroupVersion.InstallREST.
func (g *APIGroupVersion) InstallREST(container *restful.Container) ([]Action, error) {
	actions := g.actions()
	routes := groupByRoute(actions)
	if err := g.check(container, actions, routes); err != nil {
		return nil, err
	}
	ws := g.webService()
	g.addDiscovery(ws)
	for _, r := range routes {
		g.addRoute(ws, r)
	}
	container.Add(ws)
	return actions, nil
}

// NewContainer returns an empty container with this chapter's Router and ServiceErrorHandler; next serves what no WebService
// claims (nil: 404 with a Status). Upstream: server.NewAPIServerHandler and its director.
func NewContainer(codecs *kinds.Codecs, next http.Handler) *restful.Container {
	c := restful.NewContainer()
	c.Router(&Router{})
	c.ServiceErrorHandler(serviceError(codecs, next))
	return c
}

func (g *APIGroupVersion) path() string {
	return path.Join("/", g.Root, g.GroupVersion.String())
}

func (g *APIGroupVersion) webService() *restful.WebService {
	ws := new(restful.WebService)
	ws.Path(g.path()).
		Doc("API at " + g.path()).
		ApiVersion(g.GroupVersion.String()).
		Consumes("*/*").
		Produces(g.mediaTypes()...)
	return ws
}

func (g *APIGroupVersion) mediaTypes() []string { return mediaTypes(g.Codecs) }

// mediaTypes are those of the codecs, in their order.
func mediaTypes(codecs *kinds.Codecs) []string {
	objects, _ := codecs.MediaTypes()
	return objects
}

// addRoute is the place where a REST path meets the function that serves it.
func (g *APIGroupVersion) addRoute(ws *restful.WebService, r *route) {
	handler := r.dispatch(g.Codecs, g.handlers(r))
	b := ws.Method(r.method).Path(r.path).To(handler)
	r.describe(b, g.mediaTypes())
	ws.Route(b)
}

// handlers are those of the route's actions, each inside of the Middleware.
func (g *APIGroupVersion) handlers(r *route) []http.Handler {
	all := make([]http.Handler, len(r.actions))
	for i, a := range r.actions {
		all[i] = a.Handler
		for _, wrap := range slices.Backward(g.Middleware) {
			all[i] = wrap(a, all[i])
		}
	}
	return all
}

// addDiscovery routes the group version's root itself to the list of its resources.
func (g *APIGroupVersion) addDiscovery(ws *restful.WebService) {
	list := newDocument(g.Codecs, g.Discovery().resourceList)
	ws.Route(ws.GET("/").To(routeFunction(list)).
		Doc("get available resources").
		Operation("get" + identifier(g.GroupVersion) + "APIResources").
		Produces(g.mediaTypes()...).
		Consumes(g.mediaTypes()...).
		Writes(metav1.APIResourceList{}))
}
