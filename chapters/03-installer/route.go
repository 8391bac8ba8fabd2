package installer

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/emicklei/go-restful/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
)

// route is one method and path, with its actions: those with a When in the order of their rows, then the one without a
// When.
type route struct {
	method, path string
	actions      []*Action
}

// groupByRoute groups actions into routes, in the order in which their paths first appear.
func groupByRoute(actions []Action) []*route {
	var routes []*route
	found := map[[2]string]*route{}
	for i := range actions {
		a := &actions[i]
		key := [2]string{a.Method, a.Path}
		if found[key] == nil {
			found[key] = &route{method: a.Method, path: a.Path}
			routes = append(routes, found[key])
		}
		found[key].actions = append(found[key].actions, a)
	}
	for _, r := range routes {
		slices.SortStableFunc(r.actions, func(a, b *Action) int { return rank(a) - rank(b) })
		for _, a := range r.actions {
			a.Operation = r.operation()
		}
	}
	return routes
}

func rank(a *Action) int {
	if a.When != nil {
		return 0
	}
	return 1
}

// primary returns the action that gives the route its operation id and documentation: the last one.
func (r *route) primary() *Action { return r.actions[len(r.actions)-1] }

func (r *route) operation() string { return r.primary().Operation }

// dispatch calls the handler of the first action that matches the request. handlers[i] is the handler of actions[i].
func (r *route) dispatch(codecs *kinds.Codecs, handlers []http.Handler) restful.RouteFunction {
	if len(handlers) == 1 && r.actions[0].When == nil {
		return routeFunction(handlers[0])
	}
	return routeFunction(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for i, a := range r.actions {
			if a.When == nil || a.When(req) {
				handlers[i].ServeHTTP(w, req)
				return
			}
		}
		writeStatus(w, req, codecs, http.StatusMethodNotAllowed, "")
	}))
}

// routeFunction adapts a handler to go-restful. The handler gets the http.Server's ResponseWriter, which it can flush
// and hijack.
func routeFunction(h http.Handler) restful.RouteFunction {
	return func(req *restful.Request, resp *restful.Response) { h.ServeHTTP(resp.ResponseWriter, req.Request) }
}

// The extensions of each operation in OpenAPI. Upstream: endpoints.RouteMetaGVK and
// RouteMetaAction.
const (
	RouteMetaGVK    = "x-kubernetes-group-version-kind"
	RouteMetaAction = "x-kubernetes-action"
)

// describe sets the route's media types, which the Router uses, and its documentation for OpenAPI.
func (r *route) describe(b *restful.RouteBuilder, mediaTypes []string) {
	a := r.primary()
	kind := a.Resource.Kind
	b.Doc(a.Doc).
		Operation(a.Operation).
		Produces(r.produces(mediaTypes)...).
		Metadata(RouteMetaAction, a.openAPIAction()).
		Metadata(RouteMetaGVK, metav1.GroupVersionKind{Group: kind.Group, Version: kind.Version, Kind: kind.Kind})
	if len(a.Accepts) > 0 {
		b.Consumes(a.Accepts...)
	}
	for _, p := range a.params() {
		b.Param(p.restful())
	}
	if a.Reads != nil {
		b.Reads(a.Reads)
		b.ParameterNamed("body").Required(a.Method != http.MethodDelete)
	}
	if a.Writes != nil {
		b.Writes(a.Writes)
		for _, code := range a.Codes {
			b.Returns(code, http.StatusText(code), a.Writes)
		}
	}
}

// produces returns the media types of the responses of all actions, those of the primary one first.
func (r *route) produces(mediaTypes []string) []string {
	var all []string
	for _, a := range slices.Backward(r.actions) {
		types := a.Returns
		if types == nil {
			types = mediaTypes
		}
		for _, t := range types {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// pathParams documents the parameters of paths; %s is replaced by the kind.
var pathParams = []Param{
	{Name: "namespace", Doc: "object name and auth scope, such as for teams and projects"},
	{Name: "name", Doc: "name of the %s"},
	{Name: "path", Doc: "path to the resource"},
}

// params returns the parameters of the path, then those of the verb.
func (a *Action) params() []Param {
	var all []Param
	for _, p := range pathParams {
		if strings.Contains(a.Path, "{"+p.Name+"}") || strings.Contains(a.Path, "{"+p.Name+":*}") {
			p.In, p.Type, p.Required = "path", "string", true
			p.Doc = strings.Replace(p.Doc, "%s", a.Resource.Kind.Kind, 1)
			all = append(all, p)
		}
	}
	for _, p := range a.Params {
		if p.In != "path" {
			all = append(all, p)
		}
	}
	return all
}

// paramPlaces has the constructor of a parameter for each value of Param.In.
var paramPlaces = map[string]func(name, doc string) *restful.Parameter{
	"path":   restful.PathParameter,
	"query":  restful.QueryParameter,
	"body":   restful.BodyParameter,
	"header": restful.HeaderParameter,
}

func (p Param) restful() *restful.Parameter {
	make, ok := paramPlaces[p.In]
	if !ok {
		make = restful.QueryParameter
	}
	param := make(p.Name, p.Doc).Required(p.Required)
	if p.Type != "" {
		param.DataType(p.Type)
	}
	return param
}

func (v *Verb) openAPIAction() string { return cmp.Or(v.OpenAPIAction, v.Name) }
