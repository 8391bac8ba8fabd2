// Package exercise is exercise 10: what the watch cache remembers.
//
// A watch says "I have seen everything up to revision 40", and the cache must show it all that came after 40, once and in
// order. So the cache holds its newest events. It cannot remember all of them: who comes too late must be told so
// (410 Gone, "too old resource version"), and lists again. Between the two there is no third: a watch that begins although
// something is forgotten has lost it, and nobody will ever know.
//
// You write window.go, a Window that holds the newest events, at most Size of them:
//
//	Begin(revision)        the events up to revision are not known
//	Add(revision, event)   one more event; the oldest may have to go
//	After(revision)        the events after revision, or storage.ErrExpired
//	Since()                the lowest revision that After can be asked for
//
// Revisions grow, but not by one: etcd counts the writes of all resources, and a watch sees those of one.
//
// In: events, one by one, as a watch shows them. What they say does not matter here. Out: those that a client has missed.
//
// storage.go, which is there already, runs watches on your Window, in front of the watch cache of chapter 10. So can each
// watch of the server that goes on after a version and selects all of a collection:
//
//	kubepath workshop check 10
//	kubepath serve --with-exercise 10
//	kubectl get configmaps -w     runs on your Window
package exercise
