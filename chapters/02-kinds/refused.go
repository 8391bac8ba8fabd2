package kinds

import (
	"errors"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// Errors of negotiation. What the negotiations of Codecs return wraps one of them and is an
// apierrors.APIStatus with upstream's code, reason and message.
var (
	ErrNotAcceptable        = errors.New("not acceptable")         // 406
	ErrUnsupportedMediaType = errors.New("unsupported media type") // 415
)

// NegotiationError is a negotiation that failed: the client and the server have no format in common.
// Upstream: negotiation.NewNotAcceptableError, NewUnsupportedMediaTypeError.
type NegotiationError struct {
	Err     error // ErrNotAcceptable or ErrUnsupportedMediaType
	Message string
}

var _ apierrors.APIStatus = (*NegotiationError)(nil)

// NewNotAcceptableError refuses to answer in any other format than those given (406).
func NewNotAcceptableError(types ...string) error {
	return &NegotiationError{ErrNotAcceptable, "only the following media types are accepted: " + strings.Join(types, ", ")}
}

// NewUnsupportedMediaTypeError refuses to read a body in any other format than those given (415). Chapter 12 gives those of
// patches.
func NewUnsupportedMediaTypeError(types ...string) error {
	return &NegotiationError{ErrUnsupportedMediaType,
		"the body of the request was in an unknown format - accepted media types include: " + strings.Join(types, ", ")}
}

func (r *NegotiationError) Error() string { return r.Message }

// Unwrap names the sentinel, for errors.Is.
func (r *NegotiationError) Unwrap() error { return r.Err }

// Status is the body of the answer.
func (r *NegotiationError) Status() metav1.Status {
	s := metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusNotAcceptable,
		Reason:  metav1.StatusReasonNotAcceptable,
		Message: r.Message,
	}
	if errors.Is(r.Err, ErrUnsupportedMediaType) {
		s.Code, s.Reason = http.StatusUnsupportedMediaType, metav1.StatusReasonUnsupportedMediaType
	}
	return s
}
