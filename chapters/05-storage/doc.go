// Package storage is chapter 5: what the layers above ask of a database, whatever the database is.
//
// In: calls of the registry's Store (chapter 6) with keys and objects. Out: objects, with the revision of their last
// change as resource version, and errors that say what happened but not yet which HTTP status that is. New: the
// contract itself, resource versions, optimistic concurrency, lists in pages that show one state, watches.
//
// The package holds the contract and all that its implementations must answer alike, down to the wording: a client
// must not be able to tell from a continue token or an error which of them it talks to. There are two:
// storage/memory, which is read first, and chapter 7 over etcd. Chapter 10 puts a cache in front of either.
// storage/storagetest is the contract as tests: one suite that every implementation passes.
//
// Upstream: k8s.io/apiserver/pkg/storage: interfaces.go, api_object_versioner.go, continue.go,
// selection_predicate.go, util.go.
//
// Read interface.go (the contract) and errors.go; memory; then what is shared: versioner.go, options.go (keys,
// preconditions, and which revision a list or watch begins at), continue.go, predicate.go, watch_event.go (what a watcher
// with a selector sees of a change: ADDED, MODIFIED, DELETED or nothing); then storagetest. The chapter's demo is memory.Demo, since it runs on memory.
package storage
