package patch

import (
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// FieldManagers makes the field managers of a server's endpoints.
type FieldManagers struct {
	Codecs *kinds.Codecs
	Types  *TypeConverter // shared by all of them
}

// NewFieldManagers returns the factory for the kinds of codecs. Its New is a server's Config.NewFieldManager.
func NewFieldManagers(codecs *kinds.Codecs) *FieldManagers {
	return &FieldManagers{codecs, NewTypeConverter(codecs.Scheme)}
}

// New returns the field manager of an endpoint. Upstream: managedfields.NewDefaultFieldManager.
func (f *FieldManagers) New(e *rest.RequestScope) rest.FieldManager {
	m := &fieldManager{kind: e.Kind, subresource: e.Subresource, hub: e.Kind.GroupVersion(),
		scheme: f.Codecs.Scheme, types: f.Types, objects: objectConverter{f.Codecs}}
	if f.Codecs.Converter != nil {
		m.hub = f.Codecs.Converter.Hub(e.Kind).GroupVersion()
	}
	m.updater.Converter = versionConverter{f.Types, m.objects, m.hub}
	if resetter, ok := rest.As[rest.ResetFieldsStrategy](e.Storage); ok {
		m.updater.IgnoreFilter = resetFilters(resetter.GetResetFields(), f.Codecs.Scheme.VersionsForGroupKind(e.Kind.GroupKind()))
	}
	return m
}

// resetFilters remove the fields that a storage resets, in each version in which a manager may have written. Nil: there are
// none.
func resetFilters(reset rest.ResetFields, versions []schema.GroupVersion) map[fieldpath.APIVersion]fieldpath.Filter {
	if len(reset) == 0 {
		return nil
	}
	paths := fieldpath.NewSet()
	for _, names := range reset {
		var path fieldpath.Path
		for _, name := range names {
			path = append(path, fieldpath.FieldNameElement(name))
		}
		paths.Insert(path)
	}
	filters := map[fieldpath.APIVersion]fieldpath.Filter{}
	for _, version := range versions {
		filters[fieldpath.APIVersion(version.String())] = fieldpath.NewExcludeSetFilter(paths)
	}
	return filters
}

// objectToTyped turns an object into a typed value in the endpoint's version.
func (m *fieldManager) objectToTyped(which string, obj runtime.Object) (*typed.TypedValue, error) {
	versioned, err := m.objects.ConvertToVersion(obj, m.kind.GroupVersion())
	if err != nil {
		return nil, fmt.Errorf("failed to convert %s object (%v) to proper version: %v", which, identity(obj), err)
	}
	value, err := m.types.ObjectToTyped(versioned, typed.AllowDuplicates)
	if err != nil {
		return nil, fmt.Errorf("failed to convert %s object (%v) to smd typed: %v", which, identity(versioned), err)
	}
	return value, nil
}

// typedToObject turns the merged value into an object in the hub version, with defaults.
func (m *fieldManager) typedToObject(merged *typed.TypedValue, applied runtime.Object) (runtime.Object, error) {
	obj, err := m.types.TypedToObject(merged)
	if err != nil {
		return nil, fmt.Errorf("failed to convert new typed object (%v) to object: %v", identity(applied), err)
	}
	versioned, err := m.objects.ConvertToVersion(obj, m.kind.GroupVersion())
	if err != nil {
		return nil, fmt.Errorf("failed to convert new object (%v) to proper version: %v", identity(applied), err)
	}
	m.scheme.Default(versioned)
	hub, err := m.objects.ConvertToVersion(versioned, m.hub)
	if err != nil {
		return nil, fmt.Errorf("failed to convert to unversioned (%v): %v", identity(applied), err)
	}
	return hub, nil
}

func (m *fieldManager) version() fieldpath.APIVersion {
	return fieldpath.APIVersion(m.kind.GroupVersion().String())
}

// entry returns the entry of a manager of this endpoint, without fields and time.
func (m *fieldManager) entry(manager string, operation metav1.ManagedFieldsOperationType) metav1.ManagedFieldsEntry {
	if manager == "" {
		manager = "unknown"
	}
	return metav1.ManagedFieldsEntry{Manager: manager, Operation: operation, APIVersion: m.kind.GroupVersion().String(), Subresource: m.subresource}
}

// identity returns how error messages name an object: namespace/name; kind.
func identity(obj runtime.Object) string {
	namespace, name := "<unknown>", "<unknown>"
	if object, err := meta.Accessor(obj); err == nil {
		namespace, name = object.GetNamespace(), object.GetName()
	}
	return fmt.Sprintf("%v/%v; %v", namespace, name, obj.GetObjectKind().GroupVersionKind())
}

// newObject returns an empty object of the endpoint's kind.
func (m *fieldManager) newObject() (runtime.Object, error) {
	obj, err := m.scheme.New(m.kind)
	if err != nil {
		return nil, err
	}
	obj.GetObjectKind().SetGroupVersionKind(m.kind)
	return obj, nil
}

// newOf returns a new object of obj's Go type and kind.
func newOf(obj runtime.Object) runtime.Object {
	empty := reflect.New(reflect.TypeOf(obj).Elem()).Interface().(runtime.Object)
	empty.GetObjectKind().SetGroupVersionKind(obj.GetObjectKind().GroupVersionKind())
	return empty
}
