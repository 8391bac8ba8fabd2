// Package exercise is exercise 8: a filter of the handler chain, the limit of requests in flight.
//
// You write limit.go: LimitInFlight(readOnly, mutating), which makes a server.Filter.
//
// In: every request, before any route is looked for; what it means is in its context already, since the place
// request-info stands before yours: installer.RequestInfoFrom(r.Context()) has the Verb (get, list, watch, create, ...) and
// the Path. Out: the call of next, or 429 Too Many Requests with the header Retry-After.
//
//	get, list, watch    at most readOnly at once
//	every other verb    at most mutating at once, in places of their own
//	server.IsLongRunning  takes no place: a watch lasts for hours
//	/healthz, /livez, /readyz and what lies below them take no place either
//
// One request too many is refused, and does not wait: who waits takes memory and a connection, of which an overloaded
// server has too little. Well-behaved clients (client-go, kubectl) come back after Retry-After.
//
//	kubepath workshop check 8
//	kubepath serve --with-exercise 8
//	kubepath trace --with-exercise 8
package exercise
