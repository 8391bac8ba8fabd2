// Package exercise is exercise 5b: what a watcher with a selector sees.
//
// You write see.go, one function. In: a selector, and a change of one object: what it was before (nil: it did not exist) and
// what it is now (nil: it was deleted). Out: the event that the watcher gets, ADDED, MODIFIED or DELETED, with the object to
// show; or no event.
//
// The promise behind it: a client that watches app=web keeps a list. It puts in what is ADDED or MODIFIED, and takes out
// what is DELETED. At each moment the list must hold exactly the objects that match, although the client never sees the others.
// So the events tell what happens to *its* list, not what happened to the object.
//
// store.go lays a Watch over any storage that asks your function, and the tests run chapter 5's own suite on it:
//
//	kubepath workshop check 5b
//
// The server runs on it as well. To see it there, the verb watch must be served, which is what chapter 9 adds:
//
//	kubepath serve --with-exercise 5b
//	kubectl get configmaps --selector app=web --watch
package exercise
