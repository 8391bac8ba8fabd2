package request

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"

	"k8s.io/apimachinery/pkg/runtime"
)

// Body is what the request sends: a runtime.Object, encoded at once by the client's Codec; []byte, sent as it is; or an
// io.Reader, sent as it is but only once, so that a request with one is never retried. Nil sends nothing.
//
// Upstream also takes a string, and reads the file that it names.
func (r *Request) Body(obj any) *Request {
	if obj == nil || r.err != nil {
		return r
	}
	switch body := obj.(type) {
	case []byte:
		r.body, r.reader = body, nil
	case runtime.Object:
		return r.bodyObject(body)
	case io.Reader:
		r.body, r.reader = nil, body
	default:
		return r.mistake(fmt.Errorf("unknown type used for body: %+v", obj))
	}
	return r
}

var errPatchNotJSON = errors.New("the body of a patch is JSON, but the client writes another media type: pass []byte")

func (r *Request) bodyObject(obj runtime.Object) *Request {
	// A typed nil pointer is no body: callers hand on optional objects.
	if v := reflect.ValueOf(obj); v.Kind() == reflect.Pointer && v.IsNil() {
		return r
	}
	data, contentType, err := r.c.codec.Encode(obj, r.c.config.GroupVersion)
	switch {
	case err != nil:
		return r.mistake(err)
	case r.verb != http.MethodPatch || r.headers.Get("Content-Type") == "":
		r.SetHeader("Content-Type", contentType)
	case contentType != runtime.ContentTypeJSON:
		return r.mistake(errPatchNotJSON)
	}
	r.body, r.reader = data, nil
	return r
}
