package rest

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// ReadBody reads the request's body, up to the endpoint's limit. One that would be much longer in memory is refused as
// well. The caller frees it.
func (c *Call) ReadBody() (*Body, error) {
	limit := cmp.Or(c.MaxRequestBodyBytes, defaultMaxBody)
	body, err := ReadBody(c.Request, limit)
	if err != nil {
		return nil, err
	}
	if err := kinds.CheckExpansion(c.Request.Header.Get("Content-Type"), body.Bytes, limit); err != nil {
		body.Free()
		return nil, err
	}
	return body, nil
}

// InputSerializer is the row of the media types in which the body is written; an unknown one is a 415.
func (c *Call) InputSerializer() (*kinds.SerializerInfo, error) {
	return c.Codecs.NegotiateInputSerializer(c.Request.Header.Get("Content-Type"))
}

// Decode reads body as an object of the endpoint's kind. fieldValidation says what becomes of unknown and repeated
// fields: Strict refuses them, Ignore drops them, Warn ("" too) drops them and warns. A body that is no object, or one of
// another kind or version, is a 400.
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
		return nil, c.undecodable(err, kind, body)
	}
	return obj, c.checkVersion(kind)
}

// undecodable says what could not be read: the kind that the body names or, where it names none, the start of the
// body. Upstream: handlers.transformDecodeError.
func (c *Call) undecodable(err error, kind schema.GroupVersionKind, body []byte) error {
	if kind.Kind != "" {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v",
			kind.Kind, kind.Version, c.Kind.Kind, err))
	}
	return apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v (%s)",
		c.Kind.Kind, err, summary(body)))
}

// checkVersion refuses a body whose kind is the endpoint's in another group or version, unless the storage accepts it.
func (c *Call) checkVersion(kind schema.GroupVersionKind) error {
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

// AddStrictDecodingWarnings adds a warning for each; the YAML reader puts several into one error, a line each.
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

// summary is the start of a body, for a message: text where it may be JSON, else hexadecimal.
func summary(body []byte) string {
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
