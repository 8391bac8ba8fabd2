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
//	scheme.go     every kind has a Go type
//	media.go      every format is a row: name, reader, writer, frames
//	codecs.go     the scheme, the formats, and the place for versions
//	decode.go     bytes to object: kind, defaults, hub version
//	encode.go     object to bytes, without writing to the object
//	accept.go     which format the client wants; refused.go says no
//	list.go       List, ResultPointer and SetResult: results without copies
//	listjson.go   a list in JSON, one item at a time; indent.go, its layout for people
//	listproto.go  the same in protobuf; envelope.go is what lies around a message
//	storagecodec.go  what etcd keeps
//	fastjson.go, fastyaml.go, fastproto.go  each body is read once
//	expansion.go, protosize.go  bodies that are small on the wire and huge in memory
//	mapper.go     kinds to resources and back; find.go takes what people type
//	wellknown.go  what Kubernetes serves; tree.go prints it
package kinds
