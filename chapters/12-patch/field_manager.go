package patch

import (
	"fmt"
	"reflect"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	rest "kubepath/chapters/04-rest"
)

// Two managers apply the same field (testdata/races/apply_conflict.txtar plays it). Time runs down; each revision shows the
// data and the managed fields that are stored from then on.
//
//	manager release              stored: configmaps/web                    manager mesh
//	apply size: "1" ───────────▶ r2  size: "1"  release: f:size
//	                             r2  unchanged ◀────────────────────────── apply size: "2"
//	                                       └─────────────────────────────▶ 409 conflict with "release": .data.size
//	                             r3  size: "2"  mesh: f:size ◀──────────── apply size: "2", force
//	apply size: "1" ───────────▶ r3  unchanged
//	409 conflict with "mesh" ◀───────┘
//	apply size: "2" ───────────▶ r4  size: "2"  mesh: f:size, release: f:size
//	                             r5  size: "2"  release: f:size ◀───────── apply without size
//	apply without size ────────▶ r6  size is removed: no manager has it

// fieldManager is server-side apply for the objects of one endpoint. It merges with structured-merge-diff, as kube-apiserver
// does. Its input and output, which ExampleFieldManagers_New prints:
//
//	applied configuration      live object             its managed fields
//	by mesh                    data:                   editor Update: f:size
//	  data:                      greeting: hi          release Apply: f:greeting
//	    color: blue              size: "1"
//	    size: "1"
//	          │                       │                          │
//	          └───────────────────────┼──────────────────────────┘
//	                                  ▼
//	                            Updater.Apply ───────▶ 409, if mesh gave another
//	                                  │                value to size or greeting
//	                  ┌───────────────┴────────────────┐
//	                  ▼                                ▼
//	            merged object                its new managed fields
//	            data:                        editor Update: f:size
//	              color: blue                mesh Apply: f:color f:size
//	              greeting: hi               release Apply: f:greeting
//	              size: "1"
//
// Upstream: managedfields.FieldManager, with the managers that it consists of.
type fieldManager struct {
	kind        schema.GroupVersionKind
	subresource string
	hub         schema.GroupVersion
	scheme      *runtime.Scheme
	types       *TypeConverter
	objects     objectConverter
	updater     merge.Updater
}

var _ rest.FieldManager = (*fieldManager)(nil)

// Names of managers that are no clients.
const (
	beforeFirstApply = "before-first-apply" // has the fields that an object had before its managed fields were tracked
	currentOperation = "current-operation"  // has the fields of the current update, until they are known
	ancientChanges   = "ancient-changes"    // has the fields of the oldest updates
)

// Apply merges an applied configuration into the live object. See rest.FieldManager.
func (m *fieldManager) Apply(live runtime.Object, applied *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	object, err := meta.Accessor(live)
	if err != nil {
		return nil, fmt.Errorf("couldn't get accessor: %v", err)
	}
	managed, err := decodeManagedFields(object.GetManagedFields())
	if err != nil {
		return nil, fmt.Errorf("failed to decode managed fields: %v", err)
	}
	if kind := applied.GroupVersionKind(); kind != m.kind {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("invalid object type: %v", kind))
	}
	if len(managed.sets) == 0 { // the managed fields were not tracked so far: the present fields get a manager
		empty, err := m.newObject()
		if err == nil {
			err = m.track(empty, live, managed, beforeFirstApply)
		}
		if err != nil {
			return nil, fmt.Errorf("failed to create manager for existing fields: %v", err)
		}
	}
	if applied.GetManagedFields() != nil {
		return nil, apierrors.NewBadRequest("metadata.managedFields must be nil")
	}

	// Both become typed values, whose schema says which lists have keys and which structs are atomic.
	versioned, err := m.objects.ConvertToVersion(live, m.kind.GroupVersion())
	if err != nil {
		return nil, fmt.Errorf("failed to convert live object (%v) to proper version: %v", identity(live), err)
	}
	config, err := m.types.ObjectToTyped(applied) // without duplicates in its lists
	if err != nil {
		return nil, fmt.Errorf("failed to create typed patch object (%v): %v", identity(applied), err)
	}
	current, err := m.types.ObjectToTyped(versioned, typed.AllowDuplicates)
	if err != nil {
		return nil, fmt.Errorf("failed to create typed live object (%v): %v", identity(versioned), err)
	}

	// Updater.Apply sets the fields of the applied configuration, and removes those that the manager applied last time and
	// omits now, unless another manager has them. A field that it changes is taken from its other managers; without force
	// that is a conflict.
	id := managed.identify(m.entry(manager, metav1.ManagedFieldsOperationApply))
	merged, sets, err := m.updater.Apply(current, config, m.version(), managed.sets, id, force)
	if conflicts, ok := err.(merge.Conflicts); ok && manager == kubectl {
		if conflicts = m.withoutLastApplied(conflicts, live); len(conflicts) > 0 {
			return nil, managed.conflictError(conflicts)
		}
		merged, sets, err = m.updater.Apply(current, config, m.version(), managed.sets, id, true)
	}
	if conflicts, ok := err.(merge.Conflicts); ok {
		return nil, managed.conflictError(conflicts)
	}
	if err != nil {
		return nil, err
	}
	managed.sets = sets
	managed.strip(id)

	// The merged value becomes an object again. Nil: it equals the live object; only the managed fields may differ.
	var obj runtime.Object
	if merged == nil {
		obj = live.DeepCopyObject()
	} else {
		if obj, err = m.typedToObject(merged, applied); err != nil {
			return nil, err
		}
		managed.touch(id)
	}
	if manager == kubectl {
		if err := updateLastApplied(obj, applied); err != nil {
			return nil, err
		}
	}
	return obj, managed.encode(obj)
}

// UpdateNoErrors updates the managed fields of obj after a write that is no apply. See rest.FieldManager. After an error
// they are those of live: no write fails because of its managed fields.
func (m *fieldManager) UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object {
	if live == nil {
		live = newOf(obj)
	}
	before, err := meta.Accessor(live)
	if err != nil {
		return obj
	}
	object, err := meta.Accessor(obj)
	if err != nil {
		return obj
	}
	managed := m.managedBefore(before, object)
	object.SetManagedFields(nil) // they are not compared
	if len(managed.sets) == 0 && before.GetUID() != "" {
		return obj // managed fields are not tracked before the first apply
	}
	err = m.track(live, obj, managed, manager)
	if err == nil {
		err = managed.encode(obj)
	}
	if err != nil { // for example, an element of a list has no key
		object.SetManagedFields(before.GetManagedFields())
	}
	return obj
}

// managedBefore returns the managed fields that an update starts from: those of obj, or else those of live. An empty list,
// or one with an empty entry, resets them.
func (m *fieldManager) managedBefore(live, obj metav1.Object) *managedFields {
	if m.subresource == "" {
		entries := obj.GetManagedFields()
		if entries != nil && len(entries) == 0 || len(entries) == 1 && reflect.DeepEqual(entries[0], metav1.ManagedFieldsEntry{}) {
			return newManagedFields(0)
		}
		if managed, err := decodeManagedFields(entries); err == nil && len(managed.sets) > 0 {
			return managed
		}
	}
	managed, err := decodeManagedFields(live.GetManagedFields())
	if err != nil {
		return newManagedFields(0)
	}
	return managed
}

// track changes managed after an update: the fields that differ between live and obj get this manager, and no other keeps
// them.
func (m *fieldManager) track(live, obj runtime.Object, managed *managedFields, manager string) error {
	after, err := m.objectToTyped("new", obj)
	if err != nil {
		return err
	}
	before, err := m.objectToTyped("live", live)
	if err != nil {
		return err
	}
	_, sets, err := m.updater.Update(before, after, m.version(), managed.sets, currentOperation)
	if err != nil {
		return fmt.Errorf("failed to update ManagedFields (%v): %v", identity(obj), err)
	}
	managed.sets = sets
	managed.strip(currentOperation)
	managed.add(m.entry(manager, metav1.ManagedFieldsOperationUpdate))
	managed.capUpdateManagers()
	return nil
}
