package installer

import "net/http"

// Verb is one row of the table of verbs: the part that is the same for every resource. This chapter and chapter 8 use
// only the row: for paths, the verb of a RequestInfo, operation ids, discovery, metrics, and the limits of requests in
// flight. Chapter 4 adds the storages that have the verb, and the handler.
type Verb struct {
	// Name is the verb in RBAC, metrics and RequestInfo: get, list, create, ... For a RequestInfo, POST, GET, PUT,
	// PATCH and DELETE are create, get, update, patch and delete: any other verb needs another method, a Prefix or a
	// When.
	Name    string
	Methods []string // one method; CONNECT has several
	On      Target

	// AllNamespaces: a namespaced resource has the verb also at the path without a namespace (list, watch).
	AllNamespaces bool

	// When selects between verbs that share a route, such as list and watch: the first whose When returns true gets the
	// request, else the verb without a When.
	When func(*http.Request) bool

	// Prefix is a path segment before the resource, in deprecated paths (watch: /api/v1/watch/pods).
	Prefix string

	// Discovered returns the verb in discovery and RequestInfo for each method; nil: Name. CONNECT is get, create, ...
	// there.
	Discovered func(method string) string

	// ReadOnly requests change nothing. They have a separate limit of requests in flight.
	ReadOnly bool
	// LongRunning requests (watch) have no timeout and no limit of requests in flight.
	LongRunning bool
	// Queued requests (list) may take a thousand times the work and memory of others: a queue limits how many run at
	// once.
	Queued bool

	// For OpenAPI.
	Doc           string   // one sentence
	OperationID   string   // pattern of the ids of routes, with {version}, {method} and {object}; "": NAME{version}{object}
	OpenAPIAction string   // x-kubernetes-action; "": Name
	Codes         []int    // HTTP status codes of success; nil: 200
	Accepts       []string // media types of the body: the route refuses others with 415; nil: the handler decides
}

// Target is the part of a resource that the path of a verb names.
type Target int

const (
	Collection Target = iota // .../pods
	Item                     // .../pods/{name}
	ItemPath                 // .../pods/{name}/proxy and .../pods/{name}/proxy/{path:*}
)

// VerbHandler is a verb of one resource: its row and its handler. Chapter 4 makes it from a Storage.
type VerbHandler struct {
	Verb
	Handler http.Handler
	// MadeBy is the function that made Handler, for maps of the routes; nil: Handler itself.
	MadeBy any

	// For OpenAPI.
	Params  []Param
	Returns []string // media types of the response; nil: those of the codecs
	Reads   any      // sample of the body
	Writes  any      // sample of the response
}
