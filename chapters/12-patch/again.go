package patch

import (
	"bytes"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// again is an apply of a manager who wants the fields that it wanted last time: none is new, none is left out. Then the
// wish can be written into a copy of the object, value by value, and the account stays as it is but for a time. Nil: the
// wish is another one, somebody else owns what it changes, or this is not sure; the library knows.
func (s *shortcut) again(live runtime.Object, wish map[string]any, manager string) runtime.Object {
	plan := s.plan()
	object, err := meta.Accessor(live)
	if plan == nil || err != nil || s.kind.Kind != wish["kind"] || s.kind.GroupVersion().String() != wish["apiVersion"] ||
		object.GetAnnotations()[lastApplied] != "" {
		return nil
	}
	mine := s.entry(plan, object.GetManagedFields(), manager)
	if mine < 0 {
		return nil
	}
	obj := live.DeepCopyObject()
	w := wishing{}
	fields := w.record(plan, wish, reflect.ValueOf(obj).Elem())
	for _, path := range s.reset {
		fields = without(fields, path)
	}
	disown(fields)
	owned := object.GetManagedFields()[mine].FieldsV1.GetRawBytes()
	if w.unmet || !bytes.Equal(owned, appendWritten(nil, fields)) || w.wrote && !s.renew(plan, live, obj, mine) {
		return nil
	}
	return obj
}

// renew notes that an owner has written what obj has otherwise than live. False: somebody else owns a part of it.
func (s *shortcut) renew(p *plan, live, obj runtime.Object, mine int) bool {
	changes, ok := s.changes(p, live, obj)
	object, err := meta.Accessor(obj)
	if !ok || err != nil {
		return false
	}
	owners := object.GetManagedFields()
	for i, o := range owners {
		hits, ok := scanFields(o.FieldsV1.GetRawBytes(), p, changes)
		if !ok || hits.removed > 0 || i != mine && hits.written > 0 {
			return false
		}
	}
	owners[mine].Time = now()
	owners, ok = sorted(owners)
	object.SetManagedFields(owners)
	s.codecs.Scheme.Default(obj)
	if s.codecs.Converter != nil && s.codecs.Converter.Normalize(obj) != nil {
		return false
	}
	return ok
}

// lastApplied is where kubectl keeps what it applied by itself; the library keeps it up to date.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// entry finds an applier in the account. Less than 0: it is not there, or the account needs to be put right.
func (s *shortcut) entry(p *plan, owners []metav1.ManagedFieldsEntry, manager string) int {
	found := -1
	for i, o := range owners {
		if o.FieldsType != "FieldsV1" || o.FieldsV1 == nil || o.APIVersion != s.kind.GroupVersion().String() || !known(o, owners[:i]) {
			return -1
		}
		if _, ok := scanFields(o.FieldsV1.GetRawBytes(), p, nil); !ok {
			return -1
		}
		if o.Manager == manager && o.Operation == metav1.ManagedFieldsOperationApply && o.Subresource == s.subresource {
			found = i
		}
	}
	return found
}
