package trace

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	server "kubepath/chapters/08-server"
)

// chain is where the filters of a server's chain are called.
var chain = method((*server.GenericAPIServer)(nil), "ServeHTTP")

// attrFilter is a filter's name, on the event of the server's span that says that it acted.
const attrFilter = attribute.Key("kubepath.filter")

// Filter notes what a filter of the chain does. It is server.Config.WrapFilter. A filter of the chain's own
// chapter is a name on the server's hop where it acted, and has a hop where it answered; a filter from elsewhere always
// has a hop.
func Filter(p server.NamedFilter) server.Filter {
	where := ofFunc(p.Filter)
	_, home := relative(chain.File)
	if _, chapter := relative(where.File); chapter != home {
		return filterHop(p, where)
	}
	return func(next http.Handler) http.Handler {
		filtered := p.Filter(filterNext{p.Name, next})
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			span := trace.SpanFromContext(r.Context())
			if !span.IsRecording() {
				filtered.ServeHTTP(w, r)
				return
			}
			v := &filterVisit{w: w, body: r.Body, sent: len(w.Header()), asked: len(r.Header), entered: time.Now()}
			v.r = r.WithContext(context.WithValue(r.Context(), filterVisitKey{}, v))
			filtered.ServeHTTP(w, v.r)
			if !v.passed {
				v.answered(r.Context(), p, where)
			}
		})
	}
}

// filterVisit is a request's visit to a filter: what came in, to be compared with what the filter passes on.
type filterVisit struct {
	w           http.ResponseWriter
	r           *http.Request
	body        any
	sent, asked int // headers
	entered     time.Time
	passed      bool // to the next handler
}

type filterVisitKey struct{}

// filterNext is the handler behind a filter.
type filterNext struct {
	name string
	next http.Handler
}

func (n filterNext) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if v, ok := r.Context().Value(filterVisitKey{}).(*filterVisit); ok && !v.passed {
		v.passed = true
		if v.changed(w, r) {
			trace.SpanFromContext(r.Context()).AddEvent("filter", trace.WithAttributes(attrFilter.String(n.name)))
		}
	}
	n.next.ServeHTTP(w, r)
}

// changed tells whether the filter passed on something else than it got.
func (v *filterVisit) changed(w http.ResponseWriter, r *http.Request) bool {
	return r != v.r || w != v.w || r.Body != v.body || len(w.Header()) != v.sent || len(r.Header) != v.asked
}

// answered is a hop for a filter that answered in place of the handlers behind it.
func (v *filterVisit) answered(ctx context.Context, p server.NamedFilter, where Where) {
	_, h := begin(ctx, "server", func() Where { return where }, func() string { return p.Name + ": " + p.Purpose }, trace.WithTimestamp(v.entered))
	h.end(nil, func() string { return "the request ends here" })
}

// filterHop makes a hop of every request's visit to a filter.
func filterHop(p server.NamedFilter, where Where) server.Filter {
	return func(next http.Handler) http.Handler {
		filtered := p.Filter(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, h := begin(r.Context(), "server", func() Where { return where }, func() string { return p.Name + ": " + p.Purpose })
			if h == nil {
				filtered.ServeHTTP(w, r)
				return
			}
			answer := &answer{ResponseWriter: w}
			filtered.ServeHTTP(answer, r.WithContext(ctx))
			h.end(nil, answer.String)
		})
	}
}
