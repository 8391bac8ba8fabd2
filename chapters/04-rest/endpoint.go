package rest

import (
	"errors"
	"net/http"

	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// Endpoint is all that a handler needs to serve one resource or subresource: the storage and the names around it.
// Upstream: handlers.RequestScope.
type Endpoint struct {
	Storage     Storage
	Codecs      *kinds.Codecs
	Kind        schema.GroupVersionKind // as served
	Resource    schema.GroupVersionResource
	Subresource string
	Namespaced  bool
	MaxBody     int64 // bytes of a request's body; 0: 3 MiB
}

// Verb is one row of the table of verbs: which capability of a Storage it needs, which routes it gets and which
// handler serves them. A later chapter adds a verb by adding a row.
type Verb struct {
	Name   string
	Method string // "": Methods says
	On     installer.Target

	// Offered says whether a storage has the capability.
	Offered func(Storage) bool
	// Handle makes the handler. The endpoint's Storage offers at least what Offered found.
	Handle func(*Endpoint) http.Handler

	// The exceptions, each nil or zero in an ordinary row; see installer.Verb.
	Methods       func(Storage) []string // CONNECT: as many as the storage takes
	AllNamespaces bool                   // LIST and WATCH
	When          func(*http.Request) bool
	Prefix        string // deprecated watch/ paths
	Discovered    func(method string) string
	Doc           string
}

// has tells whether a storage has the capability T: the one place where capabilities are asserted.
func has[T any](s Storage) bool { _, ok := s.(T); return ok }

// Group is one group version whose resources are to be installed.
type Group struct {
	GroupVersion schema.GroupVersion
	Codecs       *kinds.Codecs
	Verbs        []Verb
	MaxBody      int64
	// Wrap, where set, stands between the handlers and each storage: the seam for tracing. What the storage offers is read
	// from the storage itself, so the wrapper may implement every capability.
	Wrap func(Storage) Storage
}

// Resources turns storages, keyed by path ("pods", "pods/status"), into the installer's rows, sorted by path.
func (g *Group) Resources(storages map[string]Storage) ([]installer.Resource, error) {
	return nil, errors.New("todo")
}
