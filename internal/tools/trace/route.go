package trace

import (
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/propagation"

	installer "kubepath/chapters/03-installer"
)

// Route is the middleware of every route: a hop for the place where the path met its function, and one for the
// function. It is server.Config.Middleware's entry.
func Route(a *installer.Action, next http.Handler) http.Handler {
	met, function := ofFunc(a.AddedBy), handler(a.MadeBy, next)
	route := fmt.Sprintf("%s %s is the verb %s", a.Method, a.Path, a.Name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, matched := begin(r.Context(), "installer", func() Where { return met }, func() string { return route })
		if matched == nil {
			next.ServeHTTP(w, r)
			return
		}
		ctx, handled := begin(ctx, "rest", func() Where { return function }, func() string { return body(r) })
		answer := &answer{ResponseWriter: w}
		if a.LongRunning {
			answer.frames = passes(ctx, "rest")
		}
		next.ServeHTTP(answer, r.WithContext(ctx))
		handled.end(nil, answer.String)
		matched.end(nil, func() string { return fmt.Sprintf("%d, from %s", answer.status, function.Func) })
	})
}

// body says what a request carries.
func body(r *http.Request) string {
	if r.ContentLength == 0 {
		return "no body"
	}
	mediaType := r.Header.Get("Content-Type")
	if mediaType == "" {
		mediaType = "application/json"
	}
	if r.ContentLength < 0 {
		return mediaType
	}
	return fmt.Sprintf("%d bytes of %s", r.ContentLength, mediaType)
}

// answer counts what a handler writes.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
	frames *passing // of a watch: each write is one
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(data []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.frames != nil && a.status == http.StatusOK {
		a.frames.note(caller(), fmt.Sprintf("a frame of %d bytes: %.40s...", len(data), data))
	}
	n, err := a.ResponseWriter.Write(data)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what lies below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) String() string {
	return fmt.Sprintf("%d %s, %d bytes of %s", a.status, http.StatusText(a.status), a.bytes, a.Header().Get("Content-Type"))
}

// RoundTripper makes a hop of a transport that a learner put between the client and the network.
func RoundTripper(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (response *http.Response, err error) {
		ctx, h := begin(r.Context(), "request", func() Where { return method(next, "RoundTrip") },
			func() string { return r.Method + " " + r.URL.RequestURI() })
		if h == nil {
			return next.RoundTrip(r)
		}
		r = r.Clone(ctx)
		propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(r.Header)) // the server's hops lie inside of this one
		response, err = next.RoundTrip(r)
		h.end(err, func() string { return fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode)) })
		return response, err
	})
}

// Middleware makes a hop of a middleware of the routes.
func Middleware(m installer.Middleware) installer.Middleware {
	where := ofFunc(m)
	return func(a *installer.Action, next http.Handler) http.Handler {
		wrapped := m(a, next)
		in := fmt.Sprintf("around the verb %s of %s", a.Verb.Name, a.Path)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, h := begin(r.Context(), "installer", func() Where { return where }, func() string { return in })
			if h == nil {
				wrapped.ServeHTTP(w, r)
				return
			}
			answer := &answer{ResponseWriter: w}
			wrapped.ServeHTTP(answer, r.WithContext(ctx))
			h.end(nil, answer.String)
		})
	}
}
