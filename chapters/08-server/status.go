package server

import (
	"encoding/json"
	"net/http"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	rest "kubepath/chapters/04-rest"
)

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
