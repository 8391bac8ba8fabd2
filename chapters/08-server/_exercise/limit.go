package exercise

import (
	"net/http"

	server "kubepath/chapters/08-server"
	"kubepath/internal/tools/exercise"
)

// LimitInFlight is the filter that lets at most readOnly reads and at most mutating other requests in at once, and
// refuses one more.
func LimitInFlight(readOnly, mutating int) server.Filter {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// TODO(you): who takes no place goes to next. Who finds one goes to next and gives it back, whatever
			// happens there. Who finds none: w.Header().Set("Retry-After", "1") and http.Error with tooMany and
			// http.StatusTooManyRequests. Where do the places live, so that all requests share them?
			http.Error(w, exercise.ErrTODO.Error(), http.StatusNotImplemented)
		})
	}
}

// tooMany is what clients are told, word for word.
const tooMany = "Too many requests, please try again later."
