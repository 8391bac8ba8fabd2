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

// Filters are the filters of the handler chain that later chapters provide; nil: none.
type Filters struct {
	Authentication, Audit, Impersonation, Authorization Filter
	// Custom is a filter of the caller, the last one before the API.
	Custom Filter
}

// NamedFilter is one row of the handler chain: a name, a purpose, and the filter.
type NamedFilter struct {
	Name    string
	Purpose string
	Filter  Filter // nil: the row has no filter
}

// filters returns the handler chain, the outermost filter first. The order matters: a filter uses the results of those
// before it, and protects those after it.
//
// Upstream: server.DefaultBuildHandlerChain, which has the reverse order.
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

// InsertedFilter is a filter of a later chapter: a new row in the chain, before or after another row.
type InsertedFilter struct {
	NamedFilter
	// Before or After is the name of the other filter: exactly one is set.
	Before, After string
}

// insertFilters inserts filters into a chain, one after the other: a filter may be inserted next to an inserted one.
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

// chain wraps a handler in the filters, the first outermost.
func chain(handler http.Handler, filters []NamedFilter) http.Handler {
	for i := len(filters) - 1; i >= 0; i-- {
		if filter := filters[i].Filter; filter != nil {
			handler = filter(handler)
		}
	}
	return handler
}

// ServeHTTP serves a request: through the handler chain, and then the director.
func (s *GenericAPIServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.handler.ServeHTTP(w, r)
}

// noCache is shared by all responses. It has no spare capacity, so that Header.Add copies it.
var noCache = []string{"no-cache, private"}

// withCacheControl keeps responses out of shared caches, because another client may not be allowed to see them. A
// handler whose response may be cached sets its own header. Upstream: filters.WithCacheControl.
func withCacheControl(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Cache-Control"] = noCache
		next.ServeHTTP(w, r)
	})
}

// escapeHTML escapes the client's text in an error message, so that a browser does not interpret it as HTML.
var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// withRequestInfo adds the RequestInfo to the context, for all filters after it.
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
