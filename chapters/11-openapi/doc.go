// Package openapi is chapter 11: it serves the OpenAPI documents of the API.
//
// In: the routes of chapter 3 with their documentation, and the Go types of their bodies. Out: a document for each
// group version at /openapi/v3 and one for the whole API at /openapi/v2, as JSON and protobuf. New: schemas, which
// kubectl explain shows, with which clients validate manifests, and which define how lists merge.
//
// A schema is made in two steps. The first reads a Go type by reflection: names and omitempty in json tags, merge keys
// in patch tags. The second adds the content of comments, which a compiled program does not have: descriptions
// (SwaggerDoc), list types, enums, defaults and +optional. Package generate reads these from the sources of the served
// version and writes them to markers.txt, together with the differences between that version and the libraries.
//
// Each document is made for its first request, once, with only the definitions that it needs. Its JSON is hashed and
// kept compressed; all other data is released.
//
// Upstream: k8s.io/kube-openapi (this package uses its builders, which make documents from routes and definitions), and
// in k8s.io/apiserver pkg/server/routes/openapi.go and pkg/endpoints/openapi.Upstream generates the definitions as
// 74,000 lines of Go (openapi-gen); this package uses reflection. A test of chapter 17 compares the hashes of the
// documents with kube-apiserver's.
//
// Read schema.go (the schema of a Go type), marker_writer.go with markers.go (the content of comments), definitions.go (a
// type and all types in it, by their names); builder.go (documents from routes); document.go and service.go (documents
// are made, cached and served). demo.go shows all of it.
package openapi

//go:generate go run ./generate markers.txt
