// Package jsonpatch applies JSON patches (RFC 6902) and merge patches (RFC 7386) to JSON texts, at a bounded cost.
//
// In: the text of an object, and a patch. Out: the object's new text and error messages, byte for byte those of the library
// that kube-apiserver uses. New: a text is parsed only along the paths of the patch, parts are slices of the text and not
// copies, and every byte that is read is counted (budget.go). The library copies the text once for each level of nesting, so
// a patch of 3 MB that is nested 1,000 levels deep takes gigabytes there.
//
// Read node.go, then patch.go and merge.go. The other files: budget.go, scan.go.
//
// Upstream: gopkg.in/evanphx/json-patch.v4.
package jsonpatch
