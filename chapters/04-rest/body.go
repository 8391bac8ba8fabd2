package rest

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Body is a request's body in a pooled buffer: a decoded object must not share its memory.
type Body struct {
	Bytes []byte
}

// Free returns the buffer to the pool. Bytes must not be used afterwards.
func (b *Body) Free() {
	if cap(b.Bytes) <= maxPooledBody {
		b.Bytes = b.Bytes[:0]
		bodyPool.Put(b)
	}
}

func (b *Body) read(from io.Reader, limit int64) error {
	for {
		if len(b.Bytes) == cap(b.Bytes) {
			b.Bytes = append(b.Bytes, 0)[:len(b.Bytes)]
		}
		n, err := from.Read(b.Bytes[len(b.Bytes):cap(b.Bytes)])
		b.Bytes = b.Bytes[:len(b.Bytes)+n]
		switch {
		case int64(len(b.Bytes)) > limit:
			return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", limit))
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// ReadBody reads the whole body. A body of more than limit bytes (0: 3 MiB) is a 413. Upstream:
// handlers.limitedReadBody.
func ReadBody(r *http.Request, limit int64) (*Body, error) {
	if limit <= 0 {
		limit = defaultMaxRequestBodyBytes
	}
	b := bodyPool.Get().(*Body)
	if r.Body == nil {
		return b, nil
	}
	// One byte more than announced reads io.EOF without growing the buffer. A long body gets memory only as it arrives.
	if n := min(r.ContentLength, limit, maxInitialBuffer-1); n > 0 && n >= int64(cap(b.Bytes)) {
		b.Bytes = make([]byte, 0, n+1)
	}
	if err := b.read(r.Body, limit); err != nil {
		b.Free()
		return nil, err
	}
	return b, nil
}

// defaultMaxRequestBodyBytes is the maximum size of a body, in bytes. etcd accepts 1.5 MB in a request, and JSON is up
// to twice as long as the stored protobuf. Upstream: server.Config.MaxRequestBodyBytes.
const defaultMaxRequestBodyBytes = 3 * 1024 * 1024

// maxPooledBody is the largest buffer that is returned to the pool.
const maxPooledBody = 512 * 1024

// maxInitialBuffer is the largest buffer that is allocated before the body arrives.
const maxInitialBuffer = 64 * 1024

var bodyPool = sync.Pool{New: func() any { return &Body{} }}

// ReadBody reads the request's body, up to the endpoint's limit. It also refuses a body that would take much more
// memory when decoded. The caller frees it.
func (c *Call) ReadBody() (*Body, error) {
	limit := cmp.Or(c.MaxRequestBodyBytes, defaultMaxRequestBodyBytes)
	body, err := ReadBody(c.Request, limit)
	if err != nil {
		return nil, err
	}
	if err := c.Codecs.CheckBody(c.Request.Header.Get("Content-Type"), body.Bytes, limit); err != nil {
		body.Free()
		return nil, err
	}
	return body, nil
}

// InputSerializer returns the row of the body's media type; an unknown media type is a 415.
func (c *Call) InputSerializer() (*kinds.SerializerInfo, error) {
	return c.Codecs.NegotiateInputSerializer(c.Request.Header.Get("Content-Type"))
}

// Decode decodes body to an object of the endpoint's kind. fieldValidation is for unknown and duplicate fields: Strict
// refuses them, Ignore drops them, Warn (also "") drops them and adds a warning. An invalid body, or one of another
// kind or version, is a 400.
func (c *Call) Decode(media *kinds.SerializerInfo, body []byte, fieldValidation string) (runtime.Object, error) {
	reading := kinds.DecodeOptions{Default: c.Kind, Strict: fieldValidation != metav1.FieldValidationIgnore}
	obj, kind, err := c.Codecs.Decode(media, body, reading)
	if strict, ok := runtime.AsStrictDecodingError(err); ok && obj != nil && fieldValidation != metav1.FieldValidationStrict {
		c.AddStrictDecodingWarnings(strict.Errors())
		err = nil
	}
	if apierrors.IsRequestEntityTooLargeError(err) {
		return nil, err
	}
	if err != nil {
		return nil, c.transformDecodeError(err, kind, body)
	}
	return obj, c.checkGroupVersion(kind)
}

// transformDecodeError makes the 400 for a body that cannot be decoded. The message has the body's kind or, without
// one, the start of the body. Upstream: handlers.transformDecodeError.
func (c *Call) transformDecodeError(err error, kind schema.GroupVersionKind, body []byte) error {
	if kind.Kind != "" {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v",
			kind.Kind, kind.Version, c.Kind.Kind, err))
	}
	return apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v (%s)",
		c.Kind.Kind, err, summarizeData(body)))
}

// checkGroupVersion refuses a body of the endpoint's kind in another group or version, unless the storage accepts that.
func (c *Call) checkGroupVersion(kind schema.GroupVersionKind) error {
	have, want := kind.GroupVersion(), c.Kind.GroupVersion()
	accepted := have == want
	if c.AcceptsGroupVersion != nil {
		accepted = c.AcceptsGroupVersion(have)
	}
	if accepted {
		return nil
	}
	return apierrors.NewBadRequest(fmt.Sprintf(
		"the API version in the data (%s) does not match the expected API version (%s)", have, want))
}

// AddStrictDecodingWarnings adds a warning for each error. The YAML decoder joins several to one error, one line each.
func (c *Call) AddStrictDecodingWarnings(errs []error) {
	for _, err := range errs {
		_, lines, yaml := strings.Cut(err.Error(), "yaml: unmarshal errors:\n")
		if !yaml {
			AddWarning(c.Context, err.Error())
			continue
		}
		for line := range strings.SplitSeq(lines, "\n") {
			AddWarning(c.Context, strings.TrimSpace(line))
		}
	}
}

// summarizeData returns the start of a body for an error message: text if it may be JSON, else hexadecimal.
func summarizeData(body []byte) string {
	const longest = 30
	more := ""
	if len(body) > longest {
		body, more = body[:longest], " ..."
	}
	switch {
	case len(body) == 0:
		return "<empty>"
	case body[0] == '{':
		return string(body) + more
	}
	return hex.EncodeToString(body) + more
}
