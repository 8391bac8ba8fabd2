package patch

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
)

// kubectl is the manager that may change from client-side apply to server-side apply without conflicts. Client-side apply
// keeps the applied configuration in an annotation, corev1.LastAppliedConfigAnnotation.
const kubectl = "kubectl"

// withoutLastApplied returns the conflicts without those about fields that client-side apply has set and that have not
// changed since. Upstream: lastAppliedManager.
func (m *fieldManager) withoutLastApplied(conflicts merge.Conflicts, live runtime.Object) merge.Conflicts {
	ours, err := m.lastAppliedSet(live)
	if err != nil { // there is no annotation, or it cannot be decoded
		return conflicts
	}
	var left merge.Conflicts
	for _, conflict := range conflicts {
		if !ours.Has(conflict.Path) {
			left = append(left, conflict)
		}
	}
	return left
}

// lastAppliedSet returns the fields of the annotation that have the same values in live.
func (m *fieldManager) lastAppliedSet(live runtime.Object) (*fieldpath.Set, error) {
	object, err := meta.Accessor(live)
	if err != nil {
		return nil, err
	}
	lastApplied := &unstructured.Unstructured{}
	if err := json.Unmarshal([]byte(object.GetAnnotations()[corev1.LastAppliedConfigAnnotation]), lastApplied); err != nil {
		return nil, err
	}
	if version := lastApplied.GetAPIVersion(); version != m.kind.GroupVersion().String() {
		return nil, fmt.Errorf("what was applied last has version %s, not %s", version, m.kind.GroupVersion())
	}
	versioned, err := m.objects.ConvertToVersion(live, m.kind.GroupVersion())
	if err != nil {
		return nil, err
	}
	current, err := m.types.ObjectToTyped(versioned)
	if err != nil {
		return nil, err
	}
	config, err := m.types.ObjectToTyped(lastApplied)
	if err != nil {
		return nil, err
	}
	set, err := config.ToFieldSet()
	if err != nil {
		return nil, err
	}
	changes, err := config.Compare(current)
	if err != nil {
		return nil, err
	}
	return set.Difference(changes.Modified).Difference(changes.Added).Difference(changes.Removed), nil
}

// updateLastApplied writes the applied configuration into the annotation, if obj has it, so that kubectl can return to
// client-side apply. Upstream: lastAppliedUpdater.
func updateLastApplied(obj runtime.Object, applied *unstructured.Unstructured) error {
	object, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	annotations := object.GetAnnotations()
	if annotations[corev1.LastAppliedConfigAnnotation] == "" {
		return nil
	}
	config := applied.DeepCopy()
	unstructured.RemoveNestedField(config.Object, "metadata", "annotations", corev1.LastAppliedConfigAnnotation)
	text, err := runtime.Encode(unstructured.UnstructuredJSONScheme, config)
	if err != nil {
		return fmt.Errorf("failed to build last-applied annotation: couldn't encode object into last applied annotation: %v", err)
	}
	annotations[corev1.LastAppliedConfigAnnotation] = string(text)
	if validation.ValidateAnnotationsSize(annotations) != nil {
		delete(annotations, corev1.LastAppliedConfigAnnotation)
	}
	object.SetAnnotations(annotations)
	return nil
}
