// Package racetest plays scripts of races: stories of several clients whose order of events is fixed, without a sleep.
//
// A script is a txtar archive. Its comment says in a sentence or two what the story shows, and then what happens, a line
// for each step. Its section "trace" is what the layers did, which the test compares and -update writes:
//
//	# Alice has read the object and not yet written it when bob writes.
//	given pods/a image=v1
//	alice update pods/a image=v2 until txn
//	bob update pods/a label.app=web
//	alice continue
//	-- trace --
//	given  store   pods/a rv=2 image=v1
//	alice  store   update pods/a image=v2
//	...
//
// A line is an actor, a command, a resource or an object, and arguments. An argument is an option of the command (rv=2) or
// a field of the object: image=v2, label.app=web, data.color=red, or a path (spec.replicas=3). An empty value removes it. A
// few commands need no actor (given, compact).
//
// "until POINT" makes the actor stop there; its next line is "continue", with or without another until. The points are
// the seams that an actor's request comes through:
//
//	mutate    the storage has called the update's Mutate with what it read
//	validate  the storage has called the deletion's Validate with what it read
//	get       a read is about to be sent to etcd
//	txn       a transaction is about to be sent to etcd
//	waits     the actor can do nothing before another one does something (only with Suite.Clock)
//
// Only one actor moves at a time, so the trace has one order. A row of it is the actor, the layer and what passed there:
//
//	http    a request and its answer
//	store   a call of storage.Interface and its result
//	watch   an event that the actor has received
//	caller  the functions of the caller that the storage calls: the storage has read, and decides on what it read
//	etcd    a read or a transaction, and the answer
//	below   a request of a cache to the storage below it, or an event that the cache gets from there
//	pause   the actor has come to its until
//
// "only NAME" restricts a script to the suite of that name; "show PATH" adds a field to what is shown of objects, "show
// managers" the managed fields.
//
// A command is a row of a table (StorageCommands, HTTPCommands); a suite can add its own.
//
// Read script.go (a script), suite.go (how it is played and compared), actor.go; object.go (fields of objects); then the
// seams, seams.go and below.go, and the commands: storage.go, list.go, http.go.
package racetest
