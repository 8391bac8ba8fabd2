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
	// Convert is the kind that the client requested instead of the object's own (Table, PartialObjectMetadata,
	// PartialObjectMetadataList, APIGroupDiscoveryList); empty: the object itself.
	Convert schema.GroupVersionKind
}

// AllowsMediaTypeTransform reports whether an object can be served as another kind, which an Accept header requests
// with as=, v= and g=, in the media type of a row. It is not called for the object's own kind. Nil allows no other
// kind. Upstream: negotiation.EndpointRestrictions.
type AllowsMediaTypeTransform func(m *SerializerInfo, as schema.GroupVersionKind) bool

// ContentType returns the Content-Type of one object.
func (f MediaTypeOptions) ContentType() string { return f.MediaType }

// StreamContentType returns the Content-Type of a stream.
func (f MediaTypeOptions) StreamContentType() string {
	return cmp.Or(f.SerializerInfo.StreamContentType, f.streamMediaType())
}

// NegotiateOutputMediaType chooses the media type for a request's Accept header; ErrNotAcceptable if there is none.
// Upstream: negotiation.NegotiateOutputMediaType.
func (c *Codecs) NegotiateOutputMediaType(accept string, allows AllowsMediaTypeTransform) (MediaTypeOptions, error) {
	form, ok := c.negotiate(accept, allows)
	if !ok {
		objects, _ := c.MediaTypes()
		return MediaTypeOptions{}, NewNotAcceptableError(objects...)
	}
	return form, nil
}

// NegotiateOutputMediaTypeStream is NegotiateOutputMediaType for a stream: the media type must have a stream form.
// Upstream: negotiation.NegotiateOutputMediaTypeStream.
func (c *Codecs) NegotiateOutputMediaTypeStream(accept string, allows AllowsMediaTypeTransform) (MediaTypeOptions, error) {
	form, ok := c.negotiate(accept, allows)
	if !ok || !form.HasStream() {
		_, streams := c.MediaTypes()
		return MediaTypeOptions{}, NewNotAcceptableError(streams...)
	}
	return form, nil
}

// NegotiateInputSerializer returns the row for a request's Content-Type header; for an empty header the first row,
// JSON. An unknown media type is ErrUnsupportedMediaType. Upstream: negotiation.NegotiateInputSerializer.
func (c *Codecs) NegotiateInputSerializer(contentType string) (*SerializerInfo, error) {
	if contentType == "" {
		return &c.SupportedMediaTypes[0], nil
	}
	if m := c.row(contentType); m != nil { // the usual case: no parameters
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

// matches reports whether a clause of an Accept header, which may have wildcards, matches the media type.
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

// accept reads the parameters of a clause. It ignores unknown parameters. The clause does not match if it requests a
// stream or a kind that cannot be served.
func (m *SerializerInfo) accept(params map[string]string, allows AllowsMediaTypeTransform) (MediaTypeOptions, bool) {
	form := MediaTypeOptions{SerializerInfo: m, Pretty: params["pretty"] == "1"}
	if stream := params["stream"]; stream != "" && (stream != "watch" || !m.HasStream()) {
		return MediaTypeOptions{}, false
	}
	if params["sv"] != "" { // a server version: no server has ever supported this parameter
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

// interactiveClients are prefixes of the User-Agent of clients that show the response to a person.
var interactiveClients = []string{"curl", "Wget", "Mozilla/5.0"}

// IsPrettyPrint reports whether the response to a request without pretty=1 in its Accept header is indented: because of
// the query parameter pretty, or, without it, because the client is interactive. Upstream: negotiation.isPrettyPrint.
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

// Errors of negotiation. The errors of the Negotiate methods wrap one of them and are an apierrors.APIStatus with
// upstream's code, reason and message.
var (
	ErrNotAcceptable        = errors.New("not acceptable")         // 406
	ErrUnsupportedMediaType = errors.New("unsupported media type") // 415
)

// NegotiationError is the error if the client and the server have no media type in common.
// Upstream: negotiation.NewNotAcceptableError, NewUnsupportedMediaTypeError.
type NegotiationError struct {
	Err     error // ErrNotAcceptable or ErrUnsupportedMediaType
	Message string
}

var _ apierrors.APIStatus = (*NegotiationError)(nil)

// NewNotAcceptableError returns the error (406) for a client that accepts none of the given media types.
func NewNotAcceptableError(types ...string) error {
	return &NegotiationError{ErrNotAcceptable, "only the following media types are accepted: " + strings.Join(types, ", ")}
}

// NewUnsupportedMediaTypeError returns the error (415) for a body in none of the given media types. Chapter 12 calls it
// with those of patches.
func NewUnsupportedMediaTypeError(types ...string) error {
	return &NegotiationError{ErrUnsupportedMediaType,
		"the body of the request was in an unknown format - accepted media types include: " + strings.Join(types, ", ")}
}

func (e *NegotiationError) Error() string { return e.Message }

// Unwrap returns the sentinel, for errors.Is.
func (e *NegotiationError) Unwrap() error { return e.Err }

// Status returns the body of the response.
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
