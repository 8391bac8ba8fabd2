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

// APIGroupVersion is one version of a group, with all that InstallREST needs to serve it. Upstream:
// endpoints.APIGroupVersion.
type APIGroupVersion struct {
	Root         string // /api or /apis
	GroupVersion schema.GroupVersion
	Resources    []Resource
	Codecs       *kinds.Codecs

	// Middleware wraps the handler of every action, the first outermost: metrics, tracing.
	Middleware []Middleware
}

// Middleware wraps the handler of an action. It is called once per action, while the routes are made.
type Middleware func(*Action, http.Handler) http.Handler

// InstallREST adds the group version's WebService, with the routes of its actions and its discovery document, to the
// container. It returns the actions in the order of installation. It fails, and adds nothing, if two actions match the
// same requests, if two routes have the same operation id, or if the group version is installed already. Upstream:
// endpoints.APIGroupVersion.InstallREST.
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

// NewContainer returns an empty container with this chapter's Router and ServiceErrorHandler. next serves requests
// outside of all WebServices (nil: 404 with a Status). Upstream: server.NewAPIServerHandler and its director.
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

// mediaTypes returns the media types of the codecs.
func mediaTypes(codecs *kinds.Codecs) []string {
	objects, _ := codecs.MediaTypes()
	return objects
}

// addRoute connects a path with its handler: it adds the route to the WebService.
func (g *APIGroupVersion) addRoute(ws *restful.WebService, r *route) {
	handler := r.dispatch(g.Codecs, g.handlers(r))
	b := ws.Method(r.method).Path(r.path).To(handler)
	r.describe(b, g.mediaTypes())
	ws.Route(b)
}

// handlers returns the handlers of the route's actions, each wrapped in the Middleware.
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

// addDiscovery adds the route for the group version's root: the list of its resources.
func (g *APIGroupVersion) addDiscovery(ws *restful.WebService) {
	list := newDocument(g.Codecs, g.Discovery().resourceList)
	ws.Route(ws.GET("/").To(routeFunction(list)).
		Doc("get available resources").
		Operation("get" + identifier(g.GroupVersion) + "APIResources").
		Produces(g.mediaTypes()...).
		Consumes(g.mediaTypes()...).
		Writes(metav1.APIResourceList{}))
}
