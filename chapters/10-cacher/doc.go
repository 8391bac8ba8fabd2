// Package cacher is chapter 10: one watch of the storage below feeds every client's reads and watches.
//
// In: calls of storage.Interface (chapter 5). Out: the same answers, from memory; writes go to the storage below, and
// come back as events. New: a copy of one resource's objects that says how old it is, and how to make it new enough.
//
//	read at version 0       what is known now
//	read at version N       what is known, once that is as new as N
//	read without a version  what is known, once that is as new as the storage below was when the read began
//	list at exactly N       what is known, with the changes after N undone
//	watch after N           the changes after N that are remembered, then each new one
//
// An object is kept with the bytes that it was encoded to: a list and a thousand watch events are copies of them.
// What the cache cannot answer (it is not filled yet, it has lost its watch, N is forgotten) is asked of the storage
// below; only a watch from a forgotten version is refused, with 410, so that a client lists again.
//
// Upstream: k8s.io/apiserver/pkg/storage/cacher (cacher.go, watch_cache.go, cache_watcher.go, caching_object in
// endpoints/handlers).
//
// Read cache.go (the settings), object.go and change.go (what is kept), snapshot.go, index.go, history.go and state.go
// (how); follow.go, fill.go and recover.go (how it is filled); fresh.go, progress.go, current.go, get.go, list.go
// (reads); watch.go, watcher.go, registry.go, bookmark.go (watches); write.go.
package cacher
