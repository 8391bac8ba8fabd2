package kinds

import (
	"mime"
	"net/url"
	"strconv"
	"strings"

	"github.com/munnerz/goautoneg"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// streamWatch is the parameter by which a media type names its stream form.
const streamWatch = ";stream=watch"

// MediaTypeOptions is one way to write an object that a client accepts. Upstream: negotiation.MediaTypeOptions.
type MediaTypeOptions struct {
	*SerializerInfo
	Pretty bool
	// Convert is the kind that the client asked for in place of the object's own (Table, PartialObjectMetadata,
	// PartialObjectMetadataList, APIGroupDiscoveryList); empty: the object itself.
	Convert schema.GroupVersionKind
}

// NegotiateInputSerializer is the header value for one object in this form.
func (f MediaTypeOptions) ContentType() string { return f.MediaType }

// StreamContentType is the header value for a stream of frames in this form: JSON frames delimit themselves, and
// clients of old expect the plain name for them.
func (f MediaTypeOptions) StreamContentType() string {
	if f.MediaType == runtime.ContentTypeJSON {
		return f.MediaType
	}
	return f.MediaType + streamWatch
}

// NegotiateOutputMediaType finds the best form for a request's NegotiateOutputMediaType header among those that offered allows; offered is asked about
// each kind that the header asks for with as=, v= and g=, and is never asked about an object's own kind; nil offers
// no other kind. Nothing acceptable is ErrNotAcceptable. Upstream: negotiation.NegotiateOutputMediaType.
func (c *Codecs) NegotiateOutputMediaType(header string, offered func(as schema.GroupVersionKind) bool) (MediaTypeOptions, error) {
	form, ok := c.negotiate(header, offered)
	if !ok {
		return MediaTypeOptions{}, NewNotAcceptableError(c.types(false)...)
	}
	return form, nil
}

// NegotiateOutputMediaTypeStream is Accept for a stream of frames: what Accept chooses must have a stream form.
// Upstream: negotiation.NegotiateOutputMediaTypeStream.
func (c *Codecs) NegotiateOutputMediaTypeStream(header string, offered func(as schema.GroupVersionKind) bool) (MediaTypeOptions, error) {
	form, ok := c.negotiate(header, offered)
	if !ok || form.Framer == nil {
		return MediaTypeOptions{}, NewNotAcceptableError(c.types(true)...)
	}
	return form, nil
}

// NegotiateInputSerializer finds the row for a request's Content-Type header; an empty header means the first row, JSON.
// An unknown type is ErrUnsupportedMediaType. Upstream: negotiation.NegotiateInputSerializer.
func (c *Codecs) NegotiateInputSerializer(header string) (*SerializerInfo, error) {
	if header == "" {
		return &c.SupportedMediaTypes[0], nil
	}
	if m := c.row(header); m != nil { // the usual case: a bare name
		return m, nil
	}
	if name, _, err := mime.ParseMediaType(header); err == nil {
		if m := c.row(name); m != nil {
			return m, nil
		}
	}
	return nil, NewUnsupportedMediaTypeError(c.types(false)...)
}

func (c *Codecs) row(mediaType string) *SerializerInfo {
	for i := range c.SupportedMediaTypes {
		if c.SupportedMediaTypes[i].MediaType == mediaType {
			return &c.SupportedMediaTypes[i]
		}
	}
	return nil
}

// negotiate tries the header's clauses, best first, against the rows in their order.
func (c *Codecs) negotiate(header string, offered func(schema.GroupVersionKind) bool) (MediaTypeOptions, bool) {
	if header == "" || header == "*/*" {
		return MediaTypeOptions{SerializerInfo: &c.SupportedMediaTypes[0]}, true
	}
	if m := c.row(header); m != nil {
		return MediaTypeOptions{SerializerInfo: m}, true
	}
	for _, clause := range goautoneg.ParseAccept(header) {
		for i := range c.SupportedMediaTypes {
			if m := &c.SupportedMediaTypes[i]; matches(clause, m.MediaType) {
				if form, ok := m.accept(clause.Params, offered); ok {
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
func (m *SerializerInfo) accept(params map[string]string, offered func(schema.GroupVersionKind) bool) (MediaTypeOptions, bool) {
	form := MediaTypeOptions{SerializerInfo: m, Pretty: params["pretty"] == "1"}
	if stream := params["stream"]; stream != "" && (stream != "watch" || m.Framer == nil) {
		return MediaTypeOptions{}, false
	}
	if params["sv"] != "" { // a version of the server's own group: no server has ever had one
		return MediaTypeOptions{}, false
	}
	as := schema.GroupVersionKind{Group: params["g"], Version: params["v"], Kind: params["as"]}
	if !named(params, "as", "g", "v") {
		return form, true
	}
	form.Convert = as
	return form, offered != nil && offered(as)
}

func named(params map[string]string, keys ...string) bool {
	for _, key := range keys {
		if _, ok := params[key]; ok {
			return true
		}
	}
	return false
}

// humans are the beginnings of the User-Agent of clients behind which a person sits.
var humans = []string{"curl", "Wget", "Mozilla/5.0"}

// IsPrettyPrint reports whether a request without pretty=1 in its Accept header wants indented output all the same: by
// ?pretty=, or, where the query does not say, because a person reads the answer. Upstream: negotiation.isPrettyPrint.
func IsPrettyPrint(u *url.URL, userAgent string) bool {
	if u != nil && strings.Contains(u.RawQuery, "pretty") {
		if said := u.Query().Get("pretty"); said != "" {
			pretty, _ := strconv.ParseBool(said)
			return pretty
		}
	}
	for _, human := range humans {
		if strings.HasPrefix(userAgent, human) {
			return true
		}
	}
	return false
}
