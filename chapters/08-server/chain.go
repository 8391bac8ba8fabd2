package server

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"go.opentelemetry.io/otel/trace"

	installer "kubepath/chapters/03-installer"
)

// Filter is one layer of the handler chain.
type Filter func(http.Handler) http.Handler

// Filters are the filters of the handler chain that later chapters supply; nil: there is none.
type Filters struct {
	Authentication, Audit, Impersonation, Authorization Filter
	// Custom is for a filter of one's own, next to the API.
	Custom Filter
}

// NamedFilter is one row of the handler chain: a name, what it is for, and the filter.
type NamedFilter struct {
	Name    string
	Purpose string
	Filter  Filter // nil: there is none, and it costs nothing
}

// filters is the handler chain in the order in which a request meets it. The order carries meaning: a filter relies on
// what those before it found out, and protects those after it.
//
// Upstream: server.DefaultBuildHandlerChain, which is written inside out.
func (s *GenericAPIServer) filters() []NamedFilter {
	return []NamedFilter{
		{"trace", "opens a span, child of traceparent", s.withTracing()},
		{"request-id", "gives the request its Audit-Id", withAuditID},
		{"unread-body", "ends bodies that nobody reads", withUnreadBodyLimit},
		{"panic-recovery", "answers 500 where a handler panics", s.withPanicRecovery},
		{"request-info", "reads verb, group, resource and name", s.withRequestInfo},
		{"http-log", "notes who asked for what", s.withHTTPLog()},
		{"cache-control", "forbids caches to keep answers", withCacheControl},
		{"wait-group", "counts, so that shutdown can wait", s.withWaitGroup},
		{"timeout", "ends what takes too long with 504", s.withTimeout},
		{"authentication", "who are you?", s.config.Filters.Authentication},
		{"audit", "what is recorded of it?", s.config.Filters.Audit},
		{"impersonation", "as whom do you act?", s.config.Filters.Impersonation},
		{"max-in-flight", "refuses overload with 429", s.withMaxInFlight},
		{"authorization", "may you?", s.config.Filters.Authorization},
		{"custom", "what you put there", s.config.Filters.Custom},
	}
}

// InsertedFilter is a filter of a later chapter: a row of its own in the chain, next to one that is named.
type InsertedFilter struct {
	NamedFilter
	// Before or After is the name of the neighbour: one of the two.
	Before, After string
}

// insertFilters puts more filters into a chain, in their order: one may stand next to another that was put before it.
func insertFilters(filters []NamedFilter, more []InsertedFilter) ([]NamedFilter, error) {
	for _, p := range more {
		at := slices.IndexFunc(filters, func(known NamedFilter) bool { return known.Name == cmp.Or(p.Before, p.After) })
		switch {
		case p.Name == "" || (p.Before == "") == (p.After == ""):
			return nil, fmt.Errorf("filter %q: it needs a name, and the name of the filter before or after which it stands", p.Name)
		case at < 0:
			return nil, fmt.Errorf("filter %q: the chain has no filter %q", p.Name, cmp.Or(p.Before, p.After))
		case slices.ContainsFunc(filters, func(known NamedFilter) bool { return known.Name == p.Name }):
			return nil, fmt.Errorf("filter %q: the chain has a filter of that name", p.Name)
		case p.After != "":
			at++
		}
		filters = slices.Insert(filters, at, p.NamedFilter)
	}
	return filters, nil
}

// chain stands the filters before a handler, the first outermost.
func chain(handler http.Handler, filters []NamedFilter) http.Handler {
	for i := len(filters) - 1; i >= 0; i-- {
		if filter := filters[i].Filter; filter != nil {
			handler = filter(handler)
		}
	}
	return handler
}

// ServeHTTP is the whole server: the handler chain and what lies behind it.
func (s *GenericAPIServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// noCache has no spare capacity: whoever adds to the header gets a copy.
var noCache = []string{"no-cache, private"}

// withCacheControl keeps answers out of shared caches: what one client may see, the next may not. A handler whose answer
// may be cached sets its own header. Upstream: filters.WithCacheControl.
func withCacheControl(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noCache
		next.ServeHTTP(w, r)
	})
}

// escapeHTML keeps what the client sent from becoming markup in an error that a browser shows.
var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// withRequestInfo finds out what the request means and puts it into the context, for all filters behind it.
// Upstream: filters.WithRequestInfo.
func (s *GenericAPIServer) withRequestInfo(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, err := s.infos.NewRequestInfo(r)
		if err != nil {
			text := fmt.Sprintf("Internal Server Error: %q: failed to create RequestInfo: %v", r.RequestURI, err)
			http.Error(w, escapeHTML.Replace(text), http.StatusInternalServerError)
			return
		}
		nameSpan(trace.SpanFromContext(r.Context()), info)
		next.ServeHTTP(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
	})
}
