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

// withPanicRecovery recovers from a panic of the handler: it logs the panic with its stack, and answers 500. If the
// response has already begun, it aborts the connection, so that the client notices that the response is incomplete.
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
				panic(http.ErrAbortHandler) // intended: net/http aborts the connection and does not log it
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

// writeError answers with an error's Status in the media type that the client accepts.
func (s *GenericAPIServer) writeError(w http.ResponseWriter, r *http.Request, err *apierrors.StatusError) {
	rest.ErrorNegotiated(w, r, s.config.Codecs, err)
}

// writeStatus answers with an error's Status as JSON, without negotiation: for responses that must not fail.
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
	body, _ = json.Marshal(status) // cannot fail for a Status
	return int(status.Code), append(body, '\n')
}

// writeJSON answers with indented JSON. Upstream: responsewriters.WriteRawJSON.
func writeJSON(w http.ResponseWriter, document any) {
	body, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(body)
}
