// Package server is chapter 8: it makes an API server from the handlers of the chapters before it.
//
// In: HTTP requests, and API groups as storages (chapter 4). Out: a call of the route's handler (chapter 3), through a
// chain of filters; and health, version, index, metrics and profiles. New: the parts of a server that do not depend on
// objects (audit id, timeout, limits of requests in flight, tracing), and starting and graceful shutdown.
// Upstream: k8s.io/apiserver/pkg/server genericapiserver.go, config.go, handler.go, healthz, filters and routes,
// k8s.io/apiserver/pkg/endpoints filters and metrics.
//
// Read server.go (Config and the server), then follow a request:
//
//	chain.go           the filters, in the order in which a request meets them; how Config.InsertedFilters places one more
//	                   before or after another; the simplest: request info, cache control
//	tracing.go         a span; audit_id.go the Audit-Id
//	panic_recovery.go  a panic becomes a 500; http_log.go the access log
//	wait_group.go      counts open requests, for shutdown; timeout.go the deadline, and which requests are long-running
//	max_in_flight.go   overload: 429
//	slow_clients.go    a request that waits for its client holds no slot; a body that no handler reads is ended
//	director.go        the handler behind the chain: the API or another path, and the index of paths
//	api_group.go       makes routes of the API from storages
//	healthz.go         health; metrics.go metrics of routes and storages
//
// and then start and shutdown: run.go (with its hooks) and secure_serving.go. demo.go shows all of it.
package server
