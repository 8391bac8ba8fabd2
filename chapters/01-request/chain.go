package request

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Request is a chain under construction. Each call adds one piece and returns the same Request. A call that makes no
// sense is remembered instead: the first mistake is what Do, DoRaw, Stream and Watch return, and no call after it
// has an effect on the path. Upstream: rest.Request.
type Request struct {
	c        *RESTClient
	verb     string
	location location
	params   url.Values
	headers  http.Header

	body   []byte    // sent again by each retry
	reader io.Reader // in place of body; can be sent only once

	timeout    time.Duration
	maxRetries int
	err        error // the first mistake
}

const defaultMaxRetries = 10

// mistake remembers the first error of the chain.
func (r *Request) mistake(err error) *Request {
	if r.err == nil {
		r.err = err
	}
	return r
}

// segment checks that value can stand between two slashes.
func (r *Request) segment(what, value string) bool {
	if problems := content.IsPathSegmentName(value); len(problems) != 0 {
		r.mistake(fmt.Errorf("invalid %s %q: %v", what, value, problems))
	}
	return r.err == nil
}

// once checks that a piece has not been set before.
func (r *Request) once(what, old, value string) bool {
	if old != "" {
		r.mistake(fmt.Errorf("%s already set to %q, cannot change to %q", what, old, value))
	}
	return r.err == nil
}

// Namespace narrows the request to one namespace. The empty namespace means all of them.
func (r *Request) Namespace(namespace string) *Request {
	if r.location.inNamespace {
		return r.mistake(fmt.Errorf("namespace already set to %q, cannot change to %q", r.location.namespace, namespace))
	}
	if r.segment("namespace", namespace) {
		r.location.namespace, r.location.inNamespace = namespace, true
	}
	return r
}

// NamespaceIfScoped is Namespace for a caller who handles resources of both scopes.
func (r *Request) NamespaceIfScoped(namespace string, scoped bool) *Request {
	if !scoped {
		return r
	}
	return r.Namespace(namespace)
}

// Resource is the plural name of a resource: pods.
func (r *Request) Resource(resource string) *Request {
	if r.once("resource", r.location.resource, resource) && r.segment("resource", resource) {
		r.location.resource = resource
	}
	return r
}

// Name is the name of one object.
func (r *Request) Name(name string) *Request {
	if name == "" {
		return r.mistake(fmt.Errorf("resource name may not be empty"))
	}
	if r.once("resource name", r.location.name, name) && r.segment("resource name", name) {
		r.location.name = name
	}
	return r
}

// SubResource is a path below one object: status, log, or several segments.
func (r *Request) SubResource(segments ...string) *Request {
	if !r.once("subresource", r.location.subresource, path.Join(segments...)) {
		return r
	}
	for _, s := range segments {
		if !r.segment("subresource", s) {
			return r
		}
	}
	r.location.subresource = path.Join(segments...)
	return r
}

// Prefix adds segments between the group version and the namespace (proxy, watch: both deprecated).
func (r *Request) Prefix(segments ...string) *Request {
	if r.err == nil {
		r.location.prefix = path.Join(r.location.prefix, path.Join(segments...))
	}
	return r
}

// Suffix adds segments at the end: what a proxied pod is asked for.
func (r *Request) Suffix(segments ...string) *Request {
	if r.err == nil {
		r.location.suffix = path.Join(r.location.suffix, path.Join(segments...))
	}
	return r
}

// AbsPath replaces the group version's path: AbsPath("/readyz"). Names and resources still follow it. A single segment
// keeps its trailing slash. What the server's own URL has as path stays in front.
func (r *Request) AbsPath(segments ...string) *Request {
	if r.err == nil {
		r.location.prefix = r.c.below(segments...)
	}
	return r
}

// RequestURI replaces path and parameters with those of a URI relative to the server: a link that a server gave.
func (r *Request) RequestURI(uri string) *Request {
	parsed, err := url.Parse(uri)
	if err != nil {
		return r.mistake(err)
	}
	if r.err == nil {
		r.AbsPath(parsed.Path)
		r.params = parsed.Query()
	}
	return r
}

// Param adds a query parameter. A name may occur more than once.
func (r *Request) Param(name, value string) *Request {
	if r.err == nil {
		r.addParams(name, value)
	}
	return r
}

func (r *Request) addParams(name string, values ...string) {
	if r.params == nil {
		r.params = url.Values{}
	}
	r.params[name] = append(r.params[name], values...)
}

// VersionedParams adds the fields of an options object (metav1.ListOptions) that are not empty as query parameters, in
// the client's group version. A nil codec is metav1.ParameterCodec.
func (r *Request) VersionedParams(options runtime.Object, codec runtime.ParameterCodec) *Request {
	if r.err != nil {
		return r
	}
	if codec == nil {
		codec = metav1.ParameterCodec
	}
	params, err := codec.EncodeParameters(options, r.c.config.GroupVersion)
	if err != nil {
		return r.mistake(err)
	}
	for name, values := range params {
		r.addParams(name, values...)
	}
	return r
}

// SetHeader replaces the values of a header.
func (r *Request) SetHeader(key string, values ...string) *Request {
	r.headers[http.CanonicalHeaderKey(key)] = slices.Clone(values)
	return r
}

// Timeout ends Do and DoRaw after d, and tells the server so with the parameter timeout. Watch and Stream only tell the
// server. Zero: no limit.
func (r *Request) Timeout(d time.Duration) *Request {
	if r.err == nil {
		r.timeout = d
	}
	return r
}

// MaxRetries limits how often the request is sent again when the server says Retry-After. The default is 10; 0: never.
func (r *Request) MaxRetries(n int) *Request {
	r.maxRetries = max(n, 0)
	return r
}

// Error is the first mistake of the chain so far, nil if there is none.
func (r *Request) Error() error { return r.err }
