package installer

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/emicklei/go-restful/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// ServiceErrorHandler returns the handler of requests without a route: it answers with a Status (404, 405, 406, 415).
// Upstream: server.serviceErrorHandler.
func ServiceErrorHandler(codecs *kinds.Codecs) restful.ServiceErrorHandleFunction {
	return serviceError(codecs, nil)
}

// serviceError is ServiceErrorHandler, but next, if it is not nil, serves requests outside of all WebServices.
func serviceError(codecs *kinds.Codecs, next http.Handler) restful.ServiceErrorHandleFunction {
	return func(e restful.ServiceError, req *restful.Request, resp *restful.Response) {
		if next != nil && e.Message == noWebService {
			next.ServeHTTP(resp.ResponseWriter, req.Request)
			return
		}
		writeStatus(resp.ResponseWriter, req.Request, codecs, e.Code, e.Message)
	}
}

// writeStatus answers with the generic Status of a code. Only 406 and 415 use the message.
func writeStatus(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, code int, message string) {
	ErrorNegotiated(w, r, codecs, apierrors.NewGenericServerResponse(code, "", schema.GroupResource{}, "", message, 0, false))
}

// ErrorNegotiated answers with err's Status (500 if it has none), in the media type that the client accepts, or as
// indented JSON if the client accepts none of the server's. Upstream: responsewriters.ErrorNegotiated.
func ErrorNegotiated(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, err error) {
	status := statusOf(err)
	if status.Details != nil && status.Details.RetryAfterSeconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(status.Details.RetryAfterSeconds)))
	}
	contentType, body := runtime.ContentTypeJSON, []byte(nil)
	form, err := codecs.NegotiateOutputMediaType(r.Header.Get("Accept"), nil)
	if err == nil {
		contentType = form.ContentType()
		body, err = encode(&status, form, r)
	} else {
		body, err = json.MarshalIndent(&status, "", "  ")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(int(status.Code))
	w.Write(body) // an error means that the client has disconnected
}

func statusOf(err error) metav1.Status {
	status := metav1.Status{Status: metav1.StatusFailure, Code: http.StatusInternalServerError, Message: err.Error()}
	var known apierrors.APIStatus
	if errors.As(err, &known) {
		status = known.Status()
	}
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	return status
}
