package rest

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// Endpoint is all that a handler needs to serve one resource or subresource: the storage and the names around it.
// Upstream: handlers.RequestScope.
type Endpoint struct {
	Storage     Storage
	Codecs      *kinds.Codecs
	Kind        schema.GroupVersionKind // as served
	Resource    schema.GroupVersionResource
	Subresource string
	Parent      string // kind of the resource that has the subresource
	Namespaced  bool
	MaxBody     int64 // bytes of a request's body; 0: 3 MiB

	// Tables shows the objects as rows; nil: name and time of creation.
	Tables TableConvertor
	// Accepts says whether a body may be in a group version; nil: only in Kind's. See GroupVersionAcceptor.
	Accepts func(schema.GroupVersion) bool
	// KeepsMeta: a create leaves the body's uid and times as they are; see ObjectMetaPreserver.
	KeepsMeta bool
	// Ownership keeps account of who set which field; nil: no account is kept.
	Ownership Ownership
	// Admission are the plugins that are asked about changes, in their order.
	Admission []AdmissionPlugin
	// Warning is sent with every answer: the kind is deprecated. "": none.
	Warning string
}
