package installer

import (
	"fmt"
	"net/http"
	"strings"
)

// verbs is what each method means for a resource, before it is known whether the path has a name.
var verbs = map[string]string{
	http.MethodPost:   "create",
	http.MethodGet:    "get",
	http.MethodHead:   "get",
	http.MethodPut:    "update",
	http.MethodPatch:  "patch",
	http.MethodDelete: "delete",
}

// parsed keeps the path's segments in the same allocation as the info that points at them.
type parsed struct {
	RequestInfo
	segments [10]string
}

// ParseRequestInfo reads a request's method, path and query. The only error is a path that ends after watch/ or
// proxy/; the info is then as complete as it can be. Upstream: request.RequestInfoFactory.NewRequestInfo.
func ParseRequestInfo(r *http.Request) (*RequestInfo, error) {
	p := &parsed{}
	info := &p.RequestInfo
	info.Path = r.URL.Path
	info.Verb = nonResourceVerb(r.Method)

	rest, ok := info.takePrefix(split(p.segments[:0], r.URL.Path))
	if !ok {
		return info, nil
	}
	info.IsResourceRequest = true
	info.Verb = verbs[r.Method]
	inPath := rest[0] == "watch" || rest[0] == "proxy"
	if inPath {
		if len(rest) < 2 {
			return info, fmt.Errorf("unable to determine kind and namespace from url, %v", r.URL)
		}
		info.Verb, rest = rest[0], rest[1:]
	}
	info.takeResource(info.takeNamespace(rest))
	if !inPath {
		info.readQuery(r)
	}
	if info.Name == "" && info.Verb == "delete" {
		info.Verb = "deletecollection"
	}
	return info, nil
}

// takePrefix takes api/VERSION or apis/GROUP/VERSION off the front. It reports false where no resource follows.
func (i *RequestInfo) takePrefix(parts []string) (rest []string, ok bool) {
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		i.APIPrefix, i.APIVersion = parts[0], parts[1]
		return parts[2:], true
	case len(parts) >= 4 && parts[0] == "apis":
		i.APIPrefix, i.APIGroup, i.APIVersion = parts[0], parts[1], parts[2]
		return parts[3:], true
	case len(parts) == 3 && parts[0] == "apis":
		i.APIPrefix = parts[0]
	}
	return nil, false
}

// takeNamespace takes namespaces/NAME off the front, unless the path is about the namespace itself.
func (i *RequestInfo) takeNamespace(parts []string) (rest []string) {
	if parts[0] != "namespaces" || len(parts) < 2 {
		return parts
	}
	i.Namespace = parts[1]
	if len(parts) == 2 || parts[2] == "status" || parts[2] == "finalize" {
		return parts
	}
	return parts[2:]
}

// takeResource reads RESOURCE/NAME/SUBRESOURCE. Below proxy/ what follows the name belongs to the backend.
func (i *RequestInfo) takeResource(parts []string) {
	i.Parts = parts
	i.Resource = parts[0]
	if len(parts) >= 2 {
		i.Name = parts[1]
	}
	if len(parts) >= 3 && i.Verb != "proxy" {
		i.Subresource = parts[2]
	}
}

// split appends the segments of a path to into.
func split(into []string, path string) []string {
	path = strings.Trim(path, "/")
	for more := path != ""; more; {
		var segment string
		segment, path, more = strings.Cut(path, "/")
		into = append(into, segment)
	}
	return into
}

// nonResourceVerb is the method in lower case, without an allocation for GET.
func nonResourceVerb(method string) string {
	if method == http.MethodGet {
		return "get"
	}
	return strings.ToLower(method)
}
