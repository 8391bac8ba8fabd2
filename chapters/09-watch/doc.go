// Package watch is chapter 9: a client sees changes as they happen.
//
// In: GET on a collection with watch=true, and the watch.Interface of chapter 5. Out: an endless answer, a frame an
// event. New: requests that last, frames, bookmarks, the end of a stream.
//
// The chapter adds rows to the table of verbs (chapter 4) and edits nothing below it: list and watch share a route, and
// the row's When says which of them a request means.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/watch.go. Read
//
//	verbs.go          the rows of the table, and how long a watch lasts
//	watch_server.go   the handler: a frame for each event, and a deadline for clients that do not read
//	watch_encoder.go  an event becomes a frame, in JSON or protobuf
//	websocket.go      the same for clients that want a WebSocket
//	demo.go           shows it
package watch
