package installer

import (
	"net/http"
	"slices"

	"github.com/emicklei/go-restful/v3"

	kinds "kubepath/chapters/02-kinds"
)

// route is one method and path with the actions that share it: those with a When in the order of their rows, then the
// one without.
type route struct {
	method, path string
	actions      []*Action
}

// share groups actions into routes, in the order in which their paths first appear.
func share(actions []Action) []*route {
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

// primary is the action that names and documents the route: the one that takes what no other took.
func (r *route) primary() *Action { return r.actions[len(r.actions)-1] }

func (r *route) operation() string { return r.primary().Operation }

// dispatch hands a request to the handler of the first action that wants it. handlers stand in the order of actions.
func (r *route) dispatch(codecs *kinds.Codecs, handlers []http.Handler) restful.RouteFunction {
	if len(handlers) == 1 && r.actions[0].When == nil {
		return function(handlers[0])
	}
	return function(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for i, a := range r.actions {
			if a.When == nil || a.When(req) {
				handlers[i].ServeHTTP(w, req)
				return
			}
		}
		writeRefusal(w, req, codecs, http.StatusMethodNotAllowed, "")
	}))
}

// function is a handler as go-restful wants it. The handler gets the server's own ResponseWriter, which it can flush
// and hijack.
func function(h http.Handler) restful.RouteFunction {
	return func(req *restful.Request, resp *restful.Response) { h.ServeHTTP(resp.ResponseWriter, req.Request) }
}
