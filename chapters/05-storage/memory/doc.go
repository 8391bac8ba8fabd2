// Package memory keeps objects in maps: the smallest storage.Interface that keeps the whole contract, history, watches
// and leases included. Read it before chapter 7, which does the same over etcd; tests of higher chapters run on it.
//
// A Database is to a Store what etcd is to chapter 7: it knows keys, revisions and history, and nothing of requests. All
// that a Store does comes down to three of its methods:
//
//   - swap replaces what a key holds, if it still holds what the caller has seen. Every write is a swap.
//   - scan reads a range of keys as they were at a revision. Every read is a scan or, for one key, current.
//   - changesAfter reads the log of changes behind a revision. Every watch is a reader of the log, at its own pace.
//
// An object in the database never changes: it is shared by all who read it, and copied when it is handed out.
//
// Read database.go (with the history), lease.go, store.go (which lists too), update.go, watch.go; demo.go runs it.
package memory
