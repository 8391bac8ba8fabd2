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
//	chain.go           the filters, in the order in which a request meets them; the simplest: request info, cache control
//	tracing.go         a span; audit_id.go the Audit-Id
//	panic_recovery.go  a panic becomes a 500; http_log.go who asked for what
//	wait_group.go      open requests, for shutdown; timeout.go the deadline, and which requests are long-running
//	max_in_flight.go   overload: 429
//	slow_clients.go    a request that waits for its client holds no slot; a body that no handler reads is ended
//	director.go        what lies behind the chain: the API or another path, and the index of paths
//	api_group.go       how storages become routes of the API
//	healthz.go         health; metrics.go metrics of routes and storages
//
// and then the server's life: run.go (with its hooks) and secure_serving.go. demo.go shows it all.
package server
