package exercise

import (
	"log/slog"
	"net/http"

	"kubepath/internal/exercise"
)

// Plug puts your filter next to the API, and behind it something that panics when it is asked to.
func Plug() exercise.Plug {
	catch := Recover(func(reason any, stack []byte) { slog.Error("caught", "panic", reason, "stack", string(stack)) })
	return exercise.Plug{Filter: func(next http.Handler) http.Handler { return catch(panicOnRequest(next)) }}
}

// panicOnRequest panics before the answer (?panic=early) or amid of it (?panic=late).
func panicOnRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		when := r.URL.Query().Get("panic")
		if when == "early" {
			panic("you asked for it")
		}
		next.ServeHTTP(w, r)
		if when == "late" {
			panic("you asked for it, late")
		}
	})
}
