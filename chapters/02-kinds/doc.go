// Package kinds is chapter 2: it turns bytes into objects and objects into bytes, and knows which kind lies behind
// which name.
//
// In: a body with its Content-Type, an object with the client's Accept header, a value found in storage, a name that
// a person typed. Out: a Go object of the right type, in the version that the server works with; bytes in the form
// that the client accepts; the group, version and resource of the name.
//
// New: a kind (apps/v1 Deployment) is what an object is, a resource (deployments) is where it is served. The Scheme
// maps kinds to Go types, the RESTMapper maps kinds to resources. List is one type for the lists of every kind: it is
// written item by item and is, on the wire, the typed list.
//
// Upstream: k8s.io/apimachinery/pkg/runtime/serializer (CodecFactory), k8s.io/apimachinery/pkg/api/meta (RESTMapper)
// and k8s.io/apiserver/pkg/endpoints/handlers/negotiation. The serializers, the Scheme and the types themselves are
// apimachinery's; this package is what a server builds from them.
//
// Read them in this order:
//
//	scheme.go         every kind has a Go type
//	media_types.go    the table: a media type is a row, and all that the server does with it stands in the row
//	codecs.go         the scheme, the media types, and the place for versions
//	negotiation.go    which row a Content-Type or an Accept header means, and how it is refused
//	decode.go         bytes to object: kind, defaults, hub version
//	encode.go         object to bytes, without writing to the object
//	storage_codec.go  what etcd keeps
//	result.go         results without copies: ResultPointer, SetResult, Unwrap
//	list.go           a list of any kind
//	list_json.go      a list in JSON, one item at a time, and its layout for people
//	list_protobuf.go  a list in protobuf
//	json.go           JSON and YAML are parsed once
//	protobuf.go       the envelope around a message, and the message in it
//	limits.go         bodies that are small on the wire and huge in memory
//	rest_mapper.go    kinds to resources and back, and what people type
//	tree.go           the tree of paths under /api and /apis
//	demo.go           kubepath run 2
package kinds
