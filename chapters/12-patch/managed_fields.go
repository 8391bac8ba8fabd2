package patch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// managedFields are the managed fields of one object in the form of structured-merge-diff: a set of fields for each manager,
// by the identifier of the manager. Upstream: Managed of managedfields.
type managedFields struct {
	sets    fieldpath.ManagedFields
	entries map[string]metav1.ManagedFieldsEntry // by identifier, without fields: the manager, and the time of its last write
}

func newManagedFields(size int) *managedFields {
	return &managedFields{make(fieldpath.ManagedFields, size), make(map[string]metav1.ManagedFieldsEntry, size)}
}

// decodeManagedFields decodes metadata.managedFields. Upstream: DecodeManagedFields.
func decodeManagedFields(entries []metav1.ManagedFieldsEntry) (*managedFields, error) {
	managed := newManagedFields(len(entries))
	for i, entry := range entries {
		switch {
		case entry.Operation != metav1.ManagedFieldsOperationApply && entry.Operation != metav1.ManagedFieldsOperationUpdate:
			return nil, fmt.Errorf("operation must be `Apply` or `Update`")
		case entry.APIVersion == "":
			return nil, fmt.Errorf("apiVersion must not be empty")
		case entry.FieldsType == "":
			return nil, fmt.Errorf("missing fieldsType in managed fields entry %d", i)
		case entry.FieldsType != "FieldsV1":
			return nil, fmt.Errorf("invalid fieldsType %q in managed fields entry %d", entry.FieldsType, i)
		}
		set := fieldpath.NewSet()
		if entry.FieldsV1 != nil {
			if err := set.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
				return nil, fmt.Errorf("error decoding versioned set from %v: error decoding set: %v", entry, err)
			}
		}
		applied := entry.Operation == metav1.ManagedFieldsOperationApply
		managed.sets[managed.identify(entry)] = fieldpath.NewVersionedSet(set, fieldpath.APIVersion(entry.APIVersion), applied)
	}
	return managed, nil
}

// identify returns the identifier of an entry's manager, and stores the entry. A manager by Update has an identifier for each
// version; a manager by Apply has one for all versions. Upstream: BuildManagerIdentifier.
func (m *managedFields) identify(entry metav1.ManagedFieldsEntry) string {
	of := metav1.ManagedFieldsEntry{Manager: entry.Manager, Operation: entry.Operation, APIVersion: entry.APIVersion, Subresource: entry.Subresource}
	if of.Operation == metav1.ManagedFieldsOperationApply {
		of.APIVersion = ""
	}
	text, _ := json.Marshal(of) // strings: it cannot fail
	id := string(text)
	if _, ok := m.entries[id]; !ok || entry.Time != nil {
		of.Time = entry.Time
		m.entries[id] = of
	}
	return id
}

// touch sets the time of a manager's last write to now.
func (m *managedFields) touch(id string) {
	entry := m.entries[id]
	entry.Time = &metav1.Time{Time: time.Now().UTC()}
	m.entries[id] = entry
}

// add adds the fields of the current operation to the set of a manager. If there are none, the manager gets no entry.
// Upstream: managedFieldsUpdater.
func (m *managedFields) add(entry metav1.ManagedFieldsEntry) {
	changed, ok := m.sets[currentOperation]
	if !ok {
		return
	}
	delete(m.sets, currentOperation)
	id := m.identify(entry)
	set := changed.Set()
	if before, ok := m.sets[id]; ok {
		set = set.Union(before.Set())
	}
	m.sets[id] = fieldpath.NewVersionedSet(set, changed.APIVersion(), false)
	m.touch(id)
}

// stripped are fields that the server sets or that identify the object: they have no manager. Upstream: stripMetaManager.
var stripped = fieldpath.NewSet(
	fieldpath.MakePathOrDie("apiVersion"),
	fieldpath.MakePathOrDie("kind"),
	fieldpath.MakePathOrDie("metadata"),
	fieldpath.MakePathOrDie("metadata", "name"),
	fieldpath.MakePathOrDie("metadata", "namespace"),
	fieldpath.MakePathOrDie("metadata", "creationTimestamp"),
	fieldpath.MakePathOrDie("metadata", "selfLink"),
	fieldpath.MakePathOrDie("metadata", "uid"),
	fieldpath.MakePathOrDie("metadata", "clusterName"),
	fieldpath.MakePathOrDie("metadata", "generation"),
	fieldpath.MakePathOrDie("metadata", "managedFields"),
	fieldpath.MakePathOrDie("metadata", "resourceVersion"),
)

// strip removes the stripped fields from the set of a manager, and the manager if it has no other fields.
func (m *managedFields) strip(id string) {
	versioned, ok := m.sets[id]
	if !ok {
		return
	}
	if set := versioned.Set().Difference(stripped); set.Empty() {
		delete(m.sets, id)
	} else {
		m.sets[id] = fieldpath.NewVersionedSet(set, versioned.APIVersion(), versioned.Applied())
	}
}

// MaxUpdateManagers is how many managers by Update an object may have. Upstream: DefaultMaxUpdateManagers.
const MaxUpdateManagers = 10

// capUpdateManagers merges the oldest managers by Update if there are too many: those of the same version become one, named
// ancient-changes. Upstream: capManagersManager.
func (m *managedFields) capUpdateManagers() {
	var updaters []string
	for id, set := range m.sets {
		if !set.Applied() {
			updaters = append(updaters, id)
		}
	}
	excess := len(updaters) - MaxUpdateManagers
	if excess <= 0 {
		return
	}
	slices.SortFunc(updaters, func(a, b string) int {
		return cmp.Or(cmp.Compare(seconds(m.entries[a].Time), seconds(m.entries[b].Time)), strings.Compare(a, b))
	})
	oldest := map[fieldpath.APIVersion]string{} // for each version, the manager into which the next one is merged
	for _, id := range updaters {
		version := m.sets[id].APIVersion()
		first, ok := oldest[version]
		switch {
		case excess == 0:
			return
		case !ok:
			oldest[version] = id
			continue
		}
		set := m.sets[first].Set().Union(m.sets[id].Set())
		time := m.entries[id].Time
		delete(m.sets, first)
		delete(m.sets, id)
		united := m.identify(metav1.ManagedFieldsEntry{
			Manager: ancientChanges, Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: string(version), Time: time})
		if more, ok := m.sets[united]; ok {
			set = set.Union(more.Set())
		}
		m.sets[united] = fieldpath.NewVersionedSet(set, version, false)
		oldest[version] = united
		excess--
	}
}

// encode writes the managed fields into obj. Upstream: EncodeObjectManagedFields.
func (m *managedFields) encode(obj runtime.Object) error {
	object, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	var entries []metav1.ManagedFieldsEntry
	for id, versioned := range m.sets {
		text, err := versioned.Set().ToJSON()
		if err != nil {
			return fmt.Errorf("failed to encode managed fields: failed to convert back managed fields to API: error encoding versioned set for %v: error encoding set: %v", id, err)
		}
		entry := m.entries[id]
		entry.APIVersion = string(versioned.APIVersion())
		entry.FieldsType, entry.FieldsV1 = "FieldsV1", &metav1.FieldsV1{}
		entry.FieldsV1.SetRawBytes(text)
		entries = append(entries, entry)
	}
	SortManagedFields(entries)
	object.SetManagedFields(entries)
	return nil
}

// SortManagedFields sorts entries in the order in which they are stored: Apply before Update, then by time.
// Upstream: sortEncodedManagedFields.
func SortManagedFields(entries []metav1.ManagedFieldsEntry) {
	slices.SortFunc(entries, func(a, b metav1.ManagedFieldsEntry) int {
		return cmp.Or(
			strings.Compare(string(a.Operation), string(b.Operation)),
			cmp.Compare(seconds(a.Time), seconds(b.Time)),
			strings.Compare(a.Manager, b.Manager),
			strings.Compare(a.APIVersion, b.APIVersion),
			strings.Compare(a.Subresource, b.Subresource))
	})
}

func seconds(t *metav1.Time) int64 {
	if t == nil {
		return 0
	}
	return t.Unix()
}
