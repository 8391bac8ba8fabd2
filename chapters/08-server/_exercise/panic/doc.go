// Package exercise is exercise 8b: a panic stays inside of the request that caused it.
//
// You write recover.go: Recover(log), which makes a server.Filter.
//
// In: the handlers behind the filter, which may panic. Out, when one does:
//
//	nothing of the answer was sent yet    the client gets 500, see internalError
//	the answer had begun already          the connection is cut: panic(http.ErrAbortHandler)
//	the panic is http.ErrAbortHandler     it goes on as it is, and is not logged: the handler meant it
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
//	curl -i '127.0.0.1:8001/version?panic=early'
//	curl -i '127.0.0.1:8001/version?panic=late'
package exercise
