package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
)

// Filter is one layer of the handler chain.
type Filter func(http.Handler) http.Handler

// Filters are the named places in the handler chain that later chapters fill; nil: the place is empty.
type Filters struct {
	Authentication, Audit, Impersonation, Authorization Filter
	// Custom is a place for a filter of one's own, next to the API.
	Custom Filter
}

// NamedFilter is one place in the handler chain: a name, a sentence and the filter that stands there.
type NamedFilter struct {
	Name    string
	Purpose string
	Filter  Filter // nil: the place is empty, and costs nothing
}

// places is the handler chain in the order in which a request meets it. The order carries meaning: a filter relies on
// what those before it found out, and protects those after it.
//
// Upstream: server.DefaultBuildHandlerChain, which is written inside out.
func (s *GenericAPIServer) places() []NamedFilter {
	return []NamedFilter{
		{"trace", "opens a span, child of traceparent", s.traceRequests()},
		{"request-id", "gives the request its Audit-Id", nameRequest},
		{"unread-body", "ends bodies that nobody reads", limitUnreadBodies},
		{"panic-recovery", "answers 500 where a handler panics", s.recoverPanics},
		{"request-info", "reads verb, group, resource and name", s.readRequestInfo},
		{"access-log", "notes who asked for what", s.logRequests()},
		{"cache-control", "forbids caches to keep answers", forbidCaching},
		{"open-requests", "counts, so that shutdown can wait", s.countRequests},
		{"timeout", "ends what takes too long with 504", s.limitTime},
		{"authentication", "who are you?", s.config.Filters.Authentication},
		{"audit", "what is recorded of it?", s.config.Filters.Audit},
		{"impersonation", "as whom do you act?", s.config.Filters.Impersonation},
		{"max-in-flight", "refuses overload with 429", s.limitInFlight},
		{"authorization", "may you?", s.config.Filters.Authorization},
		{"custom", "what you put there", s.config.Filters.Custom},
	}
}

// InsertedFilter is a filter of a later chapter: a place of its own in the chain, next to one that is named.
type InsertedFilter struct {
	NamedFilter
	// Before or After is the name of the neighbour: one of the two.
	Before, After string
}

// withPlaced puts more filters among places, in their order: one may stand next to another that was put before it.
func withPlaced(places []NamedFilter, more []InsertedFilter) ([]NamedFilter, error) {
	for _, p := range more {
		at := slices.IndexFunc(places, func(known NamedFilter) bool { return known.Name == cmp.Or(p.Before, p.After) })
		switch {
		case p.Name == "" || (p.Before == "") == (p.After == ""):
			return nil, fmt.Errorf("filter %q: it needs a name, and the name of the place before or after which it stands", p.Name)
		case at < 0:
			return nil, fmt.Errorf("filter %q: the chain has no place %q", p.Name, cmp.Or(p.Before, p.After))
		case slices.ContainsFunc(places, func(known NamedFilter) bool { return known.Name == p.Name }):
			return nil, fmt.Errorf("filter %q: the chain has a place of that name", p.Name)
		case p.After != "":
			at++
		}
		places = slices.Insert(places, at, p.NamedFilter)
	}
	return places, nil
}

// chain stands the places before a handler, the first outermost.
func chain(handler http.Handler, places []NamedFilter) http.Handler {
	for i := len(places) - 1; i >= 0; i-- {
		if filter := places[i].Filter; filter != nil {
			handler = filter(handler)
		}
	}
	return handler
}

// ServeHTTP is the whole server: the handler chain and what lies behind it.
func (s *GenericAPIServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// noCaching has no spare capacity: whoever adds to the header gets a copy.
var noCaching = []string{"no-cache, private"}

// forbidCaching keeps answers out of shared caches: what one client may see, the next may not. A handler whose answer
// may be cached sets its own header. Upstream: filters.WithCacheControl.
func forbidCaching(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noCaching
		next.ServeHTTP(w, r)
	})
}
