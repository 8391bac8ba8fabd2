// Package storage is chapter 5: the interface of a database for Kubernetes objects, independent of the database.
//
// In: calls of the registry's Store (chapter 6) with keys and objects. Out: objects, with the revision of their last
// change as resource version, and errors, which chapter 6 maps to HTTP statuses. New: the interface and its contract,
// resource versions, optimistic concurrency, consistent lists in pages, watches.
//
// The package has the contract, and the code that all implementations share: continue tokens and error messages must be
// the same for a client. There are two implementations: storage/memory, which is read first, and chapter 7 with etcd.
// Chapter 10 is a cache in front of either. storage/storagetest is the contract as tests: one suite for every
// implementation.
//
// Upstream: k8s.io/apiserver/pkg/storage: interfaces.go, api_object_versioner.go, continue.go,
// selection_predicate.go, util.go.
//
// Read interface.go (the contract) and errors.go;memory; then the shared code: versioner.go, options.go (keys,
// preconditions, and the revision at which a list or watch begins), continue.go, predicate.go, watch_event.go (the
// event of a change for a watcher with a selector: ADDED, MODIFIED, DELETED or none); then storagetest. The chapter's
// demo is memory.Demo, since it uses memory.
package storage
