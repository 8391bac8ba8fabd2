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
// Read open.go; create.go, get.go; state.go and update.go, delete.go; list.go and page.go; watch.go and change.go.
// Beside the path: keys.go and value.go (an object's way to bytes and back), leases.go (TTL), compact.go (forgetting),
// transform.go and aesgcm.go (encryption at rest), dial.go (an etcd elsewhere), health.go, instrument.go, errors.go.
package etcd3
