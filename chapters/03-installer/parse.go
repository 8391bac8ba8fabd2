package installer

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// methodVerbs is what each method means for a resource, before it is known whether the path has a name. Rows of the table
// of verbs add what is not among these: methods of their own, prefixes and conditions.
var methodVerbs = map[string]string{
	http.MethodPost:   "create",
	http.MethodGet:    "get",
	http.MethodPut:    "update",
	http.MethodPatch:  "patch",
	http.MethodDelete: "delete",
}

// parsed keeps the path's segments in the same allocation as the info that points at them.
type parsed struct {
	RequestInfo
	segments [10]string
}

// RequestInfoFactory reads requests by a table of verbs. Upstream: request.RequestInfoFactory.
type RequestInfoFactory struct {
	rows        map[string]Verb   // by name
	prefixes    map[string]string // the verbs of deprecated paths
	conditional []Verb            // rows with a When
	other       []Verb            // rows of methods that methodVerbs does not know
}

// NewRequestInfoFactory returns a factory for the verbs of a server. proxy/ paths, which are served no more, are read as
// they always were.
func NewRequestInfoFactory(verbs ...Verb) *RequestInfoFactory {
	f := &RequestInfoFactory{
		rows:     map[string]Verb{"proxy": {Name: "proxy", LongRunning: true}},
		prefixes: map[string]string{"proxy": "proxy"},
	}
	for _, v := range verbs {
		if _, known := f.rows[v.Name]; !known {
			f.rows[v.Name] = v
		}
		switch {
		case v.Prefix != "":
			f.prefixes[v.Prefix] = v.Name
		case v.When != nil:
			f.conditional = append(f.conditional, v)
		case v.Discovered == nil && slices.ContainsFunc(v.Methods, func(m string) bool { return methodVerbs[m] == "" }):
			f.other = append(f.other, v)
		}
	}
	return f
}

// NewRequestInfo reads a request's method, path and query. The only error is a path that ends after watch/ or proxy/;
// the info is then as complete as it can be. Upstream: request.RequestInfoFactory.NewRequestInfo.
func (f *RequestInfoFactory) NewRequestInfo(r *http.Request) (*RequestInfo, error) {
	p := &parsed{}
	info := &p.RequestInfo
	err := f.read(r, info, p.segments[:0])
	row := f.rows[info.Verb]
	info.ReadOnly, info.LongRunning, info.Queued = row.ReadOnly, info.IsResourceRequest && row.LongRunning, row.Queued
	return info, err
}

func (f *RequestInfoFactory) read(r *http.Request, info *RequestInfo, segments []string) error {
	info.Path = r.URL.Path
	info.Verb = nonResourceVerb(r.Method)

	rest, ok := info.takePrefix(split(segments, r.URL.Path))
	if !ok {
		return nil
	}
	info.IsResourceRequest = true
	if verb, ok := f.prefixes[rest[0]]; ok {
		info.Verb = verb
		if len(rest) < 2 {
			return fmt.Errorf("unable to determine kind and namespace from url, %v", r.URL)
		}
		info.takeResource(info.takeNamespace(rest[1:]))
	} else {
		info.takeResource(info.takeNamespace(rest))
		info.Verb = f.verb(r, info.Name != "")
		info.readQuery(r)
	}
	if info.Name == "" && info.Verb == "delete" {
		info.Verb = "deletecollection"
	}
	return nil
}

// verb is that of a resource's path without a prefix; onItem: the path has a name.
func (f *RequestInfoFactory) verb(r *http.Request, onItem bool) string {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range f.conditional {
		if v := &f.conditional[i]; v.takes(method, onItem) && v.When(r) {
			return v.Name
		}
	}
	for i := range f.other {
		if v := &f.other[i]; v.takes(method, onItem) {
			return v.Name
		}
	}
	if method == http.MethodGet && !onItem {
		return "list"
	}
	return methodVerbs[method]
}

func (v *Verb) takes(method string, onItem bool) bool {
	return (v.On == Collection) != onItem && slices.Contains(v.Methods, method)
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
