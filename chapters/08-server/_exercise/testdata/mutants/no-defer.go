package exercise

import (
	"net/http"
	"strings"

	installer "kubepath/chapters/03-installer"
	server "kubepath/chapters/08-server"
)

// LimitInFlight is the filter that lets at most readOnly reads and at most mutating other requests in at once, and
// refuses one more.
func LimitInFlight(readOnly, mutating int) server.Filter {
	reads, writes := make(chan struct{}, readOnly), make(chan struct{}, mutating)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			info, _ := installer.RequestInfoFrom(r.Context())
			if server.IsLongRunning(info) || asksForHealth(info.Path) {
				next.ServeHTTP(w, r)
				return
			}
			places := writes
			switch info.Verb {
			case "get", "list", "watch":
				places = reads
			}
			select {
			case places <- struct{}{}:
				next.ServeHTTP(w, r)
				<-places
			default:
				w.Header().Set("Retry-After", "1")
				http.Error(w, tooMany, http.StatusTooManyRequests)
			}
		})
	}
}

func asksForHealth(path string) bool {
	for _, question := range []string{"/healthz", "/livez", "/readyz"} {
		if path == question || strings.HasPrefix(path, question+"/") {
			return true
		}
	}
	return false
}

// tooMany is what clients are told, word for word.
const tooMany = "Too many requests, please try again later."
