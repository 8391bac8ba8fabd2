package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	rest "kubepath/chapters/04-rest"
)

var errPanicked = errors.New("This request caused apiserver to panic. Look in the logs for details.") //lint:ignore ST1005 clients see it

// withPanicRecovery keeps a panic inside of the request that caused it: it is logged, with its stack, and answered with
// 500. Where the answer had begun already, the connection is cut, so that the client does not take a part for the whole.
//
// Upstream: filters.WithPanicRecovery, which answers in plain text.
func (s *GenericAPIServer) withPanicRecovery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := newResponseRecorder(w)
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

// writeError answers with an error's Status in the form that the client accepts.
func (s *GenericAPIServer) writeError(w http.ResponseWriter, r *http.Request, err *apierrors.StatusError) {
	rest.ErrorNegotiated(w, r, s.config.Codecs, err)
}

// writeStatus answers with an error's Status as JSON, whatever the client accepts: for answers that must not fail.
func writeStatus(w http.ResponseWriter, err *apierrors.StatusError) {
	code, body := encodeStatus(err)
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if details := err.ErrStatus.Details; details != nil && details.RetryAfterSeconds > 0 {
		header.Set("Retry-After", strconv.Itoa(int(details.RetryAfterSeconds)))
	}
	w.WriteHeader(code)
	w.Write(body)
}

func encodeStatus(err *apierrors.StatusError) (code int, body []byte) {
	status := rest.ErrorToAPIStatus(err)
	body, _ = json.Marshal(status) // a Status holds nothing that JSON cannot
	return int(status.Code), append(body, '\n')
}

// writeJSON answers with a document that people read too. Upstream: responsewriters.WriteRawJSON.
func writeJSON(w http.ResponseWriter, document any) {
	body, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}
