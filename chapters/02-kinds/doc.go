// Package kinds is chapter 2: it decodes bytes to objects, encodes objects to bytes, and maps kinds to resource names.
//
// In: a body with its Content-Type, an object with the client's Accept header, a stored value, a name that a user
// typed. Out: a Go object in the hub version, which the server works with; bytes in a media type that the client
// accepts; the group, version and resource of the name.
//
// New: a kind (apps/v1 Deployment) is the type of an object, a resource (deployments) is the path under which it is
// served. The Scheme maps kinds to Go types, the RESTMapper maps kinds to resources. List is one Go type for the lists
// of all kinds: it is encoded item by item, to the same bytes as the typed list.
//
// Upstream: k8s.io/apimachinery/pkg/runtime/serializer (CodecFactory), k8s.io/apimachinery/pkg/api/meta (RESTMapper)
// and k8s.io/apiserver/pkg/endpoints/handlers/negotiation. The serializers, the Scheme and the types themselves are
// apimachinery's; this package is what a server builds from them.
//
// Read them in this order:
//
//	scheme.go         the Go type of every kind
//	media_types.go    the table of media types: each row has all that the server needs for one media type
//	codecs.go         the scheme, the media types, and the converter of versions
//	negotiation.go    which row a Content-Type or an Accept header selects, or which error it gets
//	decode.go         bytes to object: kind, defaults, hub version
//	encode.go         object to bytes, without writing to the object
//	storage_codec.go  the bytes in etcd
//	result.go         results that are not copied: ResultPointer, SetResult, Unwrap
//	list.go           a list of any kind
//	list_json.go      a list in JSON, one item at a time, and the indented form
//	list_protobuf.go  a list in protobuf
//	json.go           JSON and YAML are parsed once
//	protobuf.go       the message of an object, and the envelope around it
//	limits.go         refuses bodies that are small on the wire and huge in memory
//	rest_mapper.go    kinds to resources and back, and the names that users type
//	tree.go           the tree of paths under /api and /apis
//	demo.go           kubepath run 2
package kinds
