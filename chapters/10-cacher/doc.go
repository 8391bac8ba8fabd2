// Package cacher is chapter 10: one watch of the storage below feeds every client's reads and watches.
//
// In: calls of storage.Interface (chapter 5). Out: the same answers, from memory; writes go to the storage below, and
// come back as events. New: a copy of one resource's objects at a known revision, and the rule of freshness, which says
// what that revision must be before a read is answered:
//
//	read at version 0       the copy as it is
//	read at version N       the copy, when it has reached N
//	read without a version  the copy, when it has reached the revision that was the newest below as the read began
//	list at exactly N       the copy, with the changes after N undone
//	watch after N           the changes after N from the history, then each new one
//
// Each object is kept with its encoded bytes: a list and a thousand watch events copy them. Where the cache cannot answer
// (it is not filled yet, its watch has ended, N is older than the history), the storage below answers. The exception is
// a watch after a version that is older than the history: it gets 410, and its client lists again.
//
// Upstream: k8s.io/apiserver/pkg/storage/cacher.
//
// Read in this order:
//
//	cacher.go          the settings (the length of the history: HistorySize, HistoryAge, Backlog); start and stop; writes
//	caching_object.go  one version of an object, with its encodings
//	store.go           all objects at one revision, and the index over them
//	history.go         the newest events; how long it is, chapter 17's watch_cache.go says for each resource
//	watch_cache.go     objects, index and history together
//	reflector.go       the list and the watch below that fill them
//	freshness.go       the rule of freshness: which read waits for which revision
//	read.go            get and list
//	watch.go           watch, and which watches an event is dispatched to
//	cache_watcher.go   one client's watch
//	bookmark.go        how a watch without events gets a newer version
//	demo.go            kubepath run 10
package cacher
