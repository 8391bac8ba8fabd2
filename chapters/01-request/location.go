package request

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// location is the place in the API that a request is about:
//
//	/api/v1 /namespaces/default /pods     /nginx /status
//	prefix   namespace           resource  name   subresource
//
// Each piece but the prefix may be missing. What is missing gives the path its meaning: without a name it is a
// collection, without a namespace it is cluster-wide.
type location struct {
	prefix      string // rooted
	namespace   string
	inNamespace bool // Namespace was called, perhaps with ""
	resource    string
	name        string
	subresource string
	suffix      string
}

// path joins the pieces that are there.
func (l *location) path() string {
	if *l == (location{prefix: l.prefix, inNamespace: l.inNamespace}) {
		return l.prefix // not joined, which would lose a trailing slash
	}
	namespaces := ""
	if l.namespace != "" {
		namespaces = "namespaces"
	}
	return path.Join(l.prefix, namespaces, l.namespace, strings.ToLower(l.resource), l.name, l.subresource, l.suffix)
}

// URL is where the request would go now. It is meaningful while Error is nil. Upstream: rest.Request.URL.
func (r *Request) URL() *url.URL {
	u := *r.c.base
	u.Path = r.location.path()
	u.RawQuery = r.query()
	return &u
}

// query is the encoded parameters, sorted by name.
func (r *Request) query() string {
	if r.timeout == 0 {
		return r.params.Encode()
	}
	params := url.Values{}
	maps.Copy(params, r.params)
	params.Set("timeout", r.timeout.String())
	return params.Encode()
}

// check reports what keeps the chain from running: its first mistake, or pieces that do not go together.
// Upstream: Request.requestPreflightCheck.
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

// checkScope refuses a namespace on a resource that is known to have none. The server would answer 404.
func (r *Request) checkScope() error {
	if r.c.config.Namespaced == nil || r.location.resource == "" {
		return nil
	}
	if namespaced, known := r.c.config.Namespaced(r.location.resource); namespaced || !known {
		return nil
	}
	return fmt.Errorf("namespace %q may not be set: %s are not in a namespace", r.location.namespace, r.location.resource)
}
