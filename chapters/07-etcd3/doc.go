// Package etcd3 is chapter 7: it stores objects in etcd. All requests to etcd are made here.
//
// In: calls of storage.Interface (chapter 5), with objects and keys like /pods/default/nginx.
// Out: reads, transactions and watches of clientv3, with bytes under keys like /registry/pods/default/nginx.
// New: etcd's revision is the resource version, and every write is a transaction on the revision that was seen:
//
//	create   if mod(key) = 0    then put
//	update   if mod(key) = seen then put     else get, mutate the current object and try again
//	delete   if mod(key) = seen then delete  else get, check the current object and try again
//	list     range [from, end) at one revision, page by page
//	watch    from the revision after the list's
//
// etcd has no other data: no locks, no indexes, no resource version inside of an object. This package and
// kube-apiserver can read each other's data.
//
// Upstream: k8s.io/apiserver/pkg/storage/etcd3 (store.go, watcher.go, lease_manager.go, compact.go) and storage/value.
//
// Read store.go (Config, the store, keys, get); create.go; update.go, delete.go; list.go; watcher.go.
// Then read codec.go (encoding), transformer.go (encryption at rest), lease_manager.go (TTL), compactor.go (compaction
// of old revisions), client.go (an etcd in another process, its health), observed_kv.go (WrapKV: each request to etcd,
// for metrics). demo.go and demo_scenes.go show all of it. The scripts in testdata/races show concurrent writers, step
// by step.
package etcd3
