// Package exercise: JSON merge patch (RFC 7386), on the server's path.
//
// A client sends PATCH with application/merge-patch+json: an object of which each field replaces the stored one, and each
// null removes it. You write the two pieces of it that stand in merge.go:
//
//   - Merge, the recursion: two JSON values in, one out. JSON values are what encoding/json makes of a text: nil,
//     bool, json.Number, string, []any, map[string]any.
//   - NewObject, one attempt of the update: what is stored in, the new object out. The storage calls it inside its loop,
//     and again if somebody else has written in between, with what is stored then.
//
// In: a Patch, which plug.go makes of each request. Out: the object to be stored, or the error to be answered.
//
// What NewObject needs is there: fieldsOf and objectOf turn an object into JSON values and back, and finish puts the
// result into its namespace, checks its name and notes who has changed what.
//
// Edit merge.go. The tests put your pieces under the real handlers, registry and storage; plug.go puts them into the
// finished server, where kubectl patch --type=merge, kubectl label and kubectl annotate come by.
package exercise
