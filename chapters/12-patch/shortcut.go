package patch

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// shortcut carries an account on as the library does, in a small part of the time: it compares Go values instead of typed
// ones, and looks for what has changed in the owners' fields as they are stored. Where that may not give the library's
// result, it gives none. A test holds the two against each other.
type shortcut struct {
	account
	plan func() *plan // nil: the kind has parts that Go does not describe
}

// maxUpdaters is how many owners by update an object may have; the library unites the oldest of more.
// Upstream: DefaultMaxUpdateManagers.
const maxUpdaters = 10

func (a account) shortcut(shapes func() *shapes) *shortcut {
	return &shortcut{account: a, plan: sync.OnceValue(func() *plan {
		if a.codecs.Converter != nil && a.codecs.Converter.Hub(a.kind) != a.kind {
			return nil
		}
		return shapes().plan(a.kind)
	})}
}

// update sets obj's managedFields; false: it has changed nothing.
func (s *shortcut) update(live, obj runtime.Object, manager string) bool {
	plan := s.plan()
	if plan == nil || reflect.TypeOf(live) != reflect.TypeOf(obj) {
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
	owners, ok := s.owners(before, object)
	if !ok {
		return false
	}
	if len(owners) == 0 && before.GetUID() != "" {
		object.SetManagedFields(nil) // nobody has kept an account: it begins with the first apply
		return true
	}
	changes, ok := s.changes(plan, live, obj)
	if !ok {
		return false
	}
	next, ok := s.next(plan, owners, changes, manager)
	if ok {
		object.SetManagedFields(next)
	}
	return ok
}

// owners are those who are there before the write: the account that obj brings, or else live's. An empty account asks for
// a new one, which the library begins.
func (s *shortcut) owners(live, obj metav1.Object) ([]metav1.ManagedFieldsEntry, bool) {
	brought := obj.GetManagedFields()
	if s.subresource != "" || brought == nil {
		return live.GetManagedFields(), true
	}
	return brought, len(brought) > 0
}

// sameOwner: who updates is another owner in each version, who applies is one.
func sameOwner(a, b metav1.ManagedFieldsEntry) bool {
	return a.Manager == b.Manager && a.Operation == b.Operation && a.Subresource == b.Subresource &&
		(a.APIVersion == b.APIVersion || a.Operation == metav1.ManagedFieldsOperationApply)
}

// changes are what obj has otherwise than live, without what the storage resets.
func (s *shortcut) changes(p *plan, live, obj runtime.Object) ([]changed, bool) {
	object, err := meta.Accessor(obj)
	if err != nil {
		return nil, false
	}
	brought := object.GetManagedFields()
	object.SetManagedFields(nil) // they are no part of the object
	defer object.SetManagedFields(brought)
	var d difference
	_, changes := d.compare(p, side{v: reflect.ValueOf(live)}, side{v: reflect.ValueOf(obj)})
	changes = without(changes, []string{"metadata", "managedFields"})
	for _, path := range s.reset {
		changes = without(changes, path)
	}
	disown(changes)
	return changes, !d.unsure
}

// next are the owners after a change by manager.
func (s *shortcut) next(p *plan, owners []metav1.ManagedFieldsEntry, changes []changed, manager string) ([]metav1.ManagedFieldsEntry, bool) {
	self := metav1.ManagedFieldsEntry{Manager: manager, Operation: metav1.ManagedFieldsOperationUpdate,
		APIVersion: s.kind.GroupVersion().String(), Subresource: s.subresource, FieldsType: "FieldsV1"}
	if manager == "" {
		self.Manager = "unknown"
	}
	total := count(changes)
	next := make([]metav1.ManagedFieldsEntry, 0, len(owners)+1)
	found := false
	for i := range owners {
		o := owners[i]
		if o.APIVersion != self.APIVersion || o.FieldsType != self.FieldsType || o.FieldsV1 == nil || !known(o, owners[:i]) {
			return nil, false
		}
		hits, ok := scanFields(o.FieldsV1.GetRawBytes(), p, changes)
		if !ok {
			return nil, false
		}
		mine := total.written > 0 && sameOwner(o, self)
		found = found || mine
		switch {
		case mine && hits.written == total.written && hits.removed == 0:
		case mine || hits != counts{}:
			if o.FieldsV1, ok = edited(o.FieldsV1, changes, mine); !ok {
				return nil, false
			}
		}
		if mine {
			o.Time = now()
		}
		if o.FieldsV1 != nil {
			next = append(next, o)
		}
	}
	if total.written > 0 && !found {
		self.FieldsV1, self.Time = &metav1.FieldsV1{}, now()
		self.FieldsV1.SetRawBytes(appendWritten(nil, changes))
		next = append(next, self)
	}
	return sorted(next)
}

// known: an operation that the library accepts, by an owner who does not stand there twice.
func known(o metav1.ManagedFieldsEntry, others []metav1.ManagedFieldsEntry) bool {
	if o.Operation != metav1.ManagedFieldsOperationApply && o.Operation != metav1.ManagedFieldsOperationUpdate {
		return false
	}
	return !slices.ContainsFunc(others, func(other metav1.ManagedFieldsEntry) bool { return sameOwner(o, other) })
}

// now is the time of a write, as the library notes it.
func now() *metav1.Time { return &metav1.Time{Time: time.Now().UTC()} }

// edited are an owner's fields without those that changed, and for the one who changed them with these. Nil: none is
// left.
func edited(fields *metav1.FieldsV1, changes []changed, mine bool) (*metav1.FieldsV1, bool) {
	written, owned, gone, err := sets(changes)
	if err != nil {
		return nil, false
	}
	had := fieldpath.NewSet()
	if had.FromJSON(fields.GetRawReader()) != nil {
		return nil, false
	}
	has := had.Difference(written).Difference(gone)
	if mine {
		has = has.Union(owned)
	}
	if has.Empty() {
		return nil, true
	}
	text, err := has.ToJSON()
	next := &metav1.FieldsV1{}
	next.SetRawBytes(text)
	return next, err == nil
}

// sorted brings owners into the order in which they are stored; too many updaters are left to the library.
func sorted(owners []metav1.ManagedFieldsEntry) ([]metav1.ManagedFieldsEntry, bool) {
	updaters := 0
	for _, o := range owners {
		if o.Operation == metav1.ManagedFieldsOperationUpdate {
			updaters++
		}
	}
	if updaters > maxUpdaters {
		return nil, false
	}
	slices.SortFunc(owners, func(a, b metav1.ManagedFieldsEntry) int {
		if c := strings.Compare(string(a.Operation), string(b.Operation)); c != 0 {
			return c
		}
		if c := seconds(a.Time) - seconds(b.Time); c != 0 {
			return int(c)
		}
		return strings.Compare(a.Manager+"\x00"+a.APIVersion+"\x00"+a.Subresource, b.Manager+"\x00"+b.APIVersion+"\x00"+b.Subresource)
	})
	if len(owners) == 0 {
		return nil, true
	}
	return owners, true
}

func seconds(t *metav1.Time) int64 {
	if t == nil {
		return 0
	}
	return t.Unix()
}
