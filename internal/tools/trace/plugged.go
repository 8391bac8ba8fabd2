package trace

import (
	"fmt"
	"net/http"

	"go.opentelemetry.io/otel/propagation"

	installer "kubepath/chapters/03-installer"
)

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
