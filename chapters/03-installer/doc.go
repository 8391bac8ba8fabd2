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
// Where does a path meet the function that handles it? In addRoute, in installer.go.
//
// Read in this order:
//
//	verb.go                  the rows: a verb, and what serves it for one resource
//	action.go                rows become actions, with paths and operation ids, and are checked
//	installer.go             all together: InstallREST, addRoute
//	route.go                 verbs that share a route, and what OpenAPI is told of it
//	request_info.go          what a request means, before any route is matched
//	router.go                which route a request comes to, by a tree of paths and by media types
//	status.go                the Status where there is none
//	discovery.go             rows become the entries of discovery
//	discovery_documents.go   /api, /apis and the documents of groups, encoded once
//	aggregated_discovery.go  all groups in one document
//	demo.go                  kubepath run 3, on the pods of demo_table.go
package installer
