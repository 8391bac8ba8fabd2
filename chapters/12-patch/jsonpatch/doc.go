// Package jsonpatch applies JSON patches (RFC 6902) and merge patches (RFC 7386) to JSON texts, at a bounded cost.
//
// In: two texts, an object's and a patch. Out: the object's new text, byte for byte the one that the library makes which
// kube-apiserver uses, with the same error messages. New: a text is parsed only along the paths that a patch names, the
// parts are slices of the text and not copies, and every byte that is looked at is counted (budget.go). The library
// copies the text once for each level that it descends, so a patch of 3 MB that is nested 1,000 levels deep takes
// gigabytes there.
//
// Read node.go, then patch.go and merge.go. The other files: budget.go, scan.go.
//
// Upstream: gopkg.in/evanphx/json-patch.v4.
package jsonpatch
