package installer

import "net/http"

// Verb is one row of the table of verbs, as far as it is the same for every resource. All that this chapter and chapter
// 8 know of a verb follows from its row: paths, the verb of a RequestInfo, operation ids, discovery, metrics, and how
// requests in flight are counted. Chapter 4 adds which storages have the verb and what serves it.
type Verb struct {
	// Name is get, list, create, ... as RBAC, metrics and RequestInfo name it. POST, GET, PUT, PATCH and DELETE are create,
	// get, update, patch and delete to a RequestInfo: another verb needs a method of its own, a Prefix or a When.
	Name    string
	Methods []string // one method; CONNECT has several
	On      Target

	// AllNamespaces: a namespaced resource has the verb also at the path without a namespace (list, watch).
	AllNamespaces bool

	// When decides between verbs that share a route, as list and watch do: the first whose When holds gets the request,
	// and the one without a When what is left.
	When func(*http.Request) bool

	// Prefix stands before the resource in deprecated paths (watch gives /api/v1/watch/pods).
	Prefix string

	// Discovered is the verb's name in discovery, and to a RequestInfo, for each method; nil: Name. CONNECT is discovered as
	// get, create, ...
	Discovered func(method string) string

	// ReadOnly requests change nothing. They have a limit of requests in flight of their own.
	ReadOnly bool
	// LongRunning requests last as long as their client wants: no timeout and no limit of requests in flight.
	LongRunning bool
	// Queued requests take a thousand times the work and memory of others (list): few are worked on at a time.
	Queued bool

	// For OpenAPI.
	Doc           string   // one sentence
	OperationID   string   // pattern of the ids of routes, with {version}, {method} and {object}; "": NAME{version}{object}
	OpenAPIAction string   // x-kubernetes-action; "": Name
	Codes         []int    // of the answers beside errors; nil: 200
	Accepts       []string // media types of the body: the route refuses others with 415; nil: the handler decides
}

// Target is what the path of a verb names.
type Target int

const (
	Collection Target = iota // .../pods
	Item                     // .../pods/{name}
	ItemPath                 // .../pods/{name}/proxy and .../pods/{name}/proxy/{path:*}
)

// VerbHandler is a verb of one resource: its row, joined with what serves it there. Chapter 4 makes it from a Storage.
type VerbHandler struct {
	Verb
	Handler http.Handler
	// MadeBy is the function that made Handler, for those who show where a path leads; nil: Handler itself.
	MadeBy any

	// For OpenAPI.
	Params  []Param
	Returns []string // media types of the answer; nil: those of the codecs
	Reads   any      // sample of the body
	Writes  any      // sample of the answer
}
