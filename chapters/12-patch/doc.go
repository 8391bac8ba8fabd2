// Package patch is chapter 12: a client sends changes instead of the whole object.
//
// In: PATCH with the media type of a patch. Out: an update like that of a PUT, whose new object is made from the stored one
// at the time of the write, so that clients who patch different fields do not conflict. New: four types of patches, and
// managed fields (metadata.managedFields), which record who has set which field of an object. Every write updates them, and
// the fourth type of patch, server-side apply, finds conflicts with them.
//
// The chapter adds a row to the table of verbs (chapter 4) and implements rest.FieldManager. The storage applies a patch in
// its update loop: after a lost race it applies the patch again, to the newer object, and the client does not notice.
//
// The types of patches: patcher.go (the handler, and one attempt), json_patcher.go (JSON patch and merge patch),
// strategic_patcher.go, apply_patcher.go, field_validation.go (unknown and duplicate fields). Packages jsonpatch and
// strategicpatch apply patches at a bounded cost.
//
// Server-side apply: read field_manager.go first, then managed_fields.go, conflict.go (the 409), field_managers.go (the
// constructor) and last_applied.go (from client-side apply to server-side apply). How objects of a kind merge:
// type_converter.go, schema_builder.go, markers.go. demo.go is kubepath run 12.
//
// Package fastpath does the same as field_manager.go for the usual requests, at a tenth of the cost. The finished server
// uses it; a reader may skip it. Package fieldmanagertest compares the two, and both with apimachinery's.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/patch.go and k8s.io/apimachinery/pkg/util/managedfields.
package patch
