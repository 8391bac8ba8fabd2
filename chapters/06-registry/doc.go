// Package registry is chapter 6: the algorithm that every resource shares.
//
// In: calls of rest.StandardStorage (chapter 4) with objects that are decoded but not yet validated. Out: calls of
// storage.Interface (chapter 5) with a key and a valid object, and, after an error, the Status that a client gets. New:
// identity (name, uid, creationTimestamp), keys, strategies, the choice between overwrite and conflict, graceful deletion.
//
// A Store has a method for each verb, and fields for what differs between resources. For the rest it calls its Strategy; a
// resource embeds Namespaced or ClusterScoped and overrides what it must (see the Example).
//
// Upstream: k8s.io/apiserver/pkg/registry/generic/registry (store.go, dryrun.go) and the Before functions of
// k8s.io/apiserver/pkg/registry/rest (create.go, update.go, delete.go, meta.go).
//
// Read in this order:
//
//	strategy.go                what differs between resources, and the default for most of them
//	store.go                   the Store's fields, and its answers to discovery
//	get.go                     the shortest path: name to key, key to object
//	list.go                    lists and watches, and selectors that narrow them to one namespace or one key
//	create.go                  generateName becomes a name, the steps before a create, the create
//	update.go                  the update loop, resource versions, the steps before an update, the last finalizer
//	managed_fields.go, object_meta.go, normalize.go
//	                           unchanged managed fields, validation of metadata, one form of empty lists
//	delete.go                  graceful deletion and finalizers
//	garbage_collection.go, delete_collection.go
//	errors.go                  one table: from the storage's sentinels to Status errors
//	dry_run.go, decorator.go   a storage that does not write, objects that are changed when they are read
//	demo.go                    a Store whose calls are printed
package registry
