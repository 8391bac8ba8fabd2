// Package openapi is chapter 11: the API describes itself.
//
// In: the routes of chapter 3, with what each verb says about itself, and the Go types of their bodies. Out: a document
// for each group version at /openapi/v3 and one for everything at /openapi/v2, as JSON and protobuf. New: schemas, made
// from Go types by reflection, from which kubectl explains a kind, checks a manifest and knows how to merge lists.
//
// A Go type says most of a schema: names and omitempty in json tags, merge keys in patch tags, sentences in SwaggerDoc.
// What only comments say (list types, enums, +optional) stands in markers.txt, which generate reads out of the sources of
// the version that is served, with what changed since in the libraries that this program is built with.
//
// Nothing is made before somebody asks. Then a document is made once, its JSON is hashed, compressed and kept, and all
// else is dropped.
//
// Upstream: k8s.io/kube-openapi (whose builders turn routes and definitions into documents, here too), and in
// k8s.io/apiserver pkg/server/routes/openapi.go and pkg/endpoints/openapi. Upstream generates the definitions as 60,000
// lines of Go (openapi-gen), where this package reflects.
//
// Read: definitions.go (a type becomes a schema), property.go, value.go, names.go, markers.go; then spec.go (routes
// become documents), document.go and install.go.
package openapi

//go:generate go run ./generate markers.txt
