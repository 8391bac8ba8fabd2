package request

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Request is a request that is being built. Each method adds one piece and returns the same Request. The Request stores
// the first error: Do, DoRaw, Stream and Watch return it, and later calls do not change the path. Upstream:
// rest.Request.
type Request struct {
	c        *RESTClient
	verb     string
	location location
	params   url.Values
	headers  http.Header

	body   []byte    // sent again by each retry
	reader io.Reader // used instead of body; can be sent only once

	timeout    time.Duration
	maxRetries int
	err        error // the first error of the chain
}

const defaultMaxRetries = 10

// mistake stores err if it is the first error of the chain.
func (r *Request) mistake(err error) *Request {
	if r.err == nil {
		r.err = err
	}
	return r
}

// segment checks that value is a valid path segment.
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

// Namespace limits the request to one namespace. The empty namespace means all namespaces.
func (r *Request) Namespace(namespace string) *Request {
	if r.location.inNamespace {
		return r.mistake(fmt.Errorf("namespace already set to %q, cannot change to %q", r.location.namespace, namespace))
	}
	if r.segment("namespace", namespace) {
		r.location.namespace, r.location.inNamespace = namespace, true
	}
	return r
}

// NamespaceIfScoped calls Namespace if scoped is true, for callers that handle namespaced and cluster-scoped resources.
func (r *Request) NamespaceIfScoped(namespace string, scoped bool) *Request {
	if !scoped {
		return r
	}
	return r.Namespace(namespace)
}

// Resource sets the plural name of a resource: pods.
func (r *Request) Resource(resource string) *Request {
	if r.once("resource", r.location.resource, resource) && r.segment("resource", resource) {
		r.location.resource = resource
	}
	return r
}

// Name sets the name of one object.
func (r *Request) Name(name string) *Request {
	if name == "" {
		return r.mistake(fmt.Errorf("resource name may not be empty"))
	}
	if r.once("resource name", r.location.name, name) && r.segment("resource name", name) {
		r.location.name = name
	}
	return r
}

// SubResource sets the path below one object: status, log, or several segments.
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

// Suffix adds segments at the end, such as the path that a pod's proxy subresource sends to the pod.
func (r *Request) Suffix(segments ...string) *Request {
	if r.err == nil {
		r.location.suffix = path.Join(r.location.suffix, path.Join(segments...))
	}
	return r
}

// AbsPath replaces the group version's path: AbsPath("/readyz"). Namespace, resource and name still follow it. A single
// segment keeps its trailing slash. The path of the server's URL remains the prefix.
func (r *Request) AbsPath(segments ...string) *Request {
	if r.err == nil {
		r.location.prefix = r.c.below(segments...)
	}
	return r
}

// RequestURI replaces path and parameters with those of a URI relative to the server, such as a link in a response.
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

// Param adds a query parameter. A name may be added more than once.
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

// VersionedParams adds the non-empty fields of an options object (metav1.ListOptions) as query parameters, in the
// client's group version. A nil codec means metav1.ParameterCodec.
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

// Timeout ends Do and DoRaw after d, and sends d to the server in the query parameter timeout. Watch and Stream only
// send the parameter. Zero: no limit.
func (r *Request) Timeout(d time.Duration) *Request {
	if r.err == nil {
		r.timeout = d
	}
	return r
}

// MaxRetries limits how often a failed request is sent again. The default is 10; 0: never.
func (r *Request) MaxRetries(n int) *Request {
	r.maxRetries = max(n, 0)
	return r
}

// Error returns the first error of the chain so far.
func (r *Request) Error() error { return r.err }

// Body sets the body of the request: a runtime.Object, which the client's Codec encodes at once; []byte, which is sent
// unchanged; or an io.Reader, which can be read only once, so the request is never retried. Nil: no body.
//
// Upstream also accepts a string, the name of a file to read.
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
	// A typed nil pointer means no body: callers pass optional objects.
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

// location holds the pieces of a request's URL path:
//
//	/api/v1 /namespaces/default /pods     /nginx /status
//	prefix   namespace           resource  name   subresource
//
// Each piece but the prefix may be missing. Without a name, the path is that of a collection; without a namespace, the
// request is for all namespaces or for a cluster-scoped resource.
type location struct {
	prefix      string // begins with a slash
	namespace   string
	inNamespace bool // Namespace was called, perhaps with ""
	resource    string
	name        string
	subresource string
	suffix      string
}

// path joins the pieces that are set.
func (l *location) path() string {
	if *l == (location{prefix: l.prefix, inNamespace: l.inNamespace}) {
		return l.prefix // path.Join would remove a trailing slash
	}
	namespaces := ""
	if l.namespace != "" {
		namespaces = "namespaces"
	}
	return path.Join(l.prefix, namespaces, l.namespace, strings.ToLower(l.resource), l.name, l.subresource, l.suffix)
}

// URL returns the URL that the request has so far. It is valid only while Error returns nil. Upstream:
// rest.Request.URL.
func (r *Request) URL() *url.URL {
	u := *r.c.base
	u.Path = r.location.path()
	u.RawQuery = r.query()
	return &u
}

// query returns the encoded parameters, sorted by name.
func (r *Request) query() string {
	if r.timeout == 0 {
		return r.params.Encode()
	}
	params := url.Values{}
	maps.Copy(params, r.params)
	params.Set("timeout", r.timeout.String())
	return params.Encode()
}

// check returns the reason why the request cannot be sent: the first error of the chain, or pieces that exclude each
// other. Upstream: Request.requestPreflightCheck.
func (r *Request) check() error {
	l := &r.location
	switch {
	case r.err != nil:
		return r.err
	case !l.inNamespace:
		return nil
	case l.namespace != "":
		return r.checkScope()
	case r.verb == http.MethodPost:
		return fmt.Errorf("an empty namespace may not be set during creation")
	case l.name != "" && slices.Contains([]string{http.MethodGet, http.MethodPut, http.MethodDelete}, r.verb):
		return fmt.Errorf("an empty namespace may not be set when a resource name is provided")
	}
	return nil
}

// checkScope refuses a namespace for a resource that is known to be cluster-scoped. The server would answer 404.
func (r *Request) checkScope() error {
	if r.c.config.Namespaced == nil || r.location.resource == "" {
		return nil
	}
	if namespaced, known := r.c.config.Namespaced(r.location.resource); namespaced || !known {
		return nil
	}
	return fmt.Errorf("namespace %q may not be set: %s are not in a namespace", r.location.namespace, r.location.resource)
}
