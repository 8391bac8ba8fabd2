package exercise

import (
	"net/http"
	"runtime/debug"

	server "kubepath/chapters/08-server"
)

// Recover is the filter that keeps a panic inside of the request that caused it. log is told what the handler panicked
// with, and the stack as debug.Stack has it.
func Recover(log func(reason any, stack []byte)) server.Filter {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := observe(w)
			defer func() {
				reason := recover()
				if reason == nil {
					return
				}
				if reason == http.ErrAbortHandler {
					panic(http.ErrAbortHandler)
				}
				log(reason, debug.Stack())
				if answer.begun {
					panic(http.ErrAbortHandler)
				}
				internalError(answer)
			}()
			next.ServeHTTP(answer, r)
		})
	}
}
