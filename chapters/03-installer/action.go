package installer

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Target is what the path of a verb names.
type Target int

const (
	Collection Target = iota // .../pods
	Item                     // .../pods/{name}
	ItemPath                 // .../pods/{name}/proxy and .../pods/{name}/proxy/{path:*}
)

// Resource is one resource or subresource of a group version with the verbs that it offers: the installer's input.
type Resource struct {
	Name        string                  // pods
	Subresource string                  // status; empty for the resource itself
	Kind        schema.GroupVersionKind // what it serves; a subresource may have another group and version (autoscaling/v1 Scale)
	Namespaced  bool
	Singular    string
	ShortNames  []string
	Categories  []string
	Verbs       []Verb

	// StorageKind is the kind as which objects are stored; its hash is the discovery's storageVersionHash. Empty for
	// subresources and for what is not stored.
	StorageKind schema.GroupVersionKind
}

// Verb is one thing that a resource can do. Chapter 4 makes these rows from what a Storage implements.
type Verb struct {
	Name    string   // get, list, create, ... as RBAC, metrics and the request's info name it
	Methods []string // one method; CONNECT has several
	On      Target

	// AllNamespaces: a namespaced resource has the verb also at the path without a namespace (list, watch).
	AllNamespaces bool

	// When decides between verbs that share a route, as list and watch do: the first whose When holds gets the request,
	// and the one without a When what is left.
	When func(*http.Request) bool

	// Prefix stands before the resource in deprecated paths (watch gives /api/v1/watch/pods).
	Prefix string

	// Discovered is the verb's name in discovery for each method; nil: Name. CONNECT is discovered as get, create, ...
	Discovered func(method string) string

	Handler http.Handler
	// Func is the function that made Handler, for those who want to show where a path leads; nil: Handler itself.
	Func    any
	Params  []Param
	Doc     string   // one sentence, for OpenAPI
	Accepts []string // media types of the body: the route refuses others with 415; nil: the handler decides
	Returns []string // media types of the answer; nil: those of the codecs
	Reads   any      // sample of the body, for OpenAPI
	Writes  any      // sample of the answer, for OpenAPI
}

// Param documents one parameter of a verb.
type Param struct {
	Name, In, Type, Doc string // In: path, query, body
	Required            bool
}

// Action is one row of the table that becomes routes: a verb on a path. Verbs that share method and path are one
// Action each and one route together, under the operation id of the one that has no When. Upstream: endpoints.action.
type Action struct {
	Verb
	Resource   *Resource
	Method     string
	Path       string // below the group version's root: namespaces/{namespace}/pods/{name}
	Namespaced bool   // the path has a namespace
	Operation  string // id of the route: readCoreV1NamespacedPod
}
