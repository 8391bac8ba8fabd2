package trace

import (
	"net/http"

	server "kubepath/chapters/08-server"
)

// Filter makes a hop of a filter of the handler chain.
func Filter(f server.Filter) server.Filter {
	where := ofFunc(f)
	return func(next http.Handler) http.Handler {
		filtered := f(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, h := begin(r.Context(), "server", func() Where { return where }, func() string { return r.Method + " " + r.URL.RequestURI() })
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
