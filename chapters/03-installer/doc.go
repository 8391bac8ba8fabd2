// Package installer is chapter 3: it maps paths to functions.
//
// In: resources with their verbs, each verb a row with a handler (chapter 4 makes these rows from storages). Out: a
// go-restful WebService per group version, a route per method and path; and the discovery documents, read from the
// same rows. New: the Action, one row of the table of routes; the RequestInfo, which reads a path before any route is
// matched.
//
// Upstream: k8s.io/apiserver/pkg/endpoints (installer.go, groupversion.go, discovery/), endpoints/request/requestinfo.go
// and, for the router, github.com/emicklei/go-restful/v3 itself.
//
// Where does a path meet the function that handles it? In addRoute, in routes.go.
//
// Read, for routes: verb.go and action.go (the rows), paths.go and actions.go (rows become actions), operation.go (their ids),
// check.go (what is refused), route.go (verbs that share a route), routes.go, installer.go (all together), describe.go
// (for OpenAPI). For a request: requestinfo.go, parse.go, query.go; then router.go, tree.go and media.go (which route),
// status.go (none). For discovery: discovered.go (rows become entries), discovery.go, documents.go, aggregated.go,
// document.go (encoded once). demo.go and demotable.go show it all on pods.
package installer
