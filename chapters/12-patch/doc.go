// Package patch is chapter 12: a client says what to change, not what the whole is to be.
//
// In: PATCH with one of the patch media types. Out: an update like that of a PUT, whose new object is made from the
// stored one at the moment of writing, so that two clients who patch different fields do not disturb each other. New:
// four languages for a change, and an account of who has set which field (metadata.managedFields), which every write
// carries on and the fourth language, server-side apply, decides conflicts by.
//
// The chapter adds rows to the table of verbs (chapter 4) and implements rest.FieldManager. A patch is applied inside the
// storage's update loop: after a lost race it is applied again, to the newer object, and the client never hears of it.
//
// The languages: verbs.go, patching.go (one attempt), languages.go, documents.go (JSON patch and merge patch),
// strategic.go, apply.go. Packages jsonpatch and strategicpatch do the merging, at a bounded cost. The account: ownership.go, then shapes.go, learning.go and merges.go (how objects of a kind
// merge). What keeps it cheap: shortcut.go with plan.go, difference.go, account_scan.go and changes.go for updates,
// again.go and wishing.go for applies of the same fields.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/patch.go and k8s.io/apimachinery/pkg/util/managedfields, which does
// the long way here too.
package patch
