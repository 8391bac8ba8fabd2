package installer

import (
	"net/http"
	"slices"

	"github.com/emicklei/go-restful/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

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
	ws.Route(ws.GET("/").To(function(list)).
		Doc("get available resources").
		Operation("get" + identifier(g.GroupVersion) + "APIResources").
		Produces(g.mediaTypes()...).
		Consumes(g.mediaTypes()...).
		Writes(metav1.APIResourceList{}))
}
