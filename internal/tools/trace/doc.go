// Package trace makes a request's way through the layers visible: kubepath trace.
//
// In: calls that cross a seam (client to HTTP, route to handler, handler to rest.Storage, rest.Storage to
// storage.Interface, storage.Interface to clientv3.KV). Out: a Trace per request, drawn as a tree, JSON, a Mermaid
// diagram or a page.
//
// Nothing in the layers knows of this package, and no chapter imports it, not even in tests. At each seam a wrapper starts an OpenTelemetry span, notes what goes in,
// calls the layer below and notes what comes out; where the code stands (function, file, line) is read from the running
// program. A span that nobody records costs one check.
//
// An event of a watch comes back long after the call that asked for it: events.go notes it at each seam that it passes.
//
// Read model.go (a trace, and how spans become one), hop.go and where.go (a place in the source), then the seams from the
// top down: client.go, filter.go, route.go, rest.go, storage.go, kv.go; then recorder.go, and what shows a trace:
// render_tree.go, render.go (JSON, Mermaid, a page), step.go.
package trace
