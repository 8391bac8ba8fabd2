// Package memory stores objects in maps: the smallest storage.Interface with the whole contract, including history,
// watches and leases. Read it before chapter 7, which does the same with etcd. Tests of later chapters use it.
//
// A Database takes the place of etcd: it has keys, revisions and history, but no requests. A Store uses three of its
// methods:
//
//   - swap replaces the object of a key if it is still at the revision that the caller has read. Every write is a swap.
//   - scan reads a range of keys as they were at a revision. Every read is a scan or, for one key, current.
//   - changesAfter reads the log of changes after a revision. Every watch reads the log, each at its own speed.
//
// An object in the database is immutable: all readers share it, and callers get a copy.
//
// Read database.go (with the history), lease.go, store.go (with GetList), update.go, watch.go; demo.go runs it.
package memory
