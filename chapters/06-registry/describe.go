package registry

import (
	"context"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// New returns an empty object of the Store's kind.
func (s *Store) New() runtime.Object { return s.NewFunc() }

// NewList returns an empty *kinds.List whose kind is the Store's with List behind it.
func (s *Store) NewList() runtime.Object { return s.newList() }

func (s *Store) newList() *kinds.List {
	apiVersion, kind := s.Kind.GroupVersion().WithKind(s.Kind.Kind + "List").ToAPIVersionAndKind()
	return &kinds.List{TypeMeta: metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}, Items: []runtime.Object{}}
}

// NamespaceScoped is the strategy's answer.
func (s *Store) NamespaceScoped() bool { return s.Strategy.NamespaceScoped() }

// StorageVersion is the kind as which objects are stored.
func (s *Store) StorageVersion() schema.GroupVersionKind {
	if s.StorageKind.Empty() {
		return s.Kind
	}
	return s.StorageKind
}

// GetSingularName is the resource's name for one object.
func (s *Store) GetSingularName() string { return s.Singular }

// ShortNames are the abbreviations that kubectl knows.
func (s *Store) ShortNames() []string { return s.Short }

// Categories are the names of groups of resources to which this one belongs.
func (s *Store) Categories() []string {
	if s.InCategoryAll {
		return append([]string{"all"}, s.OtherCategories...)
	}
	return s.OtherCategories
}

// SelectableFields are the names that a field selector may use, sorted: those that Attrs knows of an empty object.
// Upstream keeps them apart from the attributes, in the scheme's field label conversions.
func (s *Store) SelectableFields() []string {
	if s.AttrFunc != nil {
		if _, known, err := s.AttrFunc(s.NewFunc()); err == nil {
			return slices.Sorted(maps.Keys(known))
		}
	}
	return []string{"metadata.name", "metadata.namespace"}
}

// DeleteReturnsDeletedObject is what ReturnDeleted says.
func (s *Store) DeleteReturnsDeletedObject() bool { return s.ReturnDeletedObject }

// ReadinessCheck is the storage's. Upstream: rest.StorageWithReadiness.
func (s *Store) ReadinessCheck() error { return s.Storage.ReadinessCheck() }

// Destroy ends what DestroyFunc knows of.
func (s *Store) Destroy() {
	if s.DestroyFunc != nil {
		s.DestroyFunc()
	}
}

// ConvertToTable is Tables' or, without one, a table of names and times of creation.
// Upstream: rest.NewDefaultTableConvertor.
func (s *Store) ConvertToTable(ctx context.Context, object, tableOptions runtime.Object) (*metav1.Table, error) {
	tables := s.TableConvertor
	if tables == nil {
		tables = rest.NewDefaultTableConvertor(s.Resource)
	}
	return tables.ConvertToTable(ctx, object, tableOptions)
}
