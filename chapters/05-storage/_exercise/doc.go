// Package exercise is exercise 5: the retry after a lost race.
//
// You write update.go: the GuaranteedUpdate of a storage, made from two things that every database can do:
//
//	read   tells what a key holds now, and since which revision
//	swap   replaces what a key holds, if it still holds what you have seen; errLost, and nothing is written, if not
//
// In: a key, and a storage.Update that says how the new object follows from the old one. Out: the object as stored, through
// the out-pointer. In between nobody holds a lock, and yet no write of anybody is lost. That takes four rules:
//
//   - After a lost race, all begins again with what is there now: reading, preconditions, Mutate.
//   - Mutate gets a copy of its own. It may change that, and you still need the original to compare.
//   - A result that is the same as what is stored is not written: no new version, and no event for a thousand watchers.
//   - CachedExistingObject is a state that the caller had at hand. It may be stale. It may save a read; but only a state that was read
//     may be the reason to refuse an update, or to leave it unwritten.
//
// What is not the subject stands in store.go: read, swap, same, deliver, fromHint. All other methods of your Store are those
// of the storage that it is laid over, so the whole server can run on it:
//
//	kubepath workshop check 5
//	kubepath serve --with-exercise 5
//	kubepath trace --with-exercise 5 update pod nginx
//
// Exercise 7 writes the same loop once more, one layer below, where swap is a transaction of etcd.
package exercise
