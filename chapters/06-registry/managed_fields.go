package registry

import (
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// keepManagedFieldsTimestamps restores the times in obj's managedFields if an update changes nothing else, so that an apply
// without changes writes nothing. Upstream: fieldmanager.IgnoreManagedFieldsTimestampsTransformer.
func keepManagedFieldsTimestamps(obj, old runtime.Object) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return
	}
	before, err := meta.Accessor(old)
	if err != nil {
		return
	}
	now, was := m.GetManagedFields(), before.GetManagedFields()
	if !onlyTimesDiffer(now, was) {
		return
	}
	m.SetManagedFields(was)
	if !equality.Semantic.DeepEqualWithNilDifferentFromEmpty(obj, old) {
		m.SetManagedFields(now)
	}
}

// onlyTimesDiffer reports whether times differ between the entries, and nothing else does.
func onlyTimesDiffer(now, was []metav1.ManagedFieldsEntry) bool {
	later := false
	same := slices.EqualFunc(now, was, func(a, b metav1.ManagedFieldsEntry) bool {
		later = later || !a.Time.Equal(b.Time)
		return a.Manager == b.Manager && a.Operation == b.Operation && a.APIVersion == b.APIVersion &&
			a.Subresource == b.Subresource && a.FieldsType == b.FieldsType && sameFields(a.FieldsV1, b.FieldsV1)
	})
	return same && later
}

func sameFields(a, b *metav1.FieldsV1) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
