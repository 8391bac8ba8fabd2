// Package watch is chapter 9: a client sees changes as they happen.
//
// In: GET on a collection with watch=true, and the watch.Interface of chapter 5. Out: an endless answer, a frame an
// event. New: requests that last, frames, bookmarks, the end of a stream.
//
// The chapter adds rows to the table of verbs (chapter 4) and edits nothing below it: list and watch share a route, and
// the row's When says which of them a request means.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/watch.go. Read verbs.go, serve.go, stream.go, frames.go, then
// patience.go for the clients that do not read, and websocket.go for those that want one.
package watch
