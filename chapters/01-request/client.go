package request

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"golang.org/x/time/rate"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// Interface begins requests. Upstream: rest.Interface.
type Interface interface {
	// Verb begins a request with any HTTP method.
	Verb(verb string) *Request
	Get() *Request
	Post() *Request
	Put() *Request
	// Patch begins a PATCH whose body is of the given type: JSON patch, merge patch, strategic merge patch, apply.
	Patch(pt types.PatchType) *Request
	Delete() *Request
	// APIVersion is the group version in which the client reads and writes.
	APIVersion() schema.GroupVersion
}

var _ Interface = (*RESTClient)(nil)

// RESTClient speaks to one group version of one server. It is safe for concurrent use; its Requests are not.
// Upstream: rest.RESTClient.
type RESTClient struct {
	config  Config
	base    *url.URL // the server; its path ends in "/", and has more segments behind a proxy with a path prefix
	root    string   // the group version's path below base: /api/v1, /apis/apps/v1
	codec   Codec
	limiter RateLimiter // nil: none
	http    *http.Client
}

// RateLimiter delays requests. Wait returns when the request may be sent, or with ctx's error. *rate.Limiter implements
// it. Upstream: flowcontrol.RateLimiter.
type RateLimiter interface {
	Wait(ctx context.Context) error
}

// RESTClientFor makes a client. The configuration is copied. Upstream: rest.RESTClientFor.
func RESTClientFor(config *Config) (*RESTClient, error) {
	base, err := config.serverURL()
	if err != nil {
		return nil, err
	}
	transport, err := config.RoundTripper()
	if err != nil {
		return nil, err
	}
	c := &RESTClient{
		config:  *config,
		base:    base,
		codec:   config.Codec,
		limiter: config.limiter(),
		http:    &http.Client{Transport: transport, Timeout: config.Timeout},
	}
	if c.codec == nil {
		c.codec = JSON(nil)
	}
	c.root = versionPath(config.APIPath, config.GroupVersion)
	return c, nil
}

// ForGroupVersion returns a client for another group version of the same server. Both share connections, identity and
// rate limit.
func (c *RESTClient) ForGroupVersion(gv schema.GroupVersion) *RESTClient {
	other := *c
	other.config.GroupVersion = gv
	other.root = versionPath(c.config.APIPath, gv)
	return &other
}

// Verb begins a request with any HTTP method.
func (c *RESTClient) Verb(verb string) *Request { return newRequest(c, verb) }

// Get begins a GET: of one object if Name is called, else of a list; Watch makes it a stream of events.
func (c *RESTClient) Get() *Request { return c.Verb(http.MethodGet) }

// Post begins a POST, which creates an object.
func (c *RESTClient) Post() *Request { return c.Verb(http.MethodPost) }

// Put begins a PUT, which replaces an object.
func (c *RESTClient) Put() *Request { return c.Verb(http.MethodPut) }

// Delete begins a DELETE: of one object if Name is called, else of all objects that match.
func (c *RESTClient) Delete() *Request { return c.Verb(http.MethodDelete) }

// Patch begins a PATCH. The patch type is the body's Content-Type.
func (c *RESTClient) Patch(pt types.PatchType) *Request {
	return c.Verb(http.MethodPatch).SetHeader("Content-Type", string(pt))
}

// APIVersion is the group version in which the client reads and writes.
func (c *RESTClient) APIVersion() schema.GroupVersion { return c.config.GroupVersion }

// versionPath returns the URL path of a group version: /api/v1 for the core group, /apis/GROUP/VERSION for the
// others, APIPATH/GROUP/VERSION if a path is given, "/" for a client without a group version.
// Upstream: rest.DefaultVersionedAPIPath.
func versionPath(apiPath string, gv schema.GroupVersion) string {
	switch {
	case apiPath != "" || gv.Empty():
	case gv.Group == "":
		apiPath = "api"
	default:
		apiPath = "apis"
	}
	return path.Join("/", apiPath, gv.Group, gv.Version)
}

// limiter returns the configured rate limiter, or a token bucket.
func (c *Config) limiter() RateLimiter {
	switch {
	case c.RateLimiter != nil:
		return c.RateLimiter
	case c.QPS < 0:
		return nil
	}
	qps, burst := c.QPS, c.Burst
	if qps == 0 {
		qps = DefaultQPS
	}
	if burst == 0 {
		burst = DefaultBurst
	}
	return rate.NewLimiter(rate.Limit(qps), burst)
}

// newRequest starts a chain at the client's group version.
func newRequest(c *RESTClient, verb string) *Request {
	return &Request{
		c:          c,
		verb:       verb,
		location:   location{prefix: path.Join(c.base.Path, c.root)},
		headers:    http.Header{"Accept": {c.codec.Accept()}},
		timeout:    c.config.Timeout,
		maxRetries: defaultMaxRetries,
	}
}

// below joins segments to the path of the server's URL.
func (c *RESTClient) below(segments ...string) string {
	p := path.Join(c.base.Path, path.Join(segments...))
	// A single segment keeps its trailing slash: behind a proxy, a web server may treat /x and /x/ differently.
	keep := len(segments) == 1 && strings.HasSuffix(segments[0], "/")
	if keep && !strings.HasSuffix(p, "/") {
		p += "/"
	}
	return p
}
