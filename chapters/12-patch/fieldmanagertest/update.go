package fieldmanagertest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// updates is a series of writes to one object and its status.
type updates struct {
	Generator
	t            *testing.T
	many         bool // more than ten managers write
	main, status pair
	live         runtime.Object // nil: not yet created
}

// write has the reference and the subject bring the managed fields up to date after a write.
func (u *updates) write() {
	if u.live != nil && u.Intn(4) == 0 {
		u.apply()
	}
	managers, by := u.main, []string{"", "a", "b", "kubelet"}[u.Intn(4)]
	if u.many {
		by = fmt.Sprint("m", u.Intn(16))
	}
	if u.live != nil && u.Intn(3) == 0 {
		managers = u.status
	}
	obj := u.next()
	if u.many { // each manager has a label, so that all of them stay
		object, _ := meta.Accessor(obj)
		labels := maps.Clone(object.GetLabels())
		if labels == nil {
			labels = map[string]string{}
		}
		labels[by] = fmt.Sprint(u.Int())
		object.SetLabels(labels)
	}
	before := text(u.live)
	want := managers.reference.UpdateNoErrors(copied(u.live), obj.DeepCopyObject(), by)
	got := managers.subject.UpdateNoErrors(u.live, obj.DeepCopyObject(), by)
	if diff := cmp.Diff(entries(want), entries(got)); diff != "" {
		u.t.Fatalf("%s after a write by %q (-reference +subject):\n%s\nlive %s\nobj %s", u.Kind, by, diff, before, text(obj))
	}
	if diff := cmp.Diff(before, text(u.live)); diff != "" {
		u.t.Fatalf("the live object has changed:\n%s", diff)
	}
	u.live = stored(got)
	if u.many || u.Intn(2) == 0 {
		time.Sleep(time.Second)
	}
}

// copied is a copy of an object, or nil.
func copied(obj runtime.Object) runtime.Object {
	if obj == nil {
		return nil
	}
	return obj.DeepCopyObject()
}

// apply adds a manager that applies. What cannot be applied is left.
func (u *updates) apply() {
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(u.Object(u.t))
	if err != nil {
		u.t.Fatal(err)
	}
	obj, err := u.main.reference.Apply(u.live, &unstructured.Unstructured{Object: fields}, "applier", true)
	if err == nil {
		u.live = stored(obj)
	}
}

// next is what a client sends: the live object, more or less changed, with its managed fields, without, or with a part of
// them.
func (u *updates) next() runtime.Object {
	other := u.Object(u.t)
	if u.live == nil {
		return other
	}
	obj := u.live.DeepCopyObject()
	object, _ := meta.Accessor(obj)
	if !u.many && u.Intn(5) > 0 {
		uid, entries := object.GetUID(), object.GetManagedFields()
		u.Blend(reflect.ValueOf(obj).Elem(), reflect.ValueOf(other).Elem())
		object.SetUID(uid)
		object.SetManagedFields(entries)
	}
	obj.GetObjectKind().SetGroupVersionKind(u.Kind)
	switch n := u.Intn(20); {
	case n < 3:
		object.SetManagedFields(nil)
	case n == 3 && !u.many:
		if entries := object.GetManagedFields(); len(entries) > 1 {
			object.SetManagedFields(slices.Clone(entries[1:]))
		}
	}
	return obj
}
