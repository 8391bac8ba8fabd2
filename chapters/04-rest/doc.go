// Package rest is chapter 4: between a route and a storage stands one function per verb, and which verbs a resource has is
// decided by which methods its storage has.
//
// In: an HTTP request whose route is found (chapter 3), with its RequestInfo in the context. Out: one call of a Storage
// (chapter 6 implements it), and the answer: the object in the form that the client accepts, or a Status.
//
// New: Storage and its one-method capabilities; the table of verbs; reading options and bodies; what a client is told
// when something is wrong; tables and metadata-only answers; warnings.
//
// Read storage.go (what a resource can implement, and As, which asks for it) and verbs.go (what that makes of it), then
// api_installer.go, which turns storages into chapter 3's rows, with what openapi.go says of each. Then one verb from end to
// end: request_scope.go (RequestScope, and Call, which is one request), context.go, create.go, over options.go and body.go,
// past managed_fields.go and admission.go, out through response.go and response_writer.go, or errors.go. The other verbs
// (get.go, which lists too, update.go, delete.go) differ only in what they read and call. table.go shows objects as kubectl
// prints them. demo.go runs it all over demo_storage.go, which stands in for chapter 6.
//
// Later chapters add verbs as rows: a Verb whose Handle uses RequestScope.Handler and Call as the handlers here do.
//
// Upstream: k8s.io/apiserver/pkg/registry/rest (rest.go, table.go), pkg/endpoints/handlers (get.go, create.go, update.go,
// delete.go, response.go, rest.go) and responsewriters; the table stands for the capability checks in
// pkg/endpoints/installer.go.
package rest
