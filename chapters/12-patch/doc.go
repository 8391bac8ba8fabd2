// Package patch is chapter 12: a client sends what to change, and not the whole object.
//
// In: PATCH with the media type of a patch. Out: an update like that of a PUT, whose new object is made from the stored one
// at the moment of the write, so that two clients who patch different fields do not disturb each other. New: four types of
// patches, and managed fields (metadata.managedFields), which tell who has set which field of an object. Every write brings
// them up to date, and the fourth type of patch, server-side apply, finds conflicts by them.
//
// The chapter adds a row to the table of verbs (chapter 4) and implements rest.FieldManager. A patch is applied inside of the
// storage's update loop: after a lost race it is applied again, to the newer object, and the client never hears of it.
//
// The types of patches: patcher.go (the handler, and one attempt), json_patcher.go (JSON patch and merge patch),
// strategic_patcher.go, apply_patcher.go, field_validation.go (what is reported of unknown and duplicate fields). Packages
// jsonpatch and strategicpatch apply patches at a bounded cost.
//
// Server-side apply: field_manager.go is the page to read, over managed_fields.go, conflict.go (the 409), field_managers.go (which makes them) and
// last_applied.go (from client-side apply to server-side apply). How objects of a kind merge: type_converter.go,
// schema_builder.go, markers.go. demo.go is what kubepath run 12 shows.
//
// Package fastpath does the same as field_manager.go for the usual requests, at a tenth of the cost; the finished server uses
// it, and a reader may skip it. Package fieldmanagertest holds the two, and apimachinery's, against each other.
//
// Upstream: k8s.io/apiserver/pkg/endpoints/handlers/patch.go and k8s.io/apimachinery/pkg/util/managedfields.
package patch
