// Package server is chapter 8: it makes an API server of what the chapters before it made.
//
// In: HTTP requests, and API groups as storages (chapter 4). Out: the call of the handler that has the route
// (chapter 3), behind a chain of filters; and, beside the API, health, version, index, metrics and profiles.
// New: everything that is about a request but not about its object (its name, its deadline, its slot among others,
// its trace), and a server's life from start to graceful end.
// Upstream: k8s.io/apiserver/pkg/server genericapiserver.go, config.go, handler.go, healthz, filters and routes,
// k8s.io/apiserver/pkg/endpoints filters and metrics.
//
// Read server.go (Config and the server), then follow a request:
//
//	chain.go           the filters, in the order in which a request meets them, and the simplest of them
//	tracing.go         a span; audit_id.go a name; unread_body.go the end of bodies that nobody reads
//	panic_recovery.go  a panic becomes a 500; request_info.go what the request means; http_log.go who asked for what
//	wait_group.go      open requests, for shutdown; timeout.go the deadline
//	max_in_flight.go   overload; slow_clients.go a slot is given back while a client is awaited
//	director.go        what lies behind the chain: the API or another path, and the index of paths
//	api_group.go       how storages become routes of the API
//	healthz.go         health; metrics.go metrics of routes and storages
//
// and then the server's life: run.go (with its hooks) and secure_serving.go. demo.go and demo_scenes.go show it all.
package server
