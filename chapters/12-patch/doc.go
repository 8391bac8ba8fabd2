// Package patch is chapter 12: a client says what to change, not what the whole is to be.
//
// In: PATCH with one of the patch media types. Out: an update like that of a PUT, whose new object is made from the
// stored one at the moment of writing, so that two clients who patch different fields do not disturb each other. New:
// four languages for a change.
//
// The chapter adds rows to the table of verbs (chapter 4). A patch is applied inside the storage's update loop: after a
// lost race it is applied again, to the newer object, and the client never hears of it.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/patch.go. Read verbs.go, languages.go, documents.go (JSON patch and
// merge patch), strategic.go.
package patch
