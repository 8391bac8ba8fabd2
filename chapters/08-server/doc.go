// Package server is chapter 8: it makes an API server of what the chapters before it made.
//
// In: HTTP requests, and API groups as storages (chapter 4). Out: the call of the handler that has the route
// (chapter 3), behind a chain of filters; and, beside the API, health, version, index, metrics and profiles.
// New: everything that is about a request but not about its object (its name, its deadline, its place among others,
// its trace), and a server's life from start to graceful end.
// Upstream: k8s.io/apiserver/pkg/server genericapiserver.go, config.go, handler.go, healthz, filters and routes,
// k8s.io/apiserver/pkg/endpoints filters and metrics.
//
// Read config.go and server.go, then follow a request:
//
//	chain.go      the places of the chain, in the order in which a request meets them; then one file for each:
//	              request_id.go unread_body.go panic.go request_info.go trace.go access_log.go cache_control.go
//	              open_requests.go timeout.go (with timed_writer.go) in_flight.go (with slow_clients.go)
//	director.go   what lies behind the chain: the API or another path
//	group.go      how storages become routes of the API
//	index.go      the paths that are not the API; health.go, metrics.go, metrics_route.go, storage_metrics.go
//
// and then the server's life: run.go, hooks.go, serving.go and selfsigned.go. demo.go shows it all.
package server
