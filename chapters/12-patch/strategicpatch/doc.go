// Package strategicpatch applies strategic merge patches in a time that is linear in the length of their lists.
//
// In: an object and a patch as JSON maps, and the struct tags that say how fields merge. Out: the patched object or the
// error, the same as those of apimachinery's package of this name. New: a list is indexed by its merge key once. The
// library searches the list several times for each element: a patch of 8,000 entries takes it seconds.
//
// A patch is a merge patch with three more rules. A list whose field has the tag patchStrategy:"merge" is merged by the
// key that patchMergeKey names. Directives change that: $patch (replace, delete), $retainKeys, $setElementOrder/LIST,
// $deleteFromPrimitiveList/LIST. The order of a merged list is first that of $setElementOrder, then that of the patch, then
// that of the object.
//
// Read merge.go (maps and their directives), then lists.go and order.go.
//
// Upstream: k8s.io/apimachinery/pkg/util/strategicpatch, of which the lookup of tags is used here.
package strategicpatch
