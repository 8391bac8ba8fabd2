package trace

import (
	"fmt"
	"net/http"

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
