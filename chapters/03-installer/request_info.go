package installer

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

// RequestInfo is the meaning of a request: verb, resource, namespace, name. It is parsed from the method and the path
// before any route is matched, for filters such as authorization. Upstream: endpoints/request.RequestInfo.
type RequestInfo struct {
	IsResourceRequest bool
	Path              string
	Verb              string // get, list, watch, create, update, patch, delete, deletecollection; else the lower-case method
	APIPrefix         string // api or apis
	APIGroup          string
	APIVersion        string
	Namespace         string
	Resource          string
	Subresource       string
	Name              string
	Parts             []string // from the resource on
	FieldSelector     string
	LabelSelector     string

	// From the verb's row; see Verb.
	ReadOnly, LongRunning, Queued bool
}

type requestInfoKey struct{}

// WithRequestInfo returns a context that carries info.
func WithRequestInfo(ctx context.Context, info *RequestInfo) context.Context {
	return context.WithValue(ctx, requestInfoKey{}, info)
}

// RequestInfoFrom returns the info that the context carries.
func RequestInfoFrom(ctx context.Context) (*RequestInfo, bool) {
	info, ok := ctx.Value(requestInfoKey{}).(*RequestInfo)
	return info, ok
}

// methodVerbs is the verb of each method for a path with a name. Rows of the table of verbs can add other methods,
// prefixes and conditions.
var methodVerbs = map[string]string{
	http.MethodPost:   "create",
	http.MethodGet:    "get",
	http.MethodPut:    "update",
	http.MethodPatch:  "patch",
	http.MethodDelete: "delete",
}

// parsedRequestInfo has the path's segments in the same allocation as the RequestInfo, whose Parts is a slice of them.
type parsedRequestInfo struct {
	RequestInfo
	segments [10]string
}

// RequestInfoFactory makes the RequestInfo of requests, by a table of verbs. Upstream: request.RequestInfoFactory.
type RequestInfoFactory struct {
	rows        map[string]Verb   // by name
	prefixes    map[string]string // the verbs of deprecated paths, by prefix
	conditional []Verb            // rows with a When
	other       []Verb            // rows with methods that are not in methodVerbs
}

// NewRequestInfoFactory returns a factory for the verbs of a server. It also parses proxy/ paths, which no server
// serves any more, as upstream does.
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

// NewRequestInfo parses a request's method, path and query. The only error is for a path that ends after watch/ or
// proxy/; it then returns the info of the path's beginning as well. Upstream:
// request.RequestInfoFactory.NewRequestInfo.
func (f *RequestInfoFactory) NewRequestInfo(r *http.Request) (*RequestInfo, error) {
	p := &parsedRequestInfo{}
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
	return nil
}

// verb returns the verb for a path without a prefix; onItem: the path has a name.
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
	return plainVerb(method, onItem)
}

// plainVerb returns the verb of a method if no row of the table decides; "": none.
func plainVerb(method string, onItem bool) string {
	switch {
	case method == http.MethodGet && !onItem:
		return "list"
	case method == http.MethodDelete && !onItem:
		return "deletecollection"
	}
	return methodVerbs[method]
}

func (v *Verb) takes(method string, onItem bool) bool {
	return (v.On == Collection) != onItem && slices.Contains(v.Methods, method)
}

// takePrefix parses api/VERSION or apis/GROUP/VERSION, and returns the rest; false if no resource follows.
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

// takeNamespace parses namespaces/NAME, and returns the rest. If the path is about the namespace itself, it returns
// all.
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

// takeResource parses RESOURCE/NAME/SUBRESOURCE. Below proxy/, the segments after the name are the backend's path.
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

// nonResourceVerb returns the method in lower case, without an allocation for GET.
func nonResourceVerb(method string) string {
	if method == http.MethodGet {
		return "get"
	}
	return strings.ToLower(method)
}

// readQuery reads the selectors of requests for a collection from the query, for authorizers. If the field selector of
// a list or a watch selects one name, that is the Name.
func (i *RequestInfo) readQuery(r *http.Request) {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if many := i.Name == "" && (reads || i.Verb == "deletecollection"); !many {
		return
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		query = r.URL.Query()
	}
	i.FieldSelector, i.LabelSelector = query.Get("fieldSelector"), query.Get("labelSelector")
	if reads {
		i.Name = selectedName(query)
	}
}

// WantsWatch reports whether the query parameter watch is set to another value than false and 0. It is the When of the
// verb watch. It parses the query as url.ParseQuery does, without making a map.
func WantsWatch(r *http.Request) bool {
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err != nil || key != "watch" || strings.Contains(pair, ";") {
			continue
		}
		if value, err = url.QueryUnescape(value); err == nil {
			return value != "0" && !strings.EqualFold(value, "false")
		}
	}
	return false
}

// selectedName returns the NAME of fieldSelector=metadata.name=NAME; "" if the query is invalid, since the list handler
// will refuse it.
func selectedName(query url.Values) string {
	if query.Get("fieldSelector") == "" {
		return ""
	}
	var options metav1.ListOptions
	if metav1.Convert_url_Values_To_v1_ListOptions(&query, &options, nil) != nil {
		return ""
	}
	if _, err := labels.Parse(options.LabelSelector); err != nil {
		return ""
	}
	selector, err := fields.ParseSelector(options.FieldSelector)
	if err != nil {
		return ""
	}
	name, exact := selector.RequiresExactMatch("metadata.name")
	if !exact || len(content.IsPathSegmentName(name)) > 0 {
		return ""
	}
	return name
}
