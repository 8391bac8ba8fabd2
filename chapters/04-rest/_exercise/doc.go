// Package exercise: the row that makes a verb appear.
//
// A resource can be read because of one row in the table of verbs: it says which capability a storage must have, at which
// path and by which method it is asked, and which function answers. Take the row away, and GET on an object is 405,
// discovery no longer lists get, and kubectl get fails. You write that row and its handler.
//
// In: a storage, at start; a request whose route is found, at run time. Out: a rest.Verb; and for each request one call of
// rest.Getter.Get, whose result is the answer.
//
// What a handler needs is in rest.Call, which RequestScope.Handler makes for each request: the name from the path, the options
// from the query, the context that the storage gets. What it returns (status, object, error) RequestScope.Handler writes.
// See list.go in the chapter for a handler of the same kind, and rest.Verb for the fields.
//
// Edit get.go. The tests install your row with the real installer over a storage that notes how it is called; plug.go puts
// it into the finished server, in the place of the row called get on an item.
package exercise
