// Package exercise: the best form that can be had.
//
// A client says in its Accept header what it can read:
//
//	Accept: application/yaml;q=0.5, application/json;as=Table;v=v1;g=meta.k8s.io, */*;q=0.1
//
// It is a list of clauses between commas. Each has a media type, in which the second half or both may be *, and parameters
// after semicolons. The parameter q is the clause's weight, from 0 to 1; a clause without one has the weight 1. The
// other parameters ask for something special: here, for the object as a Table.
//
// Negotiate finds the form of the answer. In: the header, and the media types that the server offers, the preferred one
// first. Out: the best form that can be had:
//
//   - of two clauses, the one of higher weight; of two of the same weight, the one without *; else the one that
//     stands first;
//   - of two offers that a clause with a * fits, the one that stands first;
//   - a form that can refuses (this server has no Table in protobuf) is none: the next one is tried;
//   - no header at all means that anything will do: the first offer, without parameters;
//   - if nothing is left: kinds.NewNotAcceptableError(offers...), which is a 406 that lists what could have been had.
//
// A clause that is no media type (json) is left out. A media type fits whatever its parameters are.
//
// parse (given.go) reads one clause. Write the rest in negotiate.go. In the server, your Negotiate then stands before the API.
package exercise
