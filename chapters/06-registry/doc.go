// Package registry is chapter 6: the algorithm that every resource shares.
//
// In: calls of rest.StandardStorage (chapter 4) with objects that are decoded but not yet to be trusted. Out: calls of
// storage.Interface (chapter 5) with a key and an object that may be stored, and the Status that a client sees when one
// of them fails. New: identity (name, uid, creationTimestamp), keys, strategies, the choice between overwrite and
// conflict, and a deletion that may take time.
//
// A Store is a table of answers with the verbs as its methods. What differs between resources it asks its Strategy; a
// resource embeds Namespaced or ClusterScoped and overrides what it must (see the Example).
//
// Upstream: k8s.io/apiserver/pkg/registry/generic/registry (store.go, dryrun.go) and the Before functions of
// k8s.io/apiserver/pkg/registry/rest (create.go, update.go, delete.go, meta.go).
//
// Read in this order:
//
//	strategy.go                what differs between resources, and the answers that most of them give
//	store.go                   the fields, and what the Store says of itself
//	get.go                     the shortest path: name to key, key to object
//	list.go                    lists and watches, and selectors that narrow them to one namespace or one key
//	create.go                  names, what is done before an object is stored, storing it
//	update.go                  the loop, resource versions, what is done before, the last finalizer
//	managed_fields.go, object_meta.go, normalize.go
//	                           what an update keeps of managed fields, what is checked of metadata, one form of empty lists
//	delete.go                  graceful deletion and finalizers
//	garbage_collection.go, delete_collection.go
//	errors.go                  one table: from the storage's sentinels to what clients see
//	dry_run.go, decorator.go   two wrappers at the seam below and above
//	demo.go                    a Store that says what it does
package registry
