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
//	strategy.go, defaults.go   what differs between resources, and the answers that most of them give
//	store.go, describe.go      the fields, and what the Store says of itself
//	keys.go, get.go            the shortest path: name to key, key to object
//	list.go, watch.go          selectors that narrow a listing to one namespace or one key
//	create.go, before_create.go, names.go
//	update.go, update_version.go, before_update.go, update_removes.go
//	objectmeta.go              what is checked of metadata, in general and kind by kind
//	delete.go, before_delete.go, propagation.go, deletecollection.go
//	errors.go                  one table: from the storage's sentinels to what clients see
//	dryrun.go, decorate.go     two wrappers at the seam below and above
package registry
