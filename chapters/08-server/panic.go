package server

import (
	"errors"
	"net/http"
	"runtime/debug"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

var errPanicked = errors.New("This request caused apiserver to panic. Look in the logs for details.") //lint:ignore ST1005 clients see it

// recoverPanics keeps a panic inside of the request that caused it: it is logged, with its stack, and answered with
// 500. Where the answer had begun already, the connection is cut, so that the client does not take a part for the whole.
//
// Upstream: filters.WithPanicRecovery, which answers in plain text.
func (s *GenericAPIServer) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := record(w)
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if err, ok := reason.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(http.ErrAbortHandler) // meant: net/http cuts the connection without a word
			}
			s.config.ErrorLog.Error("apiserver panicked", "panic", reason, "method", r.Method, "uri", r.RequestURI,
				"auditID", AuditID(r), "stack", string(debug.Stack()))
			if answer.status != 0 {
				panic(http.ErrAbortHandler)
			}
			internal := apierrors.NewInternalError(errPanicked)
			internal.ErrStatus.Message = errPanicked.Error()
			writeStatus(answer, internal)
		}()
		next.ServeHTTP(answer, r)
	})
}
