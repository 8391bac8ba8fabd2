// Package watch is chapter 9: it streams changes to clients.
//
// In: GET on a collection with watch=true, and the watch.Interface of chapter 5. Out: a streamed response with a frame
// for each event. New: long-running requests, frames, bookmarks, the end of a stream.
//
// The chapter adds rows to the table of verbs (chapter 4) without other changes: list and watch share a route, and the
// When of the row selects the verb of a request.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/watch.go. Read
//
//	verbs.go          the rows of the table, and how long a watch lasts
//	watch_server.go   the handler: a frame for each event, and a deadline for clients that do not read
//	watch_encoder.go  encodes an event to a frame, in JSON or protobuf
//	websocket.go      the same for WebSockets
//	demo.go           kubepath run 9
package watch
