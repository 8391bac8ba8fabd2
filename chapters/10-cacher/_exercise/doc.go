// Package exercise is exercise 10: what the watch cache remembers.
//
// A watch says "I have seen everything up to revision 40", and the cache must show it all that came after 40, once and in
// order. So the cache remembers its newest changes. It cannot remember all of them: who comes too late must be told so
// (410 Gone, "too old resource version"), and lists again. Between the two there is no third: a watch that begins although
// something is forgotten has lost it, and nobody will ever know.
//
// You write window.go, a Window that remembers the newest changes, at most Size of them:
//
//	Begin(revision)         everything up to revision is not known
//	Add(revision, change)   one more change; the oldest may have to go
//	After(revision)         the changes behind revision, or storage.ErrExpired
//	Since()                 the lowest revision that After can be asked for
//
// Revisions grow, but not by one: etcd counts the writes of all resources, and the cache sees those of one.
//
// In: changes, one by one, as the watch of etcd tells them. What a change is does not matter here. Out: those that a watch
// missed, and those that have to be undone to list a state of the past.
//
// The cache (chapter 10) around your Window is the real one, and every resource of the server can run on it:
//
//	kubepath workshop check 10
//	kubepath serve --with-exercise 10
//	kubectl get configmaps -w     goes on through your Window when its watch ends
package exercise
