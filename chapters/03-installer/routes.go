package installer

import (
	"net/http"

	"github.com/emicklei/go-restful/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// addRoute is the place where a REST path meets the function that serves it.
func (g *APIGroupVersion) addRoute(ws *restful.WebService, r *route) {
	b := ws.Method(r.method).Path(r.path).To(g.handler(r, func(wrap Middleware, a *Action, h http.Handler) http.Handler { return wrap(a, h) }))
	r.describe(b, g.mediaTypes())
	ws.Route(b)
}

// handler wraps the handler of each action of a route and joins them to one function. The caller passes the call of a
// Middleware as a literal, so that a Middleware that asks runtime.Caller finds the line where path and function meet.
func (g *APIGroupVersion) handler(r *route, call func(Middleware, *Action, http.Handler) http.Handler) restful.RouteFunction {
	handlers := make([]http.Handler, len(r.actions))
	for i, a := range r.actions {
		handlers[i] = a.Handler
		for m := len(g.Middleware) - 1; m >= 0; m-- {
			handlers[i] = call(g.Middleware[m], a, handlers[i])
		}
	}
	return r.dispatch(g.Codecs, handlers)
}

// addDiscovery routes the group version's root itself to the list of its resources.
func (g *APIGroupVersion) addDiscovery(ws *restful.WebService) {
	list := newDocument(g.Codecs, g.Discovered().resourceList)
	ws.Route(ws.GET("/").To(function(list)).
		Doc("get available resources").
		Operation("get" + identifier(g.GroupVersion) + "APIResources").
		Produces(g.mediaTypes()...).
		Consumes(g.mediaTypes()...).
		Writes(metav1.APIResourceList{}))
}
