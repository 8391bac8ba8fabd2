// Package exercise: ask a busy server again.
//
// A server that has too much to do answers 429 (or 503) with a header Retry-After: 1. It means: nothing was done, ask
// again in a second. Chapter 1's client does so in retry.go. Here you build the same as a piece of its own that fits
// around any transport: an http.RoundTripper named Again.
//
//	client -> Again -> transport -> network
//
// In: a request. Out: the first answer that is final. An answer is final unless asksToWait (given.go) says that the
// server wants to be asked again, or unless
//
//   - the request was already sent again Most times: the server's last answer is then the caller's answer;
//   - the body cannot be sent twice. The transport has read r.Body to its end; r.GetBody makes a new one, where it is
//     not nil. A request with a Body and without GetBody is sent once;
//   - the caller's context ends while we wait: its error is returned at once.
//
// Three rules of http.RoundTripper and http.Response hold as well: the caller's request is not written to (Clone it),
// an answer that you do not hand on is thrown away with discard (given.go), and an error of the network is returned as
// it is.
//
// Write it in again.go.
package exercise
