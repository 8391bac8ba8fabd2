// Package cacher is chapter 10: one watch of the storage below feeds every client's reads and watches.
//
// In: calls of storage.Interface (chapter 5). Out: the same answers, from memory; writes go to the storage below, and
// come back as events. New: a copy of one resource's objects that says how old it is, and how to make it new enough.
//
//	read at version 0       what is known now
//	read at version N       what is known, once that is as new as N
//	read without a version  what is known, once that is as new as the storage below was when the read began
//	list at exactly N       what is known, with the changes after N undone
//	watch after N           the changes after N that the history holds, then each new one
//
// An object is kept with the bytes that it was encoded to: a list and a thousand watch events are copies of them.
// What the cache cannot answer (it is not filled yet, it has lost its watch, N is forgotten) is asked of the storage
// below; only a watch from a forgotten version is refused, with 410, so that a client lists again.
//
// Upstream: k8s.io/apiserver/pkg/storage/cacher.
//
// Read in this order:
//
//	cacher.go          the settings; start and stop; writes
//	caching_object.go  one version of an object, with its encodings
//	store.go           all objects at one revision, and the index over them
//	history.go         the newest events
//	watch_cache.go     the three together
//	reflector.go       how they are filled and kept up to date
//	freshness.go       which read waits for which revision
//	read.go            get and list
//	watch.go           watch, and which watches an event is dispatched to
//	cache_watcher.go   one client's watch
//	bookmark.go        how a watch to which nothing happens keeps up
//	demo.go            kubepath run 10
package cacher
