package server

import "net/http"

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
