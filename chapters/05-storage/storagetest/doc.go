// Package storagetest is the contract of storage.Interface as tests: one suite that every implementation passes.
//
//	func TestMemory(t *testing.T) { storagetest.Run(t, openMemory) }
//
// Each case gets a new storage from open and works on Pods below /pods/. Cases run in parallel, except those that
// compact, which run first and one at a time. Storages of different cases may share one database, if each sees only its
// own keys.
//
// Read suite.go and check.go; then the groups of cases: create.go, get.go, list.go (pages too), update.go (with
// preconditions and cached objects), ttl.go, delete.go, watch.go, selector.go, concurrency.go, contract.go. Benchmark
// (bench.go) measures any implementation the same way.
package storagetest
