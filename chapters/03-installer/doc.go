// Package installer is chapter 3: it maps URL paths to handlers.
//
// In: resources with their verbs, each verb a row with a handler (chapter 4 makes these rows from storages). Out: a
// go-restful WebService per group version, with a route per method and path, and the discovery documents, made from the
// same rows. New: the Action, one row of the table of routes; the RequestInfo, which is parsed from the path before any
// route is matched.
//
// Upstream: k8s.io/apiserver/pkg/endpoints (installer.go, groupversion.go, discovery/),
// endpoints/request/requestinfo.go and, for the router, github.com/emicklei/go-restful/v3 itself.
//
// addRoute, in installer.go, is the function that connects a path with its handler.
//
// Read in this order:
//
//	verb.go                  the rows: a verb, and its handler for one resource
//	action.go                makes actions from the rows, with paths and operation ids, and checks them
//	installer.go             adds the routes to a container: InstallREST, addRoute
//	route.go                 verbs that share a route, and the metadata of a route for OpenAPI
//	request_info.go          the verb, resource and name of a request, before any route is matched
//	router.go                selects the route of a request, by a tree of path segments and by media types
//	status.go                the Status for a request without a route
//	discovery.go             makes the entries of discovery from the rows
//	discovery_documents.go   /api, /apis and the documents of groups, encoded once
//	aggregated_discovery.go  all groups in one document
//	demo.go                  kubepath run 3, on the pods of demo_table.go
package installer
