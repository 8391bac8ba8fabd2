// Package openapi is chapter 11: the API describes itself.
//
// In: the routes of chapter 3, with what each verb says about itself, and the Go types of their bodies. Out: a document
// for each group version at /openapi/v3 and one for everything at /openapi/v2, as JSON and protobuf. New: schemas, from
// which kubectl explains a kind, a client checks a manifest, and everybody knows how lists merge.
//
// A schema is made in two steps. The first reads a Go type by reflection: names and omitempty in json tags, merge keys in
// patch tags. The second adds what only comments say, which are gone when a program is compiled: sentences (SwaggerDoc),
// and list types, enums, defaults and +optional. These stand in markers.txt, which package generate reads out of the
// sources of the version that is served; there stands too what has changed in the libraries since.
//
// Nothing is made before somebody asks. Then each document is made once, of the definitions that it needs and no others;
// its JSON is hashed and kept compressed, and all else goes.
//
// Upstream: k8s.io/kube-openapi (whose builders turn routes and definitions into documents, here too), and in
// k8s.io/apiserver pkg/server/routes/openapi.go and pkg/endpoints/openapi. Upstream generates the definitions as 74,000
// lines of Go (openapi-gen), where this package reflects. A test of chapter 17 holds the documents to kube-apiserver's, by
// their hashes.
//
// Read schema.go (a Go type becomes a schema), annotation.go with markers.go (what comments add), definitions.go (a type
// and all that it is made of, by their names); builder.go (routes become documents); document.go and service.go (documents
// are made, kept and served). demo.go shows it.
package openapi

//go:generate go run ./generate markers.txt
