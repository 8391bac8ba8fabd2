// Package rest is chapter 4: the handler of each verb, which calls a storage. A resource has the verbs whose methods
// its storage implements.
//
// In: an HTTP request whose route is found (chapter 3), with its RequestInfo in the context. Out: one call of a Storage
// (chapter 6 implements it), and the response: the object in a media type that the client accepts, or a Status.
//
// New: Storage and the one-method interfaces for its capabilities; the table of verbs; reading options and bodies;
// errors as Statuses; tables and metadata-only responses; warnings.
//
// Read storage.go (the interfaces that a resource can implement, and As, which finds them) and verbs.go (the table of
// verbs), then api_installer.go, which makes chapter 3's rows from storages, and openapi.go, which documents them. Then
// read one verb: request_scope.go (RequestScope, and Call, which is one request), context.go, create.go, options.go,
// body.go, managed_fields.go, admission.go, and for the response response.go, response_writer.go and errors.go. The
// other verbs (get.go, which has list too, update.go, delete.go) differ only in the options and the call. table.go
// makes the tables that kubectl prints. demo.go runs all of it with demo_storage.go instead of chapter 6.
//
// Later chapters add verbs as rows: a Verb whose Handle uses RequestScope.Handler and Call (chapter 17 has an example,
// own_verb_test.go).
//
// Upstream: k8s.io/apiserver/pkg/registry/rest (rest.go, table.go), pkg/endpoints/handlers (get.go, create.go,
// update.go, delete.go, response.go, rest.go) and responsewriters; the table of verbs replaces the capability
// checks in pkg/endpoints/installer.go.
package rest
