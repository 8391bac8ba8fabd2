// Package exercise is exercise 8b: a panic stays inside of the request that caused it.
//
// You write recover.go: Recover(log), which makes a server.Filter.
//
// In: the handlers behind the filter, which may panic. Out, when one does:
//
//	nothing was sent yet     the client gets 500: internalError(w)
//	the answer had begun     the connection is cut, by a panic of your own
//	                         with http.ErrAbortHandler
//	http.ErrAbortHandler     goes on as it is, for the handler meant it
//
// and, but for the last, log is called with what was panicked with and the stack of the panic.
//
// Why the connection is cut: a list that ends in the middle must not look like a short list. net/http knows
// http.ErrAbortHandler, closes the connection (or resets the HTTP/2 stream) without a word, and the client has an error.
//
// observe, in answer.go, tells whether an answer has begun. The server on which you try this panics on request:
//
//	kubepath workshop check 8b
//	kubepath serve --with-exercise 8b --insecure-port 8001
//	curl -i '127.0.0.1:8001/api/v1/namespaces?panic=early'
//	curl -i '127.0.0.1:8001/api/v1/namespaces?panic=late'
package exercise
