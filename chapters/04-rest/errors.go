package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// ErrorToAPIStatus returns the Status for err: the error's own Status if it has one, 504 Timeout if the context has
// ended, else a 500 with the error's text and without a reason.
// Upstream: responsewriters.ErrorToAPIStatus.
func ErrorToAPIStatus(err error) *metav1.Status {
	status := statusFrom(err)
	status.TypeMeta = metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}
	if status.Status == "" {
		status.Status = metav1.StatusFailure
	}
	if status.Code == 0 {
		status.Code = http.StatusInternalServerError
		if status.Status == metav1.StatusSuccess {
			status.Code = http.StatusOK
		}
	}
	return &status
}

func statusFrom(err error) metav1.Status {
	var api apierrors.APIStatus
	switch {
	case errors.As(err, &api):
		return api.Status()
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		text := fmt.Sprintf("request did not complete within requested timeout - %v", err)
		return apierrors.NewTimeoutError(text, 0).Status()
	}
	return metav1.Status{Code: http.StatusInternalServerError, Message: err.Error()}
}

// ErrorNegotiated answers with the Status of err in the media type that the client accepts, or as JSON if it accepts
// none. Upstream: responsewriters.ErrorNegotiated.
func ErrorNegotiated(w http.ResponseWriter, r *http.Request, codecs *kinds.Codecs, err error) {
	installer.ErrorNegotiated(w, r, codecs, &apierrors.StatusError{ErrStatus: *ErrorToAPIStatus(err)})
}

// notAcceptable returns a 406 with any message; apimachinery has no constructor for it.
func notAcceptable(format string, args ...any) error {
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusNotAcceptable,
		Reason:  metav1.StatusReasonNotAcceptable,
		Message: fmt.Sprintf(format, args...),
	}}
}

// newInvalidOptions returns the 422 for invalid options, with a cause for each error; nil if there are no errors.
func newInvalidOptions(options string, errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	return NewInvalid(schema.GroupKind{Group: metav1.GroupName, Kind: options}, "", errs)
}

// maxCauses limits the total size of the causes of a 422, in bytes. Further causes are only counted.
const maxCauses = 1 << 20

// NewInvalid returns the same 422 as apierrors.NewInvalid, with a cause for each error. Its time is linear in the
// number of errors; upstream's is quadratic: a body of 10 KB with 4,000 empty containers takes seconds and gigabytes.
func NewInvalid(kind schema.GroupKind, name string, errs field.ErrorList) *apierrors.StatusError {
	invalid := apierrors.NewInvalid(kind, name, nil)
	var messages []string
	seen := map[string]bool{}
	size := 0
	for i, err := range errs {
		cause := metav1.StatusCause{Type: metav1.CauseType(err.Type), Message: err.ErrorBody(), Field: err.Field}
		if size += len(cause.Field) + len(cause.Message); size > maxCauses && i > 0 {
			messages = append(messages, fmt.Sprintf("and %d more", len(errs)-i))
			break
		}
		invalid.ErrStatus.Details.Causes = append(invalid.ErrStatus.Details.Causes, cause)
		if message := err.Error(); !seen[message] {
			seen[message] = true
			messages = append(messages, message)
		}
	}
	text := strings.Join(messages, ", ")
	if len(messages) > 1 {
		text = "[" + text + "]"
	}
	if len(messages) > 0 {
		invalid.ErrStatus.Message += ": " + text
	}
	return invalid
}
