// Package etcd3 is chapter 7: it keeps objects in etcd. Here the conversation with etcd happens, and nowhere else.
//
// In: calls of storage.Interface (chapter 5), with objects and keys like /pods/default/nginx.
// Out: reads, transactions and watches of clientv3, with bytes under keys like /registry/pods/default/nginx.
// New: etcd's revision is the resource version, and every write is a transaction on the revision that was seen:
//
//	create   if mod(key) = 0    then put
//	update   if mod(key) = seen then put     else get, mutate what is there now and try again
//	delete   if mod(key) = seen then delete  else get, check what is there now and try again
//	list     range [from, end) at one revision, page by page
//	watch    from the revision after the one that was listed
//
// Etcd stores nothing else: no locks, no indexes, no resource version inside of an object. What kube-apiserver stored,
// this package reads, and the other way round.
//
// Upstream: k8s.io/apiserver/pkg/storage/etcd3 (store.go, watcher.go, lease_manager.go, compact.go) and storage/value.
//
// Read store.go (Config, the store, keys, get); create.go; update.go, delete.go; list.go; watcher.go.
// Beside the path: codec.go (an object's way to bytes and back), transformer.go (encryption at rest), lease_manager.go
// (TTL), compactor.go (what etcd may forget), client.go (an etcd elsewhere, its health), observed_kv.go (WrapKV: each
// request to etcd, for metrics). demo.go and demo_scenes.go show it. testdata/races tells what happens between several
// writers, step by step.
package etcd3
