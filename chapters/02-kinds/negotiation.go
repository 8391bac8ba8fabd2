package kinds

import (
	"cmp"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/munnerz/goautoneg"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// MediaTypeOptions is one way to write an object that a client accepts. Upstream: negotiation.MediaTypeOptions.
type MediaTypeOptions struct {
	*SerializerInfo
	Pretty bool
	// Convert is the kind that the client asked for in place of the object's own (Table, PartialObjectMetadata,
	// PartialObjectMetadataList, APIGroupDiscoveryList); empty: the object itself.
	Convert schema.GroupVersionKind
}

// AllowsMediaTypeTransform tells whether an object can be had as another kind, which a clause asks for with as=, v= and g=,
// in the format of a row. It is never asked about the object's own kind. Nil allows no other kind.
// Upstream: negotiation.EndpointRestrictions.
type AllowsMediaTypeTransform func(m *SerializerInfo, as schema.GroupVersionKind) bool

// ContentType is the header value for one object in this form.
func (f MediaTypeOptions) ContentType() string { return f.MediaType }

// StreamContentType is the header value for a stream of frames in this form.
func (f MediaTypeOptions) StreamContentType() string {
	return cmp.Or(f.SerializerInfo.StreamContentType, f.streamMediaType())
}

// NegotiateOutputMediaType finds the best form for a request's Accept header. Nothing acceptable is ErrNotAcceptable.
// Upstream: negotiation.NegotiateOutputMediaType.
func (c *Codecs) NegotiateOutputMediaType(accept string, allows AllowsMediaTypeTransform) (MediaTypeOptions, error) {
	form, ok := c.negotiate(accept, allows)
	if !ok {
		objects, _ := c.MediaTypes()
		return MediaTypeOptions{}, NewNotAcceptableError(objects...)
	}
	return form, nil
}

// NegotiateOutputMediaTypeStream is the same for a stream of frames: what is chosen must have a stream form.
// Upstream: negotiation.NegotiateOutputMediaTypeStream.
func (c *Codecs) NegotiateOutputMediaTypeStream(accept string, allows AllowsMediaTypeTransform) (MediaTypeOptions, error) {
	form, ok := c.negotiate(accept, allows)
	if !ok || !form.HasStream() {
		_, streams := c.MediaTypes()
		return MediaTypeOptions{}, NewNotAcceptableError(streams...)
	}
	return form, nil
}

// NegotiateInputSerializer finds the row for a request's Content-Type header; an empty header means the first row, JSON.
// An unknown type is ErrUnsupportedMediaType. Upstream: negotiation.NegotiateInputSerializer.
func (c *Codecs) NegotiateInputSerializer(contentType string) (*SerializerInfo, error) {
	if contentType == "" {
		return &c.SupportedMediaTypes[0], nil
	}
	if m := c.row(contentType); m != nil { // the usual case: a bare name
		return m, nil
	}
	if name, _, err := mime.ParseMediaType(contentType); err == nil {
		if m := c.row(name); m != nil {
			return m, nil
		}
	}
	objects, _ := c.MediaTypes()
	return nil, NewUnsupportedMediaTypeError(objects...)
}

// negotiate tries the header's clauses, best first, against the rows in their order.
func (c *Codecs) negotiate(header string, allows AllowsMediaTypeTransform) (MediaTypeOptions, bool) {
	if header == "" || header == "*/*" {
		return MediaTypeOptions{SerializerInfo: &c.SupportedMediaTypes[0]}, true
	}
	if m := c.row(header); m != nil {
		return MediaTypeOptions{SerializerInfo: m}, true
	}
	for _, clause := range goautoneg.ParseAccept(header) {
		for i := range c.SupportedMediaTypes {
			if m := &c.SupportedMediaTypes[i]; matches(clause, m.MediaType) {
				if form, ok := m.accept(clause.Params, allows); ok {
					return form, true
				}
			}
		}
	}
	return MediaTypeOptions{}, false
}

// matches reports whether a clause, which may have wildcards, means the media type.
func matches(clause goautoneg.Accept, mediaType string) bool {
	kind, sub, _ := strings.Cut(mediaType, "/")
	switch {
	case clause.Type == "*":
		return clause.SubType == "*"
	case clause.Type != kind:
		return false
	}
	return clause.SubType == sub || clause.SubType == "*"
}

// accept reads the parameters of a clause. Unknown parameters mean nothing; a stream or a kind that cannot be had
// rules the clause out.
func (m *SerializerInfo) accept(params map[string]string, allows AllowsMediaTypeTransform) (MediaTypeOptions, bool) {
	form := MediaTypeOptions{SerializerInfo: m, Pretty: params["pretty"] == "1"}
	if stream := params["stream"]; stream != "" && (stream != "watch" || !m.HasStream()) {
		return MediaTypeOptions{}, false
	}
	if params["sv"] != "" { // a version of the server's own group: no server has ever had one
		return MediaTypeOptions{}, false
	}
	as := schema.GroupVersionKind{Group: params["g"], Version: params["v"], Kind: params["as"]}
	if !hasAny(params, "as", "g", "v") {
		return form, true
	}
	form.Convert = as
	return form, allows != nil && allows(m, as)
}

func hasAny(params map[string]string, keys ...string) bool {
	for _, key := range keys {
		if _, ok := params[key]; ok {
			return true
		}
	}
	return false
}

// interactiveClients are the beginnings of the User-Agent of clients behind which a person sits.
var interactiveClients = []string{"curl", "Wget", "Mozilla/5.0"}

// IsPrettyPrint reports whether a request without pretty=1 in its Accept header wants indented output all the same: by
// ?pretty=, or, where the query does not say, because a person reads the answer. Upstream: negotiation.isPrettyPrint.
func IsPrettyPrint(u *url.URL, userAgent string) bool {
	if u != nil && strings.Contains(u.RawQuery, "pretty") {
		if value := u.Query().Get("pretty"); value != "" {
			pretty, _ := strconv.ParseBool(value)
			return pretty
		}
	}
	for _, client := range interactiveClients {
		if strings.HasPrefix(userAgent, client) {
			return true
		}
	}
	return false
}

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

func (e *NegotiationError) Error() string { return e.Message }

// Unwrap names the sentinel, for errors.Is.
func (e *NegotiationError) Unwrap() error { return e.Err }

// Status is the body of the answer.
func (e *NegotiationError) Status() metav1.Status {
	s := metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    http.StatusNotAcceptable,
		Reason:  metav1.StatusReasonNotAcceptable,
		Message: e.Message,
	}
	if errors.Is(e.Err, ErrUnsupportedMediaType) {
		s.Code, s.Reason = http.StatusUnsupportedMediaType, metav1.StatusReasonUnsupportedMediaType
	}
	return s
}
