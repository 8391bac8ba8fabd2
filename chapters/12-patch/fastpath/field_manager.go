package fastpath

import (
	"bytes"
	"reflect"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	patch "kubepath/chapters/12-patch"
)

// FieldManagers makes the fast field managers of a server's endpoints.
type FieldManagers struct{ plain *patch.FieldManagers }

// NewFieldManagers returns the factory for the kinds of codecs. Its New is a server's Config.NewFieldManager.
func NewFieldManagers(codecs *kinds.Codecs) *FieldManagers {
	return &FieldManagers{patch.NewFieldManagers(codecs)}
}

// New returns the field manager of an endpoint.
func (f *FieldManagers) New(e *rest.RequestScope) rest.FieldManager {
	m := &fieldManager{kind: e.Kind, subresource: e.Subresource, codecs: f.plain.Codecs, types: f.plain.Types, plain: f.plain.New(e)}
	if resetter, ok := rest.As[rest.ResetFieldsStrategy](e.Storage); ok {
		m.reset = resetter.GetResetFields()
	}
	return m
}

// fieldManager is the fast field manager of one endpoint.
type fieldManager struct {
	kind        schema.GroupVersionKind
	subresource string
	reset       rest.ResetFields
	codecs      *kinds.Codecs
	types       *patch.TypeConverter
	plain       rest.FieldManager // for the requests that the fast path does not handle

	once sync.Once
	info *typeInfo // of the kind, from the first request on; nil: the fast path cannot handle the kind
}

var _ rest.FieldManager = (*fieldManager)(nil)

// UpdateNoErrors updates the managed fields of obj. See rest.FieldManager.
func (m *fieldManager) UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object {
	if live == nil {
		live = reflect.New(reflect.TypeOf(obj).Elem()).Interface().(runtime.Object)
		live.GetObjectKind().SetGroupVersionKind(obj.GetObjectKind().GroupVersionKind())
	}
	if m.update(live, obj, manager) {
		return obj
	}
	return m.plain.UpdateNoErrors(live, obj, manager)
}

// Apply merges an applied configuration into the live object. See rest.FieldManager.
func (m *fieldManager) Apply(live runtime.Object, applied *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	if obj := m.applySameFields(live, applied.Object, manager); obj != nil {
		return obj, nil
	}
	return m.plain.Apply(live, applied, manager, force)
}

// typeInfo returns the info of the kind, which the first request builds; nil for a kind with another hub version, whose
// objects must be converted before they are compared.
func (m *fieldManager) typeInfo() *typeInfo {
	m.once.Do(m.buildTypeInfo)
	return m.info
}

func (m *fieldManager) buildTypeInfo() {
	if m.codecs.Converter != nil && m.codecs.Converter.Hub(m.kind) != m.kind {
		return
	}
	obj, err := m.codecs.Scheme.New(m.kind)
	if err != nil {
		return
	}
	parseable, err := m.types.Type(m.kind)
	if err != nil {
		return
	}
	m.info = newTypeInfo(reflect.TypeOf(obj), parseable)
}

// update sets obj's managed fields. False: it has changed nothing, and the plain field manager must do it.
func (m *fieldManager) update(live, obj runtime.Object, manager string) bool {
	info := m.typeInfo()
	if info == nil || reflect.TypeOf(live) != reflect.TypeOf(obj) {
		return false
	}
	object, err := meta.Accessor(obj)
	if err != nil {
		return false
	}
	before, err := meta.Accessor(live)
	if err != nil {
		return false
	}
	// The entries before the write: those of obj, or else those of live. An empty list resets them.
	entries := object.GetManagedFields()
	switch {
	case m.subresource != "" || entries == nil:
		entries = before.GetManagedFields()
	case len(entries) == 0:
		return false
	}
	if len(entries) == 0 && before.GetUID() != "" {
		object.SetManagedFields(nil) // managed fields are not tracked before the first apply
		return true
	}
	changes, ok := m.compare(info, live, obj)
	if !ok {
		return false
	}
	next, ok := m.nextEntries(info, entries, changes, manager)
	if ok {
		object.SetManagedFields(next)
	}
	return ok
}

// compare returns the fields that differ between live and obj, without those that the storage resets.
func (m *fieldManager) compare(info *typeInfo, live, obj runtime.Object) ([]fieldChange, bool) {
	object, err := meta.Accessor(obj)
	if err != nil {
		return nil, false
	}
	entries := object.GetManagedFields()
	object.SetManagedFields(nil) // they are not compared
	defer object.SetManagedFields(entries)
	var c comparer
	_, changes := c.compare(info, operand{v: reflect.ValueOf(live)}, operand{v: reflect.ValueOf(obj)})
	changes = exclude(changes, []string{"metadata", "managedFields"})
	for _, path := range m.reset {
		changes = exclude(changes, path)
	}
	markStripped(changes)
	return changes, !c.fallback
}

// nextEntries returns the entries of an object after a manager has made changes.
func (m *fieldManager) nextEntries(info *typeInfo, entries []metav1.ManagedFieldsEntry, changes []fieldChange, manager string) ([]metav1.ManagedFieldsEntry, bool) {
	self := metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate,
		APIVersion: m.kind.GroupVersion().String(), Subresource: m.subresource, FieldsType: "FieldsV1"}
	if manager == "" {
		self.Manager = "unknown"
	}
	total := count(changes)
	next := make([]metav1.ManagedFieldsEntry, 0, len(entries)+1)
	found := false
	for i := range entries {
		entry := entries[i]
		if entry.APIVersion != self.APIVersion || !isRegular(entry, entries[:i]) {
			return nil, false
		}
		has, ok := scan(entry.FieldsV1.GetRawBytes(), info, changes)
		if !ok {
			return nil, false
		}
		mine := total.written > 0 && sameManager(entry, self)
		found = found || mine
		same := has == counts{}
		if mine {
			same = has.written == total.written && has.removed == 0
			entry.Time = now()
		}
		if !same {
			if entry.FieldsV1, ok = updateFields(entry.FieldsV1, changes, mine); !ok {
				return nil, false
			}
		}
		if entry.FieldsV1 != nil {
			next = append(next, entry)
		}
	}
	if total.written > 0 && !found {
		self.FieldsV1, self.Time = &metav1.FieldsV1{}, now()
		self.FieldsV1.SetRawBytes(appendWritten(nil, changes))
		next = append(next, self)
	}
	return sortEntries(next)
}

// updateFields returns the fields of an entry without the changed ones; mine: plus those with a new value, since this manager
// has changed them. Nil: no field is left.
func updateFields(fields *metav1.FieldsV1, changes []fieldChange, mine bool) (*metav1.FieldsV1, bool) {
	written, owned, removed := fieldpath.NewSet(), fieldpath.NewSet(), fieldpath.NewSet()
	if err := insert(changes, nil, written, owned, removed); err != nil {
		return nil, false
	}
	set := fieldpath.NewSet()
	if set.FromJSON(fields.GetRawReader()) != nil {
		return nil, false
	}
	set = set.Difference(written).Difference(removed)
	if mine {
		set = set.Union(owned)
	}
	if set.Empty() {
		return nil, true
	}
	text, err := set.ToJSON()
	next := &metav1.FieldsV1{}
	next.SetRawBytes(text)
	return next, err == nil
}

// applySameFields is an apply of the same fields as last time: none is new, and none is omitted. It writes the values into a
// copy of the object; of the managed fields, only a time may change. Nil: the plain field manager must do it, because the
// fields are not the same, another manager has a changed field, or this is not certain.
func (m *fieldManager) applySameFields(live runtime.Object, applied map[string]any, manager string) runtime.Object {
	info := m.typeInfo()
	object, err := meta.Accessor(live)
	if info == nil || err != nil || m.kind.Kind != applied["kind"] || m.kind.GroupVersion().String() != applied["apiVersion"] ||
		object.GetAnnotations()[corev1.LastAppliedConfigAnnotation] != "" {
		return nil
	}
	mine := m.findApplier(info, object.GetManagedFields(), manager)
	if mine < 0 {
		return nil
	}
	obj := live.DeepCopyObject()
	var a applier
	fields := a.structFields(info, applied, reflect.ValueOf(obj).Elem())
	for _, path := range m.reset {
		fields = exclude(fields, path)
	}
	markStripped(fields)
	if a.fallback || !bytes.Equal(object.GetManagedFields()[mine].FieldsV1.GetRawBytes(), appendWritten(nil, fields)) {
		return nil
	}
	if a.wrote && !m.touch(info, live, obj, mine) {
		return nil
	}
	return obj
}

// findApplier returns the index of the entry of a manager by Apply. -1: it has none, or the plain field manager would change
// one of the entries.
func (m *fieldManager) findApplier(info *typeInfo, entries []metav1.ManagedFieldsEntry, manager string) int {
	found := -1
	for i, entry := range entries {
		if entry.APIVersion != m.kind.GroupVersion().String() || !isRegular(entry, entries[:i]) {
			return -1
		}
		if _, ok := scan(entry.FieldsV1.GetRawBytes(), info, nil); !ok {
			return -1
		}
		if entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == m.subresource {
			found = i
		}
	}
	return found
}

// touch sets the time of a manager that has changed the fields which differ between live and obj. False: another manager has
// one of them.
func (m *fieldManager) touch(info *typeInfo, live, obj runtime.Object, mine int) bool {
	changes, ok := m.compare(info, live, obj)
	object, err := meta.Accessor(obj)
	if !ok || err != nil {
		return false
	}
	entries := object.GetManagedFields()
	for i, entry := range entries {
		has, ok := scan(entry.FieldsV1.GetRawBytes(), info, changes)
		if !ok || has.removed > 0 || i != mine && has.written > 0 {
			return false
		}
	}
	entries[mine].Time = now()
	entries, ok = sortEntries(entries)
	object.SetManagedFields(entries)
	m.codecs.Scheme.Default(obj)
	if m.codecs.Converter != nil && m.codecs.Converter.Normalize(obj) != nil {
		return false
	}
	return ok
}

// isRegular reports whether the plain field manager accepts an entry, and its manager has no other entry.
func isRegular(entry metav1.ManagedFieldsEntry, others []metav1.ManagedFieldsEntry) bool {
	if entry.Operation != metav1.ManagedFieldsOperationApply && entry.Operation != metav1.ManagedFieldsOperationUpdate ||
		entry.FieldsType != "FieldsV1" || entry.FieldsV1 == nil {
		return false
	}
	for _, other := range others {
		if sameManager(entry, other) {
			return false
		}
	}
	return true
}

// sameManager reports whether two entries have the same manager. Managers by Update differ if the versions differ; managers
// by Apply do not.
func sameManager(a, b metav1.ManagedFieldsEntry) bool {
	return a.Manager == b.Manager && a.Operation == b.Operation && a.Subresource == b.Subresource &&
		(a.APIVersion == b.APIVersion || a.Operation == metav1.ManagedFieldsOperationApply)
}

// now returns the current time in the form of managed fields.
func now() *metav1.Time { return &metav1.Time{Time: time.Now().UTC()} }

// sortEntries sorts entries in the order in which they are stored. False: there are too many managers by Update, and the
// plain field manager must merge them.
func sortEntries(entries []metav1.ManagedFieldsEntry) ([]metav1.ManagedFieldsEntry, bool) {
	updaters := 0
	for _, entry := range entries {
		if entry.Operation == metav1.ManagedFieldsOperationUpdate {
			updaters++
		}
	}
	if updaters > patch.MaxUpdateManagers {
		return nil, false
	}
	if len(entries) == 0 {
		return nil, true
	}
	patch.SortManagedFields(entries)
	return entries, true
}
