package exercise

import (
	"log/slog"
	"net/http"

	installer "kubepath/chapters/03-installer"
	"kubepath/internal/tools/exercise"
)

// filter is called through a variable, where it is not inlined: so a trace finds your function by its name.
var filter = Recover

// Plug puts your filter next to the API, and into the API's routes something that panics when it is asked to.
func Plug() exercise.Plug {
	log := func(reason any, stack []byte) { slog.Error("caught", "panic", reason, "stack", string(stack)) }
	return exercise.Plug{
		Filter:     filter(log),
		Middleware: func(_ *installer.Action, next http.Handler) http.Handler { return panicOnRequest(next) },
	}
}

// panicOnRequest panics before the answer (?panic=early) or amid of it (?panic=late).
func panicOnRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("panic") {
		case "early":
			panic("you asked for it")
		case "late":
			w = halfWriter{w}
		}
		next.ServeHTTP(w, r)
	})
}

// halfWriter panics when half of what is first written was sent.
type halfWriter struct{ http.ResponseWriter }

func (h halfWriter) Write(data []byte) (int, error) {
	if _, err := h.ResponseWriter.Write(data[:len(data)/2]); err != nil {
		return 0, err
	}
	http.NewResponseController(h.ResponseWriter).Flush()
	panic("you asked for it, late")
}
