package rest

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// RequestScope is all that a handler needs to serve one resource or subresource: the storage and the names around it.
// Upstream: handlers.RequestScope.
type RequestScope struct {
	Storage             Storage
	Codecs              *kinds.Codecs
	Kind                schema.GroupVersionKind // as served
	Resource            schema.GroupVersionResource
	Subresource         string
	ParentKind          string // kind of the resource that has the subresource
	Namespaced          bool
	MaxRequestBodyBytes int64 // bytes of a request's body; 0: 3 MiB

	// TableConvertor shows the objects as rows; nil: name and time of creation.
	TableConvertor TableConvertor
	// AcceptsGroupVersion says whether a body may be in a group version; nil: only in Kind's. See GroupVersionAcceptor.
	AcceptsGroupVersion func(schema.GroupVersion) bool
	// PreserveObjectMetaSystemFields: a create leaves the body's uid and times as they are; see SubresourceObjectMetaPreserver.
	PreserveObjectMetaSystemFields bool
	// FieldManager keeps account of who set which field; nil: no account is kept.
	FieldManager FieldManager
	// Admission are the plugins that are asked about changes, in their order.
	Admission []AdmissionPlugin
	// Warning is sent with every answer: the kind is deprecated. "": none.
	Warning string
}
